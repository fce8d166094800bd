"""`stoa federation relay …`: servers that pass public posts on (docs/federation.md)."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from sqlalchemy import bindparam, select

from stoa.core.errors import NotFound, Unprocessable
from stoa.core.house import House
from stoa.core.instances import policy
from stoa.db import Query
from stoa.db.tables import accounts, remote_actors
from stoa.federation.deliver import relays
from stoa.federation.parse.origins import host_of

_actor = Query(
    select(accounts.c.uri, remote_actors.c.inbox)
    .select_from(remote_actors.join(accounts, accounts.c.id == remote_actors.c.account_id))
    .where(remote_actors.c.account_id == bindparam("account"))
)


async def relay_add(house: House, options: argparse.Namespace) -> tuple[Any, str]:
    """Ask a relay to pass our public posts on, and those of others to us.

    The address of an inbox is asked as Mastodon does, that of an actor as Pleroma does.
    """
    host = host_of(options.address)
    if host is None:
        raise Unprocessable(f"{options.address!r} is not an address such as https://relay.example/inbox.")
    async with house.db.read() as conn:
        if await policy.refuses(conn, house.settings, host):
            raise Unprocessable(f"This server does not speak with {host}.")
    inbox, actor = options.address, None
    if not options.address.rstrip("/").endswith("/inbox"):
        inbox, actor = await _followed(house, options.address)
    try:
        async with house.db.write() as conn:
            await relays.add(conn, house, inbox, actor)
    except relays.RelayExists:
        raise Unprocessable(f"{inbox} was asked already.") from None
    return {"inbox": inbox, "actor": actor, "state": "pending"}, f"{inbox} is asked; it may take a while."


async def _followed(house: House, address: str) -> tuple[str, str]:
    found = await house.resolver.url(address)
    if found is None or found[0] != "account":
        raise NotFound(f"There is no actor at {address}.")
    async with house.db.read() as conn:
        row = await conn.first(_actor, account=found[1])
    if row is None:
        raise NotFound(f"There is no actor of another server at {address}.")
    return row.inbox, row.uri


async def relay_remove(house: House, options: argparse.Namespace) -> tuple[Any, str]:
    """Have no more to do with a relay."""
    async with house.db.write() as conn:
        known = [row for row in await relays.list_all(conn) if options.address in (row.inbox, row.actor)]
        for row in known:
            await relays.remove(conn, house, row.inbox)
    if not known:
        raise NotFound(f"{options.address} is no relay of ours; `stoa federation relay list` names them.")
    return {"removed": options.address}, f"{options.address} gets nothing more."


async def relay_list(house: House, options: argparse.Namespace) -> tuple[Any, str]:
    """All relays and whether they have agreed."""
    async with house.db.read() as conn:
        found = await relays.list_all(conn)
    data = [{"inbox": row.inbox, "actor": row.actor, "state": row.state} for row in found]
    lines = [f"{row.state:9} {row.actor or row.inbox}" for row in found]
    return data, "\n".join(lines) or "There are no relays."


def add_to(federation: Any, shared: argparse.ArgumentParser, in_house: Callable[[Any], Any]) -> None:
    """The parsers of these commands, below `stoa federation`."""
    relay = federation.add_parser("relay", help="servers that pass public posts on").add_subparsers(
        required=True, metavar="VERB"
    )
    one = relay.add_parser("add", parents=[shared], help="ask a relay")
    one.add_argument("address", help="of its inbox, or of its actor")
    one.set_defaults(act=in_house(relay_add))
    one = relay.add_parser("list", parents=[shared], help="all relays, and whether they agreed")
    one.set_defaults(act=in_house(relay_list))
    one = relay.add_parser("remove", parents=[shared], help="leave a relay")
    one.add_argument("address")
    one.set_defaults(act=in_house(relay_remove))
