"""Runs jobs, in the server's own process or in one of its own.

Two sorts of handler: one that only touches the database gets a connection, and its job is removed
in the same transaction; one that speaks to the network gets the database, opens short transactions
itself, and must be harmless to repeat.

The first sort runs one after the other; the second beside it, SIDE_BY_SIDE at once, so that one that
waits for somebody holds up nobody.  Attempts are counted when they begin: a job that ends the process
each time is put off like any that fails, and parked in the end.
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
SIDE_BY_SIDE = 8
RENEW_SECONDS = 3.0


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
        self._aside: dict[int, asyncio.Task[None]] = {}
        self._in_hand: set[int] = set()

    async def run(self) -> None:
        """Work until told to stop; an error in a job never ends this."""
        forget = queue.sleeper(self._wake)
        renewing = asyncio.create_task(self._renew())
        try:
            while not self._stopping:
                self._wake.clear()
                try:
                    worked = await self._take(ids.now_ms())
                except Exception:
                    log.exception("the queue cannot be read; trying again")
                    worked = 0
                if not worked:
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._wake.wait(), POLL_SECONDS)
            await self._finish()
        finally:
            forget()
            for task in (renewing, *self._aside.values()):
                task.cancel()

    def stop(self) -> None:
        """Finish the jobs in hand and return from `run`."""
        self._stopping = True
        self._wake.set()

    async def drain(self, *, at: int | None = None) -> int:
        """Run everything due until nothing is; how many ran.  For tests and the command line."""
        total = 0
        while ran := await self.drain_once(at=at):
            total += ran
        return total

    async def drain_once(self, *, at: int | None = None) -> int:
        """Run one batch of what is due (as if it were *at*, in unix milliseconds) to its end."""
        taken = await self._take(ids.now_ms() if at is None else at)
        await self._finish()
        return taken

    async def _take(self, now: int) -> int:
        """Take what is due and run it, or begin to; how many jobs that are."""
        room = SIDE_BY_SIDE - len(self._aside)
        network = [kind for kind, handler in self._handlers.items() if isinstance(handler, OnNetwork)]
        async with self._db.read() as conn:
            due = await queue.next_due(conn, now, without=[] if room else network)
        if due is None or due > now:
            return 0
        async with self._db.write() as conn:
            batch = await queue.claim(conn, now, beside=network, room=room)
        for job in batch:
            if isinstance(self._handlers.get(job.kind), OnNetwork):
                self._aside[job.id] = asyncio.create_task(self._run_aside(job, now))
        rest = [job for job in batch if job.id not in self._aside]
        self._in_hand = {job.id for job in rest}
        while rest and not self._stopping:
            await self._run(rest.pop(0), now)
        self._in_hand = set()
        if rest:
            async with self._db.write() as conn:
                await queue.release(conn, [job.id for job in rest])
        return len(batch)

    async def _run_aside(self, job: Any, now: int) -> None:
        try:
            await self._run(job, now)
        except Exception:
            # Its lease ends by itself.
            log.exception("job %s (%s) could not be put off", job.kind, job.id)
        finally:
            del self._aside[job.id]
            self._wake.set()

    async def _finish(self) -> None:
        while self._aside:
            await asyncio.wait(list(self._aside.values()))

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            if ours := sorted({*self._aside, *self._in_hand}):
                with contextlib.suppress(Exception):
                    async with self._db.write() as conn:
                        await queue.renew(conn, ours, ids.now_ms())

    async def _run(self, job: Any, now: int) -> None:
        handler = self._handlers.get(job.kind)
        try:
            if job.attempts > queue.MAX_ATTEMPTS:
                raise RuntimeError("it ended the process each time")
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
                if job.attempts >= queue.MAX_ATTEMPTS:
                    log.error("job %s (%s) is given up", job.kind, job.id)
                    await queue.park(conn, job.id, error=repr(error))
                else:
                    run_at = now + _pause_ms(job.attempts - 1)
                    await queue.postpone(conn, job.id, run_at=run_at, error=repr(error))


def _pause_ms(attempts: int) -> int:
    """15 s, doubling, up to a day, give or take a fifth so that failures do not march in step."""
    pause = min(FIRST_RETRY_MS * 2**attempts, 24 * 3600 * 1000)
    return int(pause * random.uniform(0.8, 1.2))  # noqa: S311  no secret hangs on it
