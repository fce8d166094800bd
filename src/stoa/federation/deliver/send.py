"""Queueing an activity for inboxes: written out once, a row for each inbox, in the caller's transaction.

The only writes to `outgoing`, `deliveries` and `delivery_hosts` that add something; the sender takes
rows away.  Whoever is asked to be told here is told unless
1. federation is off, or the inbox is our own;
2. its server is suspended, or not among those allowed;
3. its server has not answered for so long that it was given up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import orjson
from sqlalchemy import Text, bindparam, case, delete, exists, select

from stoa import ids
from stoa.core.house import House
from stoa.core.instances import policy
from stoa.db import Connection, Query, any_of, insert, upsert
from stoa.db.tables import deliveries, delivery_hosts, instances, outgoing
from stoa.federation.deliver import proving
from stoa.federation.parse.origins import host_of
from stoa.federation.render.context import PUBLIC

Document = dict[str, Any]

# What ends the life of its object: nothing that was said before needs to be said any more.
LAST_WORDS = ("Delete", "Undo", "Remove")

_add = insert(outgoing, "id", "account_id", "body", "about", "kind", "created_at")
_add_delivery = insert(deliveries, "id", "outgoing_id", "host", "inbox", "about", "headers", "run_at")
_add_host = upsert(
    delivery_hosts, "host", "run_at",
    key=("host",),
    update={
        "run_at": case(
            (delivery_hosts.c.run_at < bindparam("run_at"), delivery_hosts.c.run_at),
            # Paused, or in hand; when that ends, what waits is looked at anyway.
            (delivery_hosts.c.locked_until > bindparam("run_at"), delivery_hosts.c.run_at),
            else_=bindparam("run_at", type_=delivery_hosts.c.run_at.type),
        )
    },
)  # fmt: skip
_given_up = Query(
    select(instances.c.domain).where(
        any_of(instances.c.domain, "hosts"), instances.c.given_up_at.is_not(None)
    )
)
_cancel = Query(delete(deliveries).where(deliveries.c.about == bindparam("about", type_=Text)))
_replace = Query(
    delete(deliveries).where(
        deliveries.c.about == bindparam("about", type_=Text),
        exists().where(outgoing.c.id == deliveries.c.outgoing_id, outgoing.c.kind == "Update"),
    )
)
_wakers: list[Callable[[], object]] = []


def on_work(wake: Callable[[], object]) -> Callable[[], None]:
    """Have *wake* called whenever this process has queued something; a function to undo it."""
    _wakers.append(wake)
    return lambda: _wakers.remove(wake)


async def send(
    conn: Connection,
    house: House,
    document: Document,
    *,
    account_id: int,
    inboxes: Iterable[str],
    kind: str,
    about: str | None = None,
    headers: Mapping[str, Mapping[str, str]] | None = None,
) -> int:
    """Have *document* delivered to *inboxes*, in the name of the local account (0: the server); to how
    many it goes.

    What is public gets an integrity proof.  *about* is the id of the object: an Update takes the place
    of one that still waits, last words (LAST_WORDS) of everything that does.  *headers*: inbox → what
    goes with the request to it alone.
    """
    if house.settings.federation == "off":
        return 0
    if kind in LAST_WORDS and about is not None:
        await conn.run(_cancel, about=about)
    elif kind == "Update" and about is not None:
        await conn.run(_replace, about=about)
    wanted = await _welcome(conn, house, inboxes)
    if not wanted:
        return 0
    if is_public(document):
        document = await proving.proven(conn, house, account_id, document)
    body = orjson.dumps(document)
    await _queue(conn, body, wanted, account_id=account_id, kind=kind, about=about, headers=headers or {})
    return len(wanted)


async def pass_on(
    conn: Connection, house: House, body: bytes, *, account_id: int, inboxes: Iterable[str], kind: str
) -> int:
    """Have *body*, the words of somebody else, delivered unchanged; to how many inboxes it goes."""
    if house.settings.federation == "off":
        return 0
    wanted = await _welcome(conn, house, inboxes)
    if wanted:
        await _queue(conn, body, wanted, account_id=account_id, kind=kind, about=None, headers={})
    return len(wanted)


def is_public(document: Document) -> bool:
    """Whether everybody may read *document*."""
    return PUBLIC in document.get("to", ()) or PUBLIC in document.get("cc", ())


async def _welcome(conn: Connection, house: House, inboxes: Iterable[str]) -> dict[str, str]:
    """Inbox → host, for those that are sent anything."""
    found = {inbox: host for inbox in inboxes if (host := host_of(inbox)) is not None}
    here = host_of(house.addresses.base)
    hosts = {host for host in found.values() if host != here}
    if not hosts:
        return {}
    closed = set(await conn.scalars(_given_up, hosts=list(hosts)))
    closed |= await policy.refused(conn, house.settings, hosts - closed)
    return {inbox: host for inbox, host in found.items() if host in hosts and host not in closed}


async def _queue(
    conn: Connection,
    body: bytes,
    wanted: Mapping[str, str],
    *,
    account_id: int,
    kind: str,
    about: str | None,
    headers: Mapping[str, Mapping[str, str]],
) -> None:
    now = ids.now_ms()
    outgoing_id = ids.new_id()
    await conn.run(
        _add, id=outgoing_id, account_id=account_id, body=body, about=about, kind=kind, created_at=now
    )
    rows = [
        {
            "id": ids.new_id(), "outgoing_id": outgoing_id, "host": host, "inbox": inbox, "about": about,
            "headers": dict(headers.get(inbox, {})), "run_at": now,
        }
        for inbox, host in wanted.items()
    ]  # fmt: skip
    await conn.run_many(_add_delivery, rows)
    # In one order for everybody, so that two posts to the same servers do not wait for each other.
    await conn.run_many(_add_host, [{"host": host, "run_at": now} for host in sorted(set(wanted.values()))])
    conn.after_commit.append(_wake)


def _wake() -> None:
    for wake in list(_wakers):
        wake()
