"""The rows of what waits to go out: taking hosts, settling deliveries, putting off, tidying.

A host is taken with a lease, so that several processes may send from one database and what one of them
had in hand when it ended is taken up by another.  A host that is paused is one whose lease nobody holds:
`locked_until` is the end of the pause, and so is `run_at`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Text, and_, bindparam, delete, exists, func, or_, select, update

from stoa.db import Connection, Query, Row, any_of
from stoa.db.query import DialectName, insert_into
from stoa.db.tables import deliveries, delivery_hosts, instances, outgoing
from stoa.db.tables.base import Id

LEASE_MS = 12_000
BATCH = 16
# Older than that, and nobody is still putting it together.
ORPHAN_MS = 3600 * 1000

_earlier = deliveries.alias("earlier")
_now = bindparam("now", type_=Id)
_is_free = or_(delivery_hosts.c.locked_until.is_(None), delivery_hosts.c.locked_until < _now)
_is_failing = exists().where(
    instances.c.domain == delivery_hosts.c.host,
    or_(instances.c.failures > 0, instances.c.given_up_at.is_not(None)),
)
_is_doubtful = or_(any_of(delivery_hosts.c.host, "slow"), _is_failing)
# What is said later on the same thing waits until the earlier words have arrived.
_is_first = ~exists().where(
    _earlier.c.about == deliveries.c.about,
    _earlier.c.host == deliveries.c.host,
    _earlier.c.id < deliveries.c.id,
    _earlier.c.run_at > _now,
)
_next_due = Query(
    select(delivery_hosts.c.run_at).where(_is_free).order_by(delivery_hosts.c.run_at).limit(1)
)


def _claim_statement(dialect: DialectName, *, doubtful: bool) -> Any:
    chosen = (
        select(delivery_hosts.c.host)
        .where(delivery_hosts.c.run_at <= _now, _is_free, _is_doubtful if doubtful else ~_is_doubtful)
        .order_by(delivery_hosts.c.run_at)
        .limit(bindparam("most", type_=Id))
    )
    if dialect == "postgresql":
        # Apart, or a plan that asks it once for each row locks others each time, beyond the limit.
        locked = chosen.with_for_update(skip_locked=True, of=delivery_hosts)
        chosen = select(locked.cte("chosen").c.host)
    return (
        update(delivery_hosts)
        .where(delivery_hosts.c.host.in_(chosen))
        .values(locked_until=bindparam("lease", type_=Id))
        .returning(delivery_hosts.c.host)
    )


_claim_quick = Query(lambda dialect: _claim_statement(dialect, doubtful=False))
_claim_doubtful = Query(lambda dialect: _claim_statement(dialect, doubtful=True))
_renew = Query(
    update(delivery_hosts)
    .where(any_of(delivery_hosts.c.host, "hosts"))
    .values(locked_until=bindparam("lease", type_=Id))
)
_of_host = Query(
    select(
        deliveries.c.id,
        deliveries.c.outgoing_id,
        deliveries.c.inbox,
        deliveries.c.about,
        deliveries.c.headers,
        deliveries.c.attempts,
    )
    .where(deliveries.c.host == bindparam("host", type_=Text), deliveries.c.run_at <= _now, _is_first)
    .order_by(deliveries.c.id)
    .limit(bindparam("most", type_=Id))
)
_letter = Query(
    select(
        outgoing.c.account_id, outgoing.c.kind, outgoing.c.body, outgoing.c.headers, outgoing.c.created_at
    ).where(outgoing.c.id == bindparam("id", type_=Id))
)


def _lock_statement(dialect: DialectName) -> Any:
    statement = (
        select(delivery_hosts.c.host)
        .where(any_of(delivery_hosts.c.host, "hosts"))
        .order_by(delivery_hosts.c.host)
    )
    return statement.with_for_update() if dialect == "postgresql" else statement


_lock = Query(_lock_statement)
_remove = Query(delete(deliveries).where(any_of(deliveries.c.id, "ids")))
_postpone = Query(
    update(deliveries)
    .where(deliveries.c.id == bindparam("delivery", type_=Id))
    .values(
        run_at=bindparam("at", type_=Id),
        attempts=deliveries.c.attempts + 1,
        last_error=bindparam("error", type_=Text),
    )
)
_no_longer_needed = Query(
    delete(outgoing).where(
        any_of(outgoing.c.id, "ids"), ~exists().where(deliveries.c.outgoing_id == outgoing.c.id)
    )
)
_next = Query(
    select(deliveries.c.host, func.min(deliveries.c.run_at).label("run_at"))
    .where(any_of(deliveries.c.host, "hosts"), _is_first)
    .group_by(deliveries.c.host)
)
_leave = Query(
    update(delivery_hosts)
    .where(delivery_hosts.c.host == bindparam("name", type_=Text))
    .values(run_at=bindparam("at", type_=Id), locked_until=bindparam("until", type_=Id))
)
_forget_hosts = Query(delete(delivery_hosts).where(any_of(delivery_hosts.c.host, "hosts")))
_drop = Query(delete(deliveries).where(any_of(deliveries.c.host, "hosts")))
_hosts = Query(select(delivery_hosts.c.host))
_orphans = Query(
    delete(outgoing).where(
        outgoing.c.created_at < bindparam("before", type_=Id),
        ~exists().where(deliveries.c.outgoing_id == outgoing.c.id),
    )
)
_unpause = Query(
    update(delivery_hosts)
    .where(
        delivery_hosts.c.run_at > _now,
        delivery_hosts.c.locked_until > _now,
        ~exists().where(and_(instances.c.domain == delivery_hosts.c.host, instances.c.paused_until > _now)),
    )
    .values(run_at=_now, locked_until=None)
)
# Not of a host that is paused.
_release_all = Query(
    update(delivery_hosts)
    .where(delivery_hosts.c.locked_until > _now, delivery_hosts.c.locked_until != delivery_hosts.c.run_at)
    .values(locked_until=None)
)


def _mend_statement(dialect: DialectName) -> Any:
    lost = (
        select(deliveries.c.host, func.min(deliveries.c.run_at))
        .where(~exists().where(delivery_hosts.c.host == deliveries.c.host))
        .group_by(deliveries.c.host)
    )
    return insert_into(delivery_hosts, dialect).from_select(["host", "run_at"], lost)


_mend = Query(_mend_statement)


class Letter(msgspec.Struct, frozen=True):
    """What is sent, whoever gets it: whose key signs, the bytes, when it was written."""

    account_id: int
    kind: str
    body: bytes
    headers: dict[str, str]
    created_at: int


async def next_due(conn: Connection, now: int) -> int | None:
    """When the next host is due; None where nothing waits."""
    due: int | None = await conn.scalar(_next_due, now=now)
    return due


async def claim(
    conn: Connection, now: int, *, quick: int, doubtful: int, slow: Sequence[str]
) -> tuple[list[str], list[str]]:
    """Up to *quick* hosts of which we expect an answer, and up to *doubtful* of those that are failing
    or among *slow*; ours for LEASE_MS.
    """
    lease = now + LEASE_MS
    found: tuple[list[str], list[str]] = ([], [])
    if quick > 0:
        found[0].extend(await conn.scalars(_claim_quick, now=now, most=quick, lease=lease, slow=slow))
    if doubtful > 0:
        found[1].extend(await conn.scalars(_claim_doubtful, now=now, most=doubtful, lease=lease, slow=slow))
    return found


async def renew(conn: Connection, hosts: Iterable[str], now: int) -> None:
    """They are ours for LEASE_MS from now."""
    await conn.run(_renew, hosts=sorted(hosts), lease=now + LEASE_MS)


async def release_all(conn: Connection, now: int) -> None:
    """Nobody has any in hand: those who had are gone."""
    await conn.run(_release_all, now=now)


async def of_host(conn: Connection, host: str, now: int, most: int = BATCH) -> list[Row]:
    """The next deliveries for *host*, oldest first: id, outgoing_id, inbox, about, headers, attempts.

    Left out is what is said of a thing of which earlier words wait to be tried again.
    """
    return await conn.all(_of_host, host=host, now=now, most=most)


async def letter(conn: Connection, outgoing_id: int) -> Letter | None:
    """What is sent; None where it was called back."""
    row = await conn.first(_letter, id=outgoing_id)
    return (
        None
        if row is None
        else Letter(row.account_id, row.kind, bytes(row.body), row.headers, row.created_at)
    )


async def settle(
    conn: Connection, *, done: Sequence[int], of: Iterable[int], postponed: Sequence[tuple[int, int, str]]
) -> None:
    """Those *done* need not be sent any more, and what they were *of* goes with the last of them;
    those *postponed* (id, when, why) are tried again.
    """
    if done:
        await conn.run(_remove, ids=done)
        await conn.run(_no_longer_needed, ids=sorted(of))
    await conn.run_many(
        _postpone, [{"delivery": one, "at": at, "error": error[:500]} for one, at, error in postponed]
    )


async def lock(conn: Connection, hosts: Iterable[str]) -> None:
    """Nobody queues anything for *hosts* until this transaction ends, nor has begun to unseen."""
    if conn.dialect == "postgresql":
        await conn.all(_lock, hosts=sorted(hosts))


async def leave(conn: Connection, hosts: Mapping[str, int | None], now: int) -> None:
    """They are not ours any more: each is due when its next delivery is, or not before the pause that
    *hosts* says (unix milliseconds).  The caller has locked them.
    """
    if not hosts:
        return
    following = {row.host: row.run_at for row in await conn.all(_next, hosts=sorted(hosts), now=now)}
    await conn.run_many(
        _leave,
        [
            {"name": host, "at": paused or following[host], "until": paused}
            for host, paused in sorted(hosts.items())
            if host in following
        ],
    )
    empty = sorted(host for host in hosts if host not in following)
    if empty:
        await conn.run(_forget_hosts, hosts=empty)


async def drop(conn: Connection, hosts: Iterable[str]) -> int:
    """Nothing waits for *hosts* any more; how much did."""
    names = sorted(hosts)
    if not names:
        return 0
    dropped = await conn.run(_drop, hosts=names)
    await conn.run(_forget_hosts, hosts=names)
    return dropped


async def waiting_hosts(conn: Connection) -> list[str]:
    """All hosts that something waits for."""
    return await conn.scalars(_hosts)


async def unpause(conn: Connection, now: int) -> int:
    """Those that were heard of are due, whatever their pause was; how many there were."""
    return await conn.run(_unpause, now=now)


async def sweep(conn: Connection, now: int) -> None:
    """What a process that ended left behind: letters that nobody waits for, hosts that nobody looks
    after.
    """
    await conn.run(_orphans, before=now - ORPHAN_MS)
    await conn.run(_mend)
