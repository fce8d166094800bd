"""A durable queue in the same database: a job is inserted in the transaction that caused it.

So a job exists exactly when its cause does.  Jobs are run at least once; one that only touches the
database is removed in the transaction of its own effects, and so has them exactly once.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, delete, func, or_, select, update

from stoa import ids
from stoa.db import Connection, Query, insert
from stoa.db.query import DialectName
from stoa.db.tables import jobs

BATCH = 20
LEASE_MS = 5 * 60 * 1000
MAX_ATTEMPTS = 16

_add = insert(jobs, "id", "kind", "payload", "unique_key", "run_at", "created_at", ignore=True)
_remove = Query(delete(jobs).where(jobs.c.id == bindparam("id")))
_remove_by_key = Query(delete(jobs).where(jobs.c.unique_key == bindparam("unique_key")))
_next_due = Query(
    select(func.min(jobs.c.run_at)).where(
        or_(jobs.c.locked_until.is_(None), jobs.c.locked_until < bindparam("now"))
    )
)
_postpone = Query(
    update(jobs)
    .where(jobs.c.id == bindparam("id"))
    .values(
        run_at=bindparam("next_run"),
        attempts=jobs.c.attempts + 1,
        locked_until=None,
        last_error=bindparam("error"),
    )
)


def _claim_statement(dialect: DialectName) -> Any:
    due = (
        select(jobs.c.id)
        .where(
            jobs.c.run_at <= bindparam("now"),
            or_(jobs.c.locked_until.is_(None), jobs.c.locked_until < bindparam("now")),
        )
        .order_by(jobs.c.run_at, jobs.c.id)
        .limit(BATCH)
    )
    if dialect == "postgresql":
        due = due.with_for_update(skip_locked=True)
    return (
        update(jobs)
        .where(jobs.c.id.in_(due))
        .values(locked_until=bindparam("lease"))
        .returning(jobs.c.id, jobs.c.kind, jobs.c.payload, jobs.c.attempts)
    )


_claim = Query(_claim_statement)


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


async def claim(conn: Connection, now: int) -> list[Any]:
    """Up to BATCH due jobs (id, kind, payload, attempts), ours for LEASE_MS."""
    return await conn.all(_claim, now=now, lease=now + LEASE_MS)


async def done(conn: Connection, job_id: int) -> None:
    """The job has had its effects."""
    await conn.run(_remove, id=job_id)


async def postpone(conn: Connection, job_id: int, *, run_at: int, error: str) -> None:
    """Try again at *run_at*; *error* is kept for the administrator to read."""
    await conn.run(_postpone, id=job_id, next_run=run_at, error=error[:500])


async def next_due(conn: Connection, now: int) -> int | None:
    """When the next job is due; None when there is none."""
    due: int | None = await conn.scalar(_next_due, now=now)
    return due


_sleepers: list[Any] = []


def _wake() -> None:
    for event in _sleepers:
        event.set()


def sleeper(event: Any) -> Any:
    """Register an `asyncio.Event` that is set when this process adds a job; a function to undo it."""
    _sleepers.append(event)
    return lambda: _sleepers.remove(event)
