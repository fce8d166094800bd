"""What became of deliveries, written down: whatever is reported while one transaction commits goes
into the next.

Until it is written, a delivery counts as not made: who is killed in between makes it once more.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Sequence
from typing import Literal

import msgspec

from stoa.core.instances import health
from stoa.core.instances.health import Scheme
from stoa.db import Conflict, Connection, Database
from stoa.federation import due
from stoa.federation.attempt import LONGEST_MS, Outcome, retry_ms

log = logging.getLogger("stoa.federation")

GATHER_SECONDS = 0.02
MOST = 256
CONFLICTS = 5


class Report(msgspec.Struct):
    """What became of a part of what waits for *host*; *leaving*: nothing more of it is sent now."""

    host: str
    done: list[int] = msgspec.field(default_factory=list)
    of: set[int] = msgspec.field(default_factory=set)
    postponed: list[tuple[int, int, str]] = msgspec.field(default_factory=list)
    answered: bool = False
    failing: Literal["", "error", "unreachable"] = ""
    pause: int = 0
    scheme: Scheme | None = None
    leaving: bool = False

    @property
    def stops(self) -> bool:
        """Whether nothing more is sent to the host for now."""
        return bool(self.failing or self.pause)

    def note(
        self, delivery: int, outgoing: int, attempts: int, written: int, outcome: Outcome, now: int
    ) -> None:
        """The *outcome* of a delivery of what was *written* then, after so many *attempts* before."""
        self.answered |= outcome.answered
        if outcome.failing and self.failing != "unreachable":
            self.failing = outcome.failing
        self.pause = max(self.pause, outcome.pause)
        self.scheme = outcome.scheme or self.scheme
        # Where nobody answered, it is the server that is waited for, not this delivery.
        at = now if outcome.failing == "unreachable" else now + max(retry_ms(attempts), outcome.pause)
        if outcome.end == "later" and at - written < LONGEST_MS:
            self.postponed.append((delivery, at, outcome.reason))
            return
        if outcome.end != "done":
            log.info("delivery %s to %s ends: %s", delivery, self.host, outcome.reason)
        self.done.append(delivery)
        self.of.add(outgoing)


class Settling:
    """Takes reports; each `add` gives a future that is done when it is on disk."""

    def __init__(self, db: Database, clock: Callable[[], int]) -> None:
        self._db = db
        self._clock = clock
        self._waiting: list[tuple[Report, asyncio.Future[None]]] = []
        self._working: asyncio.Task[None] | None = None

    def add(self, report: Report) -> asyncio.Future[None]:
        """Write *report* down soon."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((report, future))
        if self._working is None:
            self._working = asyncio.create_task(self._work())
        return future

    async def finish(self) -> None:
        """All that was reported is on disk."""
        while self._working is not None:
            await asyncio.wait([self._working])

    async def _work(self) -> None:
        try:
            while self._waiting:
                await asyncio.sleep(GATHER_SECONDS)
                batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                try:
                    await self._write([report for report, _ in batch])
                except Exception:
                    # Their leases end by themselves, and they are sent again.
                    log.exception("what was delivered could not be noted")
                for _, future in batch:
                    if not future.done():
                        future.set_result(None)
        finally:
            self._working = None

    async def _write(self, reports: Sequence[Report]) -> None:
        for last in range(CONFLICTS):
            try:
                async with self._db.write() as conn:
                    await write(conn, reports, self._clock())
                return
            except Conflict:
                if last == CONFLICTS - 1:
                    raise
                await asyncio.sleep(random.uniform(0.0, 0.1))  # noqa: S311  no secret hangs on it


async def write(conn: Connection, reports: Sequence[Report], now: int) -> None:
    """Note *reports* of different hosts, or several of one in their order."""
    reports = sorted(reports, key=lambda report: report.host)
    await due.settle(
        conn,
        done=[one for report in reports for one in report.done],
        of={one for report in reports for one in report.of},
        postponed=[one for report in reports for one in report.postponed],
    )
    leaving: dict[str, int | None] = {}
    given_up: set[str] = set()
    known = await health.standings(conn, {report.host for report in reports})
    for report in reports:
        host, standing = report.host, known.get(report.host)
        if report.answered:
            await health.answered(conn, host, standing, now)
            if report.failing and standing is not None:
                standing = (await health.standings(conn, [host])).get(host)
        if report.scheme is not None:
            await health.took(conn, host, report.scheme)
        paused: int | None = None
        if report.failing:
            unreachable = report.failing == "unreachable"
            paused, is_given_up = await health.failed(conn, host, standing, now, unreachable=unreachable)
            if is_given_up:
                given_up.add(host)
        if report.pause and (paused or 0) < now + report.pause:
            paused = now + report.pause
            await health.pause(conn, host, paused)
        if report.leaving:
            leaving[host] = paused
    await due.lock(conn, leaving)
    await due.leave(conn, {host: until for host, until in leaving.items() if host not in given_up}, now)
    for host in sorted(given_up):
        dropped = await due.drop(conn, [host])
        log.info("%s is given up; %d deliveries to it are dropped", host, dropped)
