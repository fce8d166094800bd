"""Runs jobs, in the server's own process or in one of its own.

Two sorts of handler: one that only touches the database gets a connection, and its job is removed
in the same transaction; one that speaks to the network gets the database, opens short transactions
itself, and must be harmless to repeat.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from stoa import ids
from stoa.db import Connection, Database
from stoa.jobs import queue

log = logging.getLogger("stoa.jobs")

POLL_SECONDS = 1.0  # for jobs that another process added
FIRST_RETRY_MS = 15_000


@dataclass(frozen=True, slots=True)
class InDatabase:
    """A handler that only touches the database."""

    run: Callable[[Connection, Any], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class OnNetwork:
    """A handler that may take long and speak to others."""

    run: Callable[[Database, Any], Awaitable[None]]


Handlers = Mapping[str, InDatabase | OnNetwork]


class Worker:
    """`await run()` until `stop()`.  Unfinished jobs are taken up again after their lease."""

    def __init__(self, db: Database, handlers: Handlers) -> None:
        self._db = db
        self._handlers = handlers
        self._wake = asyncio.Event()
        self._stopping = False

    async def run(self) -> None:
        """Work until told to stop; an error in a job never ends this."""
        forget = queue.sleeper(self._wake)
        try:
            while not self._stopping:
                self._wake.clear()
                try:
                    worked = await self.drain_once()
                except Exception:
                    log.exception("the queue cannot be read; trying again")
                    worked = 0
                if not worked:
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._wake.wait(), POLL_SECONDS)
        finally:
            forget()

    def stop(self) -> None:
        """Finish the job in hand and return from `run`."""
        self._stopping = True
        self._wake.set()

    async def drain(self, *, at: int | None = None) -> int:
        """Run everything due until nothing is; how many ran.  For tests and the command line."""
        total = 0
        while ran := await self.drain_once(at=at):
            total += ran
        return total

    async def drain_once(self, *, at: int | None = None) -> int:
        """Run one batch of what is due (as if it were *at*, in unix milliseconds)."""
        now = ids.now_ms() if at is None else at
        async with self._db.read() as conn:
            due = await queue.next_due(conn, now)
        if due is None or due > now:
            return 0
        async with self._db.write() as conn:
            batch = await queue.claim(conn, now)
        for job in batch:
            await self._run(job, now)
        return len(batch)

    async def _run(self, job: Any, now: int) -> None:
        handler = self._handlers.get(job.kind)
        try:
            if handler is None:
                raise LookupError(f"no handler for jobs of kind {job.kind}")
            if isinstance(handler, InDatabase):
                async with self._db.write() as conn:
                    await handler.run(conn, job.payload)
                    await queue.done(conn, job.id)
            else:
                await handler.run(self._db, job.payload)
                async with self._db.write() as conn:
                    await queue.done(conn, job.id)
        except Exception as error:
            log.exception("job %s (%s) failed", job.kind, job.id)
            async with self._db.write() as conn:
                if job.attempts + 1 >= queue.MAX_ATTEMPTS:
                    log.error("job %s (%s) is given up", job.kind, job.id)
                    await queue.done(conn, job.id)
                else:
                    await queue.postpone(
                        conn, job.id, run_at=now + _pause_ms(job.attempts), error=repr(error)
                    )


def _pause_ms(attempts: int) -> int:
    """15 s, doubling, up to a day, give or take a fifth so that failures do not march in step."""
    pause = min(FIRST_RETRY_MS * 2**attempts, 24 * 3600 * 1000)
    return int(pause * random.uniform(0.8, 1.2))  # noqa: S311  no secret hangs on it
