"""What is done once a day."""

from __future__ import annotations

import time_machine

from stoa import ids
from stoa.core.house import House
from stoa.core.relationships import mute
from stoa.core.relationships import store as relationships
from stoa.core.timelines import upkeep
from stoa.jobs.worker import Worker
from stoa.main import handlers
from tests.make import Make


async def test_a_follow_has_timelines_looked_after_every_day(house: House, make: Make) -> None:
    alice, bob, carol = [await make.account(name) for name in ("alice", "bob", "carol")]
    await make.follow(alice, bob)
    await make.follow(alice, carol)
    async with house.db.write() as conn:
        await mute.mute(conn, alice.id, bob.id, duration=1)
    worker = Worker(house.db, handlers.of(house))
    assert await worker.drain_once() == 0
    day = upkeep.DAY_MS / 1000
    now = ids.now_ms() / 1000
    for days in (1, 2):
        with time_machine.travel(now + days * (day + 60), tick=True):
            assert await worker.drain_once() == 1
            assert await worker.drain_once() == 0
    async with house.db.write() as conn:
        assert not await relationships.remove_mute(conn, alice.id, bob.id)
