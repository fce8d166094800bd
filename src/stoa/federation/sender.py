"""The way out: sends what waits in `deliveries`, to each server in order, to all of them at once.

A server that is slow or dead holds up nobody else: it moves aside (places.py), and while it does not
answer it costs one request for each pause, whatever waits for it (core/instances/health.py).  To one
server go up to PER_HOST deliveries at once, to different inboxes; what is said on one thing goes one
after the other.  Whatever is not known to be delivered is sent again, by whoever is there.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import OrderedDict, deque
from collections.abc import Sequence

from sqlalchemy import Text, bindparam, select

from stoa import ids
from stoa.core.house import House
from stoa.core.instances import health, policy
from stoa.core.instances.health import Scheme
from stoa.db import Query, Row
from stoa.db.tables import remote_actors
from stoa.federation import due, remember, store, unknown
from stoa.federation.attempt import Attempts, Outcome
from stoa.federation.deliver.send import on_work
from stoa.federation.due import Letter
from stoa.federation.own_keys import OwnKeys
from stoa.federation.places import Place, Places
from stoa.federation.revival import Revival
from stoa.federation.settling import Report, Settling
from stoa.http_client import HttpClient

log = logging.getLogger("stoa.federation")

POLL_SECONDS = 1.0  # for what another process queued
TIDY_SECONDS = 15.0
SWEEP_EVERY = 240  # times of tidying: once an hour
ASK_EVERY = 20
RENEW_SECONDS = 3.0
TURN_SECONDS = 5.0
SLOW_SECONDS = 1.0
PER_HOST = 4
AHEAD = 160  # hosts that are taken before there is a place for them
MOST_SLOW = 1024
LETTERS_BYTES = 8 * 1024 * 1024

_whose_inbox = Query(
    select(remote_actors.c.account_id).where(
        remote_actors.c.host == bindparam("host", type_=Text),
        remote_actors.c.inbox == bindparam("inbox", type_=Text),
        remote_actors.c.gone_at.is_(None),
    )
)


class Sender:
    """One for a process: `run` until `stop`."""

    def __init__(self, house: House, http: HttpClient, own_keys: OwnKeys) -> None:
        self._house, self._db = house, house.db
        self._attempts = Attempts(http, own_keys)
        self._revival = Revival(house, http)
        self._settling = Settling(house.db, self._now)
        self._wake = asyncio.Event()
        self._stopping = False
        self._at: int | None = None
        self._places = Places()
        self._taken: deque[tuple[str, Scheme | None, bool]] = deque()
        self._turns: dict[str, asyncio.Task[None]] = {}
        self._slow: OrderedDict[str, None] = OrderedDict()
        self._letters: OrderedDict[int, Letter] = OrderedDict()
        self._letters_bytes = 0
        self.attempts = 0
        """How many have been made."""

    async def run(self) -> None:
        """Send until told to stop; nothing that goes wrong with one delivery ends this."""
        if self._house.settings.federation == "off":
            return
        forget = on_work(self._wake.set)
        aside = [asyncio.create_task(self._renew()), asyncio.create_task(self._tidy())]
        try:
            while not self._stopping:
                self._wake.clear()
                took = 0
                try:
                    took = await self._take()
                except Exception:
                    log.exception("what waits to go out cannot be read; trying again")
                if not took:
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._wake.wait(), POLL_SECONDS)
            await self._finish()
        finally:
            forget()
            for task in (*aside, *self._turns.values()):
                task.cancel()

    def stop(self) -> None:
        """Finish what is in hand and return from `run`."""
        self._stopping = True
        self._wake.set()

    async def drain(self, *, at: int | None = None) -> int:
        """Send everything due (as if it were *at*, in unix milliseconds); how many attempts that took.
        For tests.
        """
        before = self.attempts
        self._at = at
        try:
            while await self._take():
                await self._finish()
        finally:
            self._at = None
        return self.attempts - before

    async def tidy(self, *, at: int | None = None, sweep: bool = True, ask: bool = True) -> None:
        """What is done now and then: let go on those that were heard of, clear up, ask those that were
        given up.
        """
        now = self._now() if at is None else at
        async with self._db.write() as conn:
            if await due.unpause(conn, now):
                conn.after_commit.append(self._wake.set)
            if sweep:
                hosts = await due.waiting_hosts(conn)
                await due.drop(conn, await policy.refused(conn, self._house.settings, hosts))
                await due.sweep(conn, now)
                await health.sweep(conn, now)
                await store.sweep(conn, self._house.addresses.base, now)
                await unknown.sweep(conn, now)
        if ask:
            await self._revival.ask(now)

    def _now(self) -> int:
        return ids.now_ms() if self._at is None else self._at

    async def _take(self) -> int:
        """Take hosts and begin with those for whom there is a place; how many were taken."""
        now = self._now()
        most = AHEAD - len(self._taken) if len(self._taken) < AHEAD // 2 else 0
        took = 0
        if most:
            async with self._db.read() as conn:
                earliest = await due.next_due(conn, now)
            if earliest is not None and earliest <= now:
                took = await self._claim(now, most)
        self._begin()
        return took

    async def _claim(self, now: int, most: int) -> int:
        doubtful_most = self._places.free_for_doubtful - sum(one[2] for one in self._taken)
        async with self._db.write() as conn:
            quick, doubtful = await due.claim(
                conn, now, quick=most, doubtful=doubtful_most, slow=list(self._slow)
            )
            hosts = [*quick, *doubtful]
            closed = await policy.refused(conn, self._house.settings, hosts)
            await due.drop(conn, closed)
            known = await health.standings(conn, hosts)
        for host in hosts:
            standing = known.get(host)
            scheme = None if standing is None else health.known_scheme(standing, now)
            if host not in closed and host not in self._turns:
                self._taken.append((host, scheme, standing is not None and standing.failures > 0))
        return len(hosts)

    def _begin(self) -> None:
        """Begin with those that were taken, as long as there is a place."""
        for _ in range(0 if self._stopping else len(self._taken)):
            host, scheme, failing = self._taken.popleft()
            doubtful = failing or host in self._slow
            if (self._places.free_for_doubtful if doubtful else self._places.free) <= 0:
                self._taken.append((host, scheme, failing))
                continue
            place = self._places.take(doubtful=doubtful)
            self._turns[host] = asyncio.create_task(self._turn(host, scheme, place, failing=failing))

    async def _finish(self) -> None:
        """Until nothing is in hand."""
        if self._stopping:
            for host, _, _ in self._taken:
                self._settling.add(Report(host, leaving=True))
            self._taken.clear()
        while self._turns or self._taken:
            self._begin()
            await asyncio.wait(list(self._turns.values()))
        await self._settling.finish()

    async def _turn(self, host: str, scheme: Scheme | None, place: Place, *, failing: bool) -> None:
        """Send what waits for *host*, for a while."""
        clock = asyncio.get_running_loop().time
        end = clock() + TURN_SECONDS
        # One that was failing is tried with one delivery before the others follow.
        most = 1 if failing else due.BATCH
        try:
            while True:
                report = Report(host)
                async with self._db.read() as conn:
                    rows = await due.of_host(conn, host, self._now(), most)
                if rows:
                    await self._round(host, rows, scheme, place, report)
                    scheme = report.scheme or scheme
                full = len(rows) == most
                report.leaving = not full or report.stops or self._stopping or clock() > end
                settled = self._settling.add(report)
                if report.leaving:
                    return
                await settled
                most = due.BATCH
        except Exception:
            log.exception("sending to %s was broken off", host)
        finally:
            place.leave()
            del self._turns[host]
            self._begin()
            self._wake.set()

    async def _round(
        self, host: str, rows: Sequence[Row], scheme: Scheme | None, place: Place, report: Report
    ) -> None:
        """Send *rows*, in order, side by side where they go to different inboxes and are about different
        things; stop where the host does not take them.
        """
        if len(rows) == 1:
            await self._send(host, rows[0], scheme, place, report)
            return
        waiting = list(rows)
        running: dict[asyncio.Task[bool], Row] = {}
        while waiting or running:
            held: set[str] = set()
            for row in running.values():
                held |= {row.inbox, row.about or ""}
            held.discard("")
            for row in list(waiting):
                if len(running) >= PER_HOST:
                    break
                if row.inbox not in held and row.about not in held:
                    waiting.remove(row)
                    task = asyncio.create_task(self._send(host, row, scheme, place, report))
                    running[task] = row
                held |= {row.inbox, row.about} if row.about else {row.inbox}
            finished, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in finished:
                row = running.pop(task)
                if not task.result() and row.about:
                    waiting = [one for one in waiting if one.about != row.about]
            if report.stops or self._stopping:
                waiting = []

    async def _send(self, host: str, row: Row, scheme: Scheme | None, place: Place, report: Report) -> bool:
        """One attempt, noted in *report*; whether that was the last of this delivery."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        aside = loop.call_later(SLOW_SECONDS, self._move_aside, place)
        written = self._now()
        try:
            letter = await self._letter(row.outgoing_id)
            if letter is None:
                return True
            written = letter.created_at
            self.attempts += 1
            outcome = await self._attempts.make(host, letter, row, report.scheme or scheme, self._now())
        except Exception as error:
            log.exception("delivery %s to %s failed", row.id, host)
            outcome = Outcome("later", repr(error), answered=False)
        finally:
            aside.cancel()
        self._note_pace(host, loop.time() - begun)
        report.note(row.id, row.outgoing_id, row.attempts, written, outcome, self._now())
        if outcome.end == "gone":
            await self._inbox_gone(host, row.inbox)
        return outcome.end != "later"

    def _move_aside(self, place: Place) -> None:
        if place.move_aside():
            self._begin()
            self._wake.set()

    def _note_pace(self, host: str, seconds: float) -> None:
        self._slow.pop(host, None)
        if seconds > SLOW_SECONDS:
            self._slow[host] = None
            if len(self._slow) > MOST_SLOW:
                self._slow.popitem(last=False)

    async def _inbox_gone(self, host: str, inbox: str) -> None:
        """Its server says that nobody has this inbox any more: whoever had it is gone."""
        try:
            async with self._db.write() as conn:
                for account_id in await conn.scalars(_whose_inbox, host=host, inbox=inbox):
                    await remember.gone(conn, account_id)
        except Exception:
            log.exception("%s is gone, which could not be noted", inbox)

    async def _letter(self, outgoing_id: int) -> Letter | None:
        """What is sent; what went out last is kept in memory."""
        kept = self._letters.get(outgoing_id)
        if kept is not None:
            return kept
        async with self._db.read() as conn:
            letter = await due.letter(conn, outgoing_id)
        if letter is not None and outgoing_id not in self._letters:
            self._letters[outgoing_id] = letter
            self._letters_bytes += len(letter.body)
            while self._letters_bytes > LETTERS_BYTES:
                _, oldest = self._letters.popitem(last=False)
                self._letters_bytes -= len(oldest.body)
        return letter

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            if self._turns or self._taken:
                with contextlib.suppress(Exception):
                    async with self._db.write() as conn:
                        # Looked at only now: one that was left meanwhile is not ours to keep.
                        held = [*self._turns, *(one[0] for one in self._taken)]
                        await due.renew(conn, held, self._now())

    async def _tidy(self) -> None:
        times = 0
        while True:
            try:
                await self.tidy(sweep=times % SWEEP_EVERY == 0, ask=times % ASK_EVERY == 0)
            except Exception:
                log.exception("tidying up failed; trying again")
            times += 1
            await asyncio.sleep(TIDY_SECONDS)
