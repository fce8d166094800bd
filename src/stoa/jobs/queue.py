"""A durable queue in the same database: a job is inserted in the transaction that caused it.

So a job exists exactly when its cause does.  Jobs are run at least once; one that only touches the
database is removed in the transaction of its own effects, and so has them exactly once.  One that was
tried too often is parked: kept with its error for a while, for somebody to read, and not run again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, bindparam, delete, func, or_, select, update

from stoa import ids
from stoa.db import Connection, Query, any_of, insert
from stoa.db.query import DialectName
from stoa.db.tables import jobs
from stoa.db.tables.base import Id

BATCH = 20
LEASE_MS = 12_000
MAX_ATTEMPTS = 16
PARKED = 2**53
"""The `run_at` of a job that is not run again."""
KEPT_MS = 30 * 24 * 3600 * 1000

_add = insert(jobs, "id", "kind", "payload", "unique_key", "run_at", "created_at", ignore=True)
_remove = Query(delete(jobs).where(jobs.c.id == bindparam("id")))
_remove_by_key = Query(delete(jobs).where(jobs.c.unique_key == bindparam("unique_key")))
_has_key = Query(select(jobs.c.id).where(jobs.c.unique_key == bindparam("unique_key")))
_is_free = or_(jobs.c.locked_until.is_(None), jobs.c.locked_until < bindparam("now"))
_next_due = Query(
    select(jobs.c.run_at)
    .where(_is_free, jobs.c.run_at < PARKED, ~any_of(jobs.c.kind, "without"))
    .order_by(jobs.c.run_at, jobs.c.id)
    .limit(1)
)
_postpone = Query(
    update(jobs)
    .where(jobs.c.id == bindparam("id"))
    .values(run_at=bindparam("next_run"), locked_until=None, last_error=bindparam("error"))
)
_park = Query(
    update(jobs)
    .where(jobs.c.id == bindparam("id"))
    .values(run_at=PARKED, unique_key=None, locked_until=None, last_error=bindparam("error"))
)
_forget_parked = Query(delete(jobs).where(jobs.c.run_at == PARKED, jobs.c.created_at < bindparam("before")))
_count_parked = Query(select(func.count()).select_from(jobs).where(jobs.c.run_at == PARKED))
_renew = Query(update(jobs).where(any_of(jobs.c.id, "ids")).values(locked_until=bindparam("lease")))
_release = Query(
    update(jobs).where(any_of(jobs.c.id, "ids")).values(locked_until=None, attempts=jobs.c.attempts - 1)
)
_release_all = Query(update(jobs).where(jobs.c.locked_until > bindparam("now")).values(locked_until=None))


def _due(*, beside: bool) -> Any:
    of_network = any_of(jobs.c.kind, "beside")
    return (
        select(jobs.c.id, jobs.c.attempts)
        .where(jobs.c.run_at <= bindparam("now"), _is_free, of_network if beside else ~of_network)
        .order_by(jobs.c.run_at, jobs.c.id)
    )


def _claim_statement(dialect: DialectName, *, beside: bool) -> Any:
    first = _due(beside=beside).limit(1).subquery()
    chosen = (
        _due(beside=beside)
        .with_only_columns(jobs.c.id)
        # A job that was begun before, and not ended, may be one that ends the process: it is taken
        # alone, so that the blame for that falls on no other.
        .where(
            or_(
                and_(select(first.c.attempts).scalar_subquery() == 0, jobs.c.attempts == 0),
                and_(
                    select(first.c.attempts).scalar_subquery() > 0,
                    jobs.c.id == select(first.c.id).scalar_subquery(),
                ),
            )
        )
        .limit(bindparam("most", type_=Id))
    )
    if dialect == "postgresql":
        # Apart, or a plan that asks it once for each row locks others each time, beyond the limit.
        chosen = select(chosen.with_for_update(skip_locked=True, of=jobs).cte("chosen").c.id)
    return (
        update(jobs)
        .where(jobs.c.id.in_(chosen))
        .values(locked_until=bindparam("lease"), attempts=jobs.c.attempts + 1)
        .returning(jobs.c.id, jobs.c.kind, jobs.c.payload, jobs.c.attempts)
    )


_claim = Query(lambda dialect: _claim_statement(dialect, beside=False))
_claim_beside = Query(lambda dialect: _claim_statement(dialect, beside=True))


async def add(
    conn: Connection,
    kind: str,
    payload: object | None = None,
    *,
    run_at: int | None = None,
    unique_key: str | None = None,
) -> None:
    """Have *kind* done with *payload* (JSON) once this transaction has committed.

    *run_at* is a time in unix milliseconds.  A second job of the same *unique_key* is not added.
    """
    now = ids.now_ms()
    await conn.run(
        _add,
        id=ids.new_id(),
        kind=kind,
        payload={} if payload is None else payload,
        unique_key=unique_key,
        run_at=now if run_at is None else run_at,
        created_at=now,
    )
    conn.after_commit.append(_wake)


async def remove(conn: Connection, unique_key: str) -> None:
    """Forget the job of *unique_key*, if it is there."""
    await conn.run(_remove_by_key, unique_key=unique_key)


async def is_waiting(conn: Connection, unique_key: str) -> bool:
    """Whether the job of *unique_key* is still to be done; one that was parked is not."""
    return await conn.scalar(_has_key, unique_key=unique_key) is not None


async def claim(conn: Connection, now: int, *, beside: Sequence[str] = (), room: int = 0) -> list[Any]:
    """Up to BATCH due jobs (id, kind, payload, attempts with this one), ours for LEASE_MS; of the kinds
    *beside* up to *room*.
    """
    lease = now + LEASE_MS
    found = await conn.all(_claim, now=now, lease=lease, beside=beside, most=BATCH)
    if beside and room > 0:
        found += await conn.all(_claim_beside, now=now, lease=lease, beside=beside, most=room)
    return sorted(found, key=lambda job: int(job.id))


async def renew(conn: Connection, job_ids: Sequence[int], now: int) -> None:
    """They are ours for LEASE_MS from now."""
    await conn.run(_renew, ids=job_ids, lease=now + LEASE_MS)


async def release(conn: Connection, job_ids: Sequence[int]) -> None:
    """They are not ours any more, and have not been begun."""
    await conn.run(_release, ids=job_ids)


async def release_all(conn: Connection, now: int) -> None:
    """Nobody has any in hand: those who had are gone.  That they had begun them counts."""
    await conn.run(_release_all, now=now)


async def done(conn: Connection, job_id: int) -> None:
    """The job has had its effects."""
    await conn.run(_remove, id=job_id)


async def postpone(conn: Connection, job_id: int, *, run_at: int, error: str) -> None:
    """Try again at *run_at*; *error* is kept for the administrator to read."""
    await conn.run(_postpone, id=job_id, next_run=run_at, error=error[:500])


async def park(conn: Connection, job_id: int, *, error: str) -> None:
    """Do not try again; what was parked KEPT_MS ago is forgotten."""
    await conn.run(_park, id=job_id, error=error[:500])
    await conn.run(_forget_parked, before=ids.now_ms() - KEPT_MS)


async def count_parked(conn: Connection) -> int:
    """How many jobs are not run again."""
    found: int = await conn.scalar(_count_parked)
    return found


async def next_due(conn: Connection, now: int, *, without: Sequence[str] = ()) -> int | None:
    """When the next job is due, of other kinds than those *without*; None when there is none."""
    due: int | None = await conn.scalar(_next_due, now=now, without=without)
    return due


_sleepers: list[Any] = []


def _wake() -> None:
    for event in _sleepers:
        event.set()


def sleeper(event: Any) -> Any:
    """Register an `asyncio.Event` that is set when this process adds a job; a function to undo it."""
    _sleepers.append(event)
    return lambda: _sleepers.remove(event)
