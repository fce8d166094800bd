"""`stoa group …`: groups that live here, and what their moderators do (docs/federation.md)."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from sqlalchemy import Text, bindparam, select

from stoa.core.errors import NotFound
from stoa.core.groups import store, views
from stoa.core.groups.found import found
from stoa.core.house import House
from stoa.core.relationships import block, follow
from stoa.db import Query
from stoa.db.tables import accounts, follow_requests
from stoa.db.tables.base import Id
from stoa.federation.deliver import moderators

_known = Query(
    select(accounts.c.id).where(
        accounts.c.username_key == bindparam("name", type_=Text),
        accounts.c.domain == bindparam("domain", type_=Text),
    )
)
_asking = Query(
    select(accounts.c.username, accounts.c.domain)
    .select_from(follow_requests.join(accounts, accounts.c.id == follow_requests.c.follower_id))
    .where(follow_requests.c.target_id == bindparam("group", type_=Id))
    .order_by(follow_requests.c.id)
)


async def _who(house: House, handle: str) -> int:
    name, _, domain = handle.lstrip("@").lower().partition("@")
    if domain == house.settings.domain:
        domain = ""
    async with house.db.read() as conn:
        account_id: int | None = await conn.scalar(_known, name=name, domain=domain)
    if account_id is None and domain:
        account_id = await house.resolver.account(f"{name}@{domain}")
    if account_id is None:
        raise NotFound(f"Nobody called {handle!r} can be found.")
    return account_id


async def create(house: House, options: argparse.Namespace) -> tuple[Any, str]:
    """A new group."""
    chosen = [await _who(house, handle) for handle in options.moderator]
    async with house.db.write() as conn:
        group_id = await found(
            conn,
            options.name,
            house.addresses,
            title=options.title,
            locked=options.locked,
            moderators_only=options.moderators_only,
        )
        for account_id in chosen:
            await store.add_moderator(conn, group_id, account_id)
    address = house.addresses.profile(options.name)
    return {"id": str(group_id), "url": address}, f"The group is at {address}; members write by naming it."


async def list_all(house: House, options: argparse.Namespace) -> tuple[Any, str]:
    """All groups, with their moderators."""
    data = []
    async with house.db.read() as conn:
        for row in await views.list_all(conn):
            those = await views.moderators(conn, row.account_id)
            data.append(
                {
                    "name": row.username,
                    "title": row.display_name,
                    "members": row.followers_count,
                    "locked": row.locked,
                    "moderators_only": row.moderators_only,
                    "moderators": [f"{one.username}@{one.domain}".rstrip("@") for one in those],
                }
            )
    lines = [
        f"{one['name']} ({one['members']} members), moderated by {', '.join(one['moderators']) or 'nobody'}"
        for one in data
    ]
    return data, "\n".join(lines) or "There are no groups."


async def moderator(house: House, options: argparse.Namespace) -> tuple[Any, str]:
    """Somebody moderates a group, or no longer."""
    account_id = await _who(house, options.who)
    async with house.db.write() as conn:
        group = await views.named(conn, options.name)
        if options.remove:
            if not await store.remove_moderator(conn, group.account_id, account_id):
                raise NotFound(f"{options.who} does not moderate {options.name}.")
        else:
            await store.add_moderator(conn, group.account_id, account_id)
    data = {"group": options.name, "moderator": options.who, "removed": options.remove}
    return data, f"{options.who} {'no longer moderates' if options.remove else 'moderates'} {options.name}."


async def requests(house: House, options: argparse.Namespace) -> tuple[Any, str]:
    """Who asks to join."""
    async with house.db.read() as conn:
        group = await views.named(conn, options.name)
        rows = await conn.all(_asking, group=group.account_id)
    asking = [f"{row.username}@{row.domain}".rstrip("@") for row in rows]
    return asking, "\n".join(asking) or "Nobody asks to join."


async def answer(house: House, options: argparse.Namespace) -> tuple[Any, str]:
    """Let somebody in, or not."""
    account_id = await _who(house, options.who)
    async with house.db.write() as conn:
        group = await views.named(conn, options.name)
        try:
            await (follow.accept if options.accept else follow.reject)(conn, group.account_id, account_id)
        except NotFound:
            raise NotFound(f"{options.who} does not ask to join {options.name}.") from None
    data = {"group": options.name, "member": options.who, "accepted": options.accept}
    return data, f"{options.who} {'is let in' if options.accept else 'is turned down'}."


async def ban(house: House, options: argparse.Namespace) -> tuple[Any, str]:
    """Somebody may not write to a group, or again."""
    account_id = await _who(house, options.who)
    async with house.db.write() as conn:
        group = await views.named(conn, options.name)
        await (block.unblock if options.lift else block.block)(conn, group.account_id, account_id)
    data = {"group": options.name, "account": options.who, "banned": not options.lift}
    return data, f"{options.who} {'may join again' if options.lift else 'is out, and stays out'}."


async def remove(house: House, options: argparse.Namespace) -> tuple[Any, str]:
    """Take a post out of a group."""
    async with house.db.write() as conn:
        group = await views.named(conn, options.name)
        if not await moderators.remove(conn, house, group.account_id, options.post, options.reason):
            raise NotFound(f"{options.post} is no post of {options.name}; its ActivityPub id is wanted.")
    return {"group": options.name, "removed": options.post}, "The group shows it no more, and says so."


async def arrange(house: House, options: argparse.Namespace) -> tuple[Any, str]:
    """Have a post stand first in a group, or close its discussion; or no longer."""
    async with house.db.write() as conn:
        group = await views.named(conn, options.name)
        if options.what == "pin":
            done = await moderators.pin(
                conn, house, group.account_id, options.post, pinned=not options.undo
            )
        else:
            done = await moderators.lock(
                conn, house, group.account_id, options.post, locked=not options.undo
            )
    if not done:
        raise NotFound(
            f"{options.post} begins no discussion of {options.name}; its ActivityPub id is wanted."
        )
    text = _ARRANGED[options.what, options.undo]
    return {"group": options.name, options.what: options.post, "undone": options.undo}, text


_ARRANGED = {
    ("pin", False): "It stands first.",
    ("pin", True): "It stands first no longer.",
    ("lock", False): "The group takes no more answers to it, but those of its moderators.",
    ("lock", True): "Members may answer again.",
}


def add_to(verbs: Any, shared: argparse.ArgumentParser, in_house: Callable[[Any], Any]) -> None:
    """The parsers of these commands."""
    group = verbs.add_parser("group", help="groups").add_subparsers(required=True, metavar="VERB")
    one = group.add_parser("create", parents=[shared], help="make a group")
    one.add_argument("name")
    one.add_argument("--title", default="")
    one.add_argument("--moderator", action="append", default=[], metavar="WHO", help="may be repeated")
    one.add_argument("--locked", action="store_true", help="moderators let people in")
    one.add_argument("--moderators-only", action="store_true", help="they alone begin discussions")
    one.set_defaults(act=in_house(create))
    one = group.add_parser("list", parents=[shared], help="all groups")
    one.set_defaults(act=in_house(list_all))
    one = group.add_parser("moderator", parents=[shared], help="make somebody a moderator")
    one.add_argument("name")
    one.add_argument("who")
    one.add_argument("--remove", action="store_true", help="they are none any more")
    one.set_defaults(act=in_house(moderator))
    one = group.add_parser("requests", parents=[shared], help="who asks to join")
    one.add_argument("name")
    one.set_defaults(act=in_house(requests))
    for verb, help_, accept in (
        ("accept", "let somebody in", True),
        ("reject", "turn somebody down", False),
    ):
        one = group.add_parser(verb, parents=[shared], help=help_)
        one.add_argument("name")
        one.add_argument("who")
        one.set_defaults(act=in_house(answer), accept=accept)
    one = group.add_parser("ban", parents=[shared], help="put somebody out")
    one.add_argument("name")
    one.add_argument("who")
    one.add_argument("--lift", action="store_true", help="they may join again")
    one.set_defaults(act=in_house(ban))
    one = group.add_parser("remove", parents=[shared], help="take a post out of a group")
    one.add_argument("name")
    one.add_argument("post", help="its ActivityPub id")
    one.add_argument("--reason", default="", metavar="TEXT", help="told to the members' servers")
    one.set_defaults(act=in_house(remove))
    for verb, help_ in (
        ("pin", "have a post stand first in a group"),
        ("lock", "take no more answers to a post"),
    ):
        one = group.add_parser(verb, parents=[shared], help=help_)
        one.add_argument("name")
        one.add_argument("post", help="its ActivityPub id")
        one.add_argument("--undo", action="store_true", help="no longer")
        one.set_defaults(act=in_house(arrange), what=verb)
