"""The rows of `incoming` that wait for their effects: taking, claiming, putting off, removing.

Several processes may take from one database.  SQLite lets one write at a time; on PostgreSQL a sender's
rows are taken under a lock of that sender, so that nobody else takes the next of them meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import orjson
from sqlalchemy import and_, bindparam, delete, exists, func, literal_column, or_, select, update

from stoa import ids
from stoa.db import Connection, Query, Row, any_of, insert
from stoa.db.tables import incoming
from stoa.federation.parse.jsonld import NotUnderstood, load, types
from stoa.federation.parse.origins import host_of

BATCH = {"sqlite": 64, "postgresql": 16}  # rows stay locked while theirs is open
LEASE_MS = 12_000
# What may have been in hand when a process ended without a word.
SUSPECTS = 2 * max(BATCH.values())

_earlier = incoming.alias("earlier")
_is_due = and_(
    incoming.c.run_at <= bindparam("now"),
    or_(incoming.c.locked_until.is_(None), incoming.c.locked_until < bindparam("now")),
)
_is_free = ~exists().where(
    _earlier.c.sender == incoming.c.sender,
    _earlier.c.locked_until.is_not(None),
    _earlier.c.locked_until >= bindparam("now"),
)
_COLUMNS = (
    incoming.c.id,
    incoming.c.activity,
    incoming.c.sender,
    incoming.c.proven,
    incoming.c.delivered_to,
    incoming.c.host,
    incoming.c.body,
    incoming.c.received_at,
    incoming.c.attempts,
)
_any_due = Query(select(incoming.c.id).where(_is_due).limit(1))
_due = Query(
    select(*_COLUMNS)
    .where(_is_due, _is_free)
    .order_by(incoming.c.run_at, incoming.c.id)
    .limit(BATCH["sqlite"])
)
_candidates = Query(
    select(incoming.c.id)
    .where(_is_due, _is_free)
    .order_by(incoming.c.run_at, incoming.c.id)
    .limit(BATCH["postgresql"])
)
_lock = Query(
    select(incoming.c.sender)
    .where(
        any_of(incoming.c.id, "ids"),
        func.pg_try_advisory_xact_lock(func.hashtextextended(incoming.c.sender, literal_column("0"))),
    )
    .distinct()
)
_still = Query(
    select(*_COLUMNS)
    .where(any_of(incoming.c.id, "ids"), any_of(incoming.c.sender, "senders"), _is_due, _is_free)
    .order_by(incoming.c.run_at, incoming.c.id)
)
_hear = insert(
    incoming,
    "id", "activity", "sender", "proven", "delivered_to", "host", "body", "received_at", "run_at",
    ignore=True,
)  # fmt: skip
_get = Query(select(*_COLUMNS).where(incoming.c.id == bindparam("id")))
_done = Query(delete(incoming).where(any_of(incoming.c.id, "ids")))
_claim = Query(
    update(incoming)
    .where(any_of(incoming.c.id, "ids"))
    .values(locked_until=bindparam("until"), attempts=incoming.c.attempts + 1)
)
_claim_loosely = Query(
    update(incoming)
    .where(any_of(incoming.c.id, "ids"))
    .values(run_at=bindparam("until"), attempts=incoming.c.attempts + 1)
)
_renew = Query(update(incoming).where(any_of(incoming.c.id, "ids")).values(locked_until=bindparam("until")))
_put_off = Query(update(incoming).where(any_of(incoming.c.id, "ids")).values(run_at=bindparam("until")))
_release = Query(
    update(incoming)
    .where(any_of(incoming.c.id, "ids"))
    .values(run_at=bindparam("at"), locked_until=None, attempts=incoming.c.attempts - 1)
)
_release_all = Query(
    update(incoming)
    .where(
        or_(
            incoming.c.locked_until > bindparam("now"),
            # Claimed loosely, or to be tried again a moment later: which, cannot be seen.
            and_(incoming.c.run_at > bindparam("now"), incoming.c.run_at <= bindparam("until")),
        )
    )
    .values(run_at=bindparam("now"), locked_until=None)
)
_postpone = Query(
    update(incoming)
    .where(incoming.c.id == bindparam("id"))
    .values(run_at=bindparam("at"), locked_until=None, last_error=bindparam("error"))
)
_suspect = Query(
    update(incoming)
    .where(
        incoming.c.id.in_(
            select(incoming.c.id).where(_is_due).order_by(incoming.c.run_at, incoming.c.id).limit(SUSPECTS)
        )
    )
    .values(attempts=incoming.c.attempts + 1)
)


class Claimed(msgspec.Struct, frozen=True):
    """A row that is ours while we renew the claim; *host* is the server that it waits for, *holds_up*
    whether later ones of the same sender wait for it.
    """

    id: int
    host: str
    holds_up: bool


async def any_due(conn: Connection, now: int) -> bool:
    """Whether there is anything to take."""
    return await conn.scalar(_any_due, now=now) is not None


async def due(conn: Connection, now: int) -> list[Row]:
    """The next rows, of senders of whom nothing is being settled; ours until the transaction ends."""
    if conn.dialect == "sqlite":
        return await conn.all(_due, now=now)
    candidates = await conn.all(_candidates, now=now)
    if not candidates:
        return []
    found = [row.id for row in candidates]
    senders = await conn.scalars(_lock, ids=found)
    return await conn.all(_still, ids=found, senders=senders, now=now)


async def get(conn: Connection, row_id: int) -> Row | None:
    """A row, if it is still there."""
    return await conn.first(_get, id=row_id)


async def done(conn: Connection, row_ids: Sequence[int]) -> None:
    """They have had their effects."""
    if row_ids:
        await conn.run(_done, ids=list(row_ids))


async def hear(
    conn: Connection, activity: str | None, sender: str, document: Mapping[str, Any], at: int
) -> None:
    """Wait for the word of its own server on an activity that *sender* tells of (`hearsay`)."""
    await conn.run(
        _hear,
        id=ids.new_id(),
        activity=activity,
        sender=sender,
        proven=False,
        delivered_to=0,
        host=host_of(sender) or "",
        body=orjson.dumps(document),
        received_at=at,
        run_at=ids.now_ms(),
    )


async def claim(conn: Connection, rows: Sequence[Claimed], now: int) -> None:
    """They are ours for LEASE_MS, and have been tried once more."""
    strictly = [row.id for row in rows if row.holds_up]
    loosely = [row.id for row in rows if not row.holds_up]
    if strictly:
        await conn.run(_claim, ids=strictly, until=now + LEASE_MS)
    if loosely:
        await conn.run(_claim_loosely, ids=loosely, until=now + LEASE_MS)


async def renew(conn: Connection, rows: Sequence[Claimed], now: int) -> None:
    """They are ours for LEASE_MS from now."""
    strictly = [row.id for row in rows if row.holds_up]
    loosely = [row.id for row in rows if not row.holds_up]
    if strictly:
        await conn.run(_renew, ids=strictly, until=now + LEASE_MS)
    if loosely:
        await conn.run(_put_off, ids=loosely, until=now + LEASE_MS)


async def release(conn: Connection, row_ids: Sequence[int], now: int) -> None:
    """They are not ours any more, and that they were does not count."""
    await conn.run(_release, ids=list(row_ids), at=now)


async def release_all(conn: Connection, now: int) -> None:
    """Nobody has any in hand: those who had are gone.  That they had begun them counts."""
    await conn.run(_release_all, now=now, until=now + LEASE_MS)


async def put_off(conn: Connection, row_ids: Sequence[int], until: int) -> None:
    """Take them up at *until*; that is no failure of theirs."""
    if row_ids:
        await conn.run(_put_off, ids=list(row_ids), until=until)


async def postpone(conn: Connection, row_id: int, at: int, error: str) -> None:
    """It failed: try again at *at*."""
    await conn.run(_postpone, id=row_id, at=at, error=error[:500])


async def suspect(conn: Connection, now: int) -> None:
    """Whatever was in hand when the process before this one ended may be why it did."""
    await conn.run(_suspect, now=now)


def holds_up(body: bytes) -> bool:
    """Whether later activities of the same sender wait for this one: not for a boost."""
    try:
        return "Announce" not in types(load(body))
    except NotUnderstood:
        return True
