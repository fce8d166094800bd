"""From what was kept of what others delivered to its effects.

Most activities need nothing but the database: they are applied in batches, each in a part of the
transaction that can be undone alone, and their rows go in the same transaction, so that each has its
effects exactly once.  Those that need something fetched, those that only claim to be of their actor,
and those that failed before are settled one by one beside the batches, a few for each server, so that
a slow one holds up nobody else.

An activity waits while an earlier one of the same sender is being settled (boosts aside, which depend
on nothing).  Once one has failed, those after it go ahead: what comes out of order ends right too.
An activity that makes the process end is counted before it is tried again, and given up in the end.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections import Counter, OrderedDict
from time import perf_counter
from typing import Any

from stoa import ids
from stoa.core.house import House
from stoa.core.instances import health
from stoa.db import Conflict, Connection, Row, Unavailable, UniqueViolation
from stoa.federation import budget, hearsay, unknown, waiting
from stoa.federation.apply import NotUsed, Refused, apply
from stoa.federation.fetch import Fetcher
from stoa.federation.intake import Full, Intake
from stoa.federation.missing import Missing, NotResolved, Step, settle
from stoa.federation.parse.origins import host_of
from stoa.federation.resolve import Resolver

__all__ = ["Full", "Incoming"]

log = logging.getLogger("stoa.federation")

POLL_SECONDS = 1.0  # for what another process kept
BATCH_SECONDS = 0.05  # a transaction is open, and others want to write
RENEW_SECONDS = 3.0
SETTLE_SECONDS = 180.0
MAX_SETTLING = 32
MAX_SETTLING_PER_HOST = 4
MAX_ASIDE = 512
MAX_ASIDE_PER_HOST = 64
NO_ROOM_MS = 5_000
HEARD_EVERY_MS = 60_000
MAX_ATTEMPTS = 12
CONFLICTS = 3
FIRST_RETRY_MS = 15_000
LONGEST_RETRY_MS = 12 * 3600 * 1000


class Incoming:
    """What came in.  One for a process: `run` until `stop`."""

    def __init__(self, house: House, resolver: Resolver, fetcher: Fetcher) -> None:
        self._house = house
        self._db = house.db
        self._resolver = resolver
        self._fetcher = fetcher
        self._wake = asyncio.Event()
        self._stopping = False
        self.intake = Intake(house.db, self._wake.set)
        self.put = self.intake.put
        # What was claimed and waits for a place, by the server that it waits for; what has one.
        self._aside: OrderedDict[str, list[waiting.Claimed]] = OrderedDict()
        self._settling: dict[int, asyncio.Task[None]] = {}
        self._places: Counter[str] = Counter()
        self._claimed: dict[int, waiting.Claimed] = {}
        self._suspects: set[int] = set()  # of a batch that failed as a whole
        self._heard: dict[str, int] = {}
        self._unknown: dict[str, unknown.Seen] = {}  # of the batch in hand

    async def run(self) -> None:
        """Work until told to stop; nothing that comes in ends this."""
        async with self._db.write() as conn:
            await waiting.suspect(conn, ids.now_ms())
        renewing = asyncio.create_task(self._renew())
        try:
            while not self._stopping:
                self._wake.clear()
                try:
                    worked = await self._batch(ids.now_ms())
                except Unavailable as error:
                    log.error("what came in waits, for the database takes nothing just now: %s", error)
                    worked = 0
                except Exception:
                    log.exception("what came in cannot be worked off; trying again")
                    worked = 0
                if not worked:
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._wake.wait(), POLL_SECONDS)
        finally:
            renewing.cancel()
            for task in self._settling.values():
                task.cancel()
            await asyncio.gather(renewing, *self._settling.values(), return_exceptions=True)
            await self._let_go()

    def stop(self) -> None:
        """Finish the batch in hand and return from `run`; what is being settled is begun anew later."""
        self._stopping = True
        self._wake.set()

    async def drain(self, *, at: int | None = None) -> int:
        """Work off everything due (as if it were *at*, unix milliseconds); how many went.  For tests."""
        total = 0
        while True:
            settled = not self._settling  # what ends meanwhile may let others go
            worked = await self._batch(ids.now_ms() if at is None else at)
            if not worked and settled and not self._settling:
                return total
            total += worked
            if not worked and self._settling:
                await asyncio.wait(self._settling.values(), return_when=asyncio.FIRST_COMPLETED)

    async def _batch(self, now: int) -> int:
        """Take what is due; how many rows were dealt with or set aside.  Raises Unavailable, for there is
        no point in trying again at once.
        """
        async with self._db.read() as conn:
            if not await waiting.any_due(conn, now):
                return 0
        taken: list[Row] = []
        try:
            return await self._apply_batch(now, taken)
        except Exception as error:
            # What follows from an activity happens at the end, where nobody can say any more from
            # which; so each of them is tried alone.
            self._suspects.update(row.id for row in taken)
            if not taken or isinstance(error, Unavailable):
                raise
            level = logging.INFO if isinstance(error, Conflict) else logging.ERROR
            log.log(level, "a batch of %d activities is undone", len(taken), exc_info=error)
            return len(taken)

    async def _apply_batch(self, now: int, taken: list[Row]) -> int:
        aside: list[waiting.Claimed] = []
        done: list[Row] = []
        full: list[int] = []
        self._unknown.clear()
        async with self._db.write() as conn:
            held_up: set[str] = set()
            until = perf_counter() + BATCH_SECONDS
            for row in await waiting.due(conn, now):
                if row.id in self._claimed or row.sender in held_up:
                    continue
                taken.append(row)
                needs = await self._try(conn, row)
                if needs is None:
                    done.append(row)
                elif self._has_room(needs, aside):
                    aside.append(waiting.Claimed(row.id, needs, waiting.holds_up(row.body)))
                    if aside[-1].holds_up:
                        held_up.add(row.sender)
                else:
                    full.append(row.id)
                if perf_counter() > until:
                    break
                # Reads of others go on in between.
                await asyncio.sleep(0)
            await waiting.done(conn, [row.id for row in done])
            await waiting.claim(conn, aside, now)
            await waiting.put_off(conn, full, now + NO_ROOM_MS)
            await self._note_heard(conn, {row.host for row in taken}, now)
            if self._unknown:
                await unknown.note(conn, self._unknown, now)
        for row in done:
            self.intake.released(row.host, len(row.body))
        for claimed in aside:
            self._claimed[claimed.id] = claimed
            self._suspects.discard(claimed.id)
            self._aside.setdefault(claimed.host, []).append(claimed)
        self._fill_places()
        return len(taken)

    async def _try(self, conn: Connection, row: Row) -> str | None:
        """None if *row* has had its effects or never will; else the server that it waits for."""
        host: str = row.host
        if row.attempts or not row.proven or row.id in self._suspects:
            return host
        try:
            async with conn.savepoint():
                await apply(conn, self._house, row, read=self.intake.read(row.id))
        except NotUsed as refusal:
            before = self._unknown.get(refusal.kind)
            self._unknown[refusal.kind] = unknown.Seen(1 + (before.times if before else 0), host)
        except Refused as refusal:
            log.info("%s of %s is left out: %s", row.activity, row.sender, refusal)
        except Missing as missing:
            return (host_of(missing.all[0]) if missing.all else None) or host
        except Exception as error:
            # It will be tried alone, and then counts as failed.
            log.info("%s of %s failed in a batch: %r", row.activity, row.sender, error)
            return host
        return None

    def _has_room(self, host: str, aside: list[waiting.Claimed]) -> bool:
        for_host = len(self._aside.get(host, ())) + sum(one.host == host for one in aside)
        return len(self._claimed) + len(aside) < MAX_ASIDE and for_host < MAX_ASIDE_PER_HOST

    async def _note_heard(self, conn: Connection, hosts: set[str], now: int) -> None:
        for host in hosts:
            if now - self._heard.get(host, 0) >= HEARD_EVERY_MS:
                if len(self._heard) > 10_000:
                    self._heard.clear()
                self._heard[host] = now
                await health.heard_from(conn, host)

    def _fill_places(self) -> None:
        """Begin to settle what waits, a few for each server, each server in its turn."""
        if self._stopping:
            return
        for host in list(self._aside):
            queue = self._aside[host]
            while (
                queue and len(self._settling) < MAX_SETTLING and self._places[host] < MAX_SETTLING_PER_HOST
            ):
                claimed = queue.pop(0)
                self._places[host] += 1
                self._settling[claimed.id] = asyncio.create_task(self._settle(claimed))
            if not queue:
                del self._aside[host]
            else:
                self._aside.move_to_end(host)

    async def _settle(self, claimed: waiting.Claimed) -> None:
        """Have the effects of one activity, fetching what it needs, or note that it failed."""
        try:
            outcome = await self._outcome(claimed)
            if outcome is not None:
                await self._failed(claimed, outcome)
        except Unavailable as error:
            # Its lease ends by itself.
            log.error("an activity is put off, for the database takes nothing just now: %s", error)
        except Exception:
            log.exception("an activity could not be put off")
        # Not when it is cancelled: then it is still ours, to be let go.
        del self._claimed[claimed.id], self._settling[claimed.id]
        self._places[claimed.host] -= 1
        if not self._places[claimed.host]:
            del self._places[claimed.host]
        self._fill_places()
        self._wake.set()

    async def _outcome(self, claimed: waiting.Claimed) -> str | None:
        """None if it is dealt with, else why it is to be tried again."""

        async def step(conn: Connection, given_up: frozenset[str]) -> Row | None:
            row = await waiting.get(conn, claimed.id)
            if row is None:
                return None
            await apply(conn, self._house, row, given_up=given_up, document=document)
            await waiting.done(conn, [row.id])
            return row

        document: dict[str, Any] | None = None
        try:
            async with asyncio.timeout(SETTLE_SECONDS):
                with budget.spending():
                    async with self._db.read() as conn:
                        row = await waiting.get(conn, claimed.id)
                    if row is not None and not row.proven:
                        document = await hearsay.asked(self._db, self._fetcher, row.body)
                    row = await self._settled(step)
        except Refused as refusal:
            await self._drop(
                claimed, str(refusal), kind=refusal.kind if isinstance(refusal, NotUsed) else None
            )
            return None
        except NotResolved as failure:
            if not failure.final:
                return str(failure)
            await self._drop(claimed, str(failure))
            return None
        except TimeoutError:
            return "it took too long to fetch what it needs"
        except Unavailable as error:
            return f"the database took nothing ({error})"
        except (Conflict, UniqueViolation) as error:
            return f"something else happened at the same moment ({error})"
        except Exception as error:
            log.exception("an activity failed")
            return repr(error)
        if row is not None:
            self.intake.released(row.host, len(row.body))
        return None

    async def _settled(self, step: Step[Row | None]) -> Row | None:
        for _ in range(CONFLICTS):
            with contextlib.suppress(Conflict):
                return await settle(self._db, self._resolver, step)
            await asyncio.sleep(random.uniform(0.0, 0.1))  # noqa: S311  no secret hangs on it
        return await settle(self._db, self._resolver, step)

    async def _drop(self, claimed: waiting.Claimed, reason: str, *, kind: str | None = None) -> None:
        async with self._db.write() as conn:
            row = await waiting.get(conn, claimed.id)
            await waiting.done(conn, [claimed.id])
            if row is not None and kind is not None:
                await unknown.note(conn, {kind: unknown.Seen(1, row.host)}, ids.now_ms())
        if row is not None:
            log.info("%s of %s is left out: %s", row.activity, row.sender, reason)
            self.intake.released(row.host, len(row.body))

    async def _failed(self, claimed: waiting.Claimed, reason: str) -> None:
        async with self._db.write() as conn:
            row = await waiting.get(conn, claimed.id)
            if row is not None and row.attempts < MAX_ATTEMPTS:
                await waiting.postpone(conn, claimed.id, ids.now_ms() + _pause_ms(row.attempts), reason)
                return
        if row is not None:
            await self._drop(claimed, f"given up after {row.attempts} tries: {reason}")

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            if self._claimed:
                with contextlib.suppress(Exception):
                    async with self._db.write() as conn:
                        await waiting.renew(conn, list(self._claimed.values()), ids.now_ms())

    async def _let_go(self) -> None:
        """What was claimed and not settled is anybody's again."""
        if self._claimed:
            async with self._db.write() as conn:
                await waiting.release(conn, list(self._claimed), ids.now_ms())
            self._claimed.clear()


def _pause_ms(attempts: int) -> int:
    """15 s, three times as long each time up to half a day: twelve tries are some two days."""
    pause = min(FIRST_RETRY_MS * 3 ** max(0, attempts - 1), LONGEST_RETRY_MS)
    return int(pause * random.uniform(0.8, 1.2))  # noqa: S311  no secret hangs on it
