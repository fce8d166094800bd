"""What was taken has its effects once, in order, and nothing that goes wrong holds up the rest."""

from __future__ import annotations

import asyncio
import json

import pytest
from sqlalchemy import select

from stoa import ids
from stoa.core.accounts import store as accounts
from stoa.core.house import House
from stoa.db import Conflict, Connection, Query
from stoa.db.tables import incoming, tombstones
from stoa.federation import incoming as module
from stoa.federation import store
from stoa.federation.door import Door
from stoa.federation.received import Received
from tests.federation.elsewhere import Elsewhere
from tests.federation.receiving import Spy, of, put, spy, waits, wanting

__all__ = ["spy"]

_rows = Query(select(incoming.c.attempts, incoming.c.run_at, incoming.c.last_error))
_marks = Query(select(tombstones.c.uri))
DAY_MS = 86_400_000


async def test_what_waits_at_once_is_kept_at_once(
    house: House, door: Door, elsewhere: Elsewhere, spy: Spy
) -> None:
    carol = elsewhere.actor()
    activities = [carol.create() for _ in range(50)]
    await put(door, carol)
    before = house.db.statements
    await asyncio.gather(
        *(
            door.incoming.put(json.dumps(one).encode(), one["id"], carol.uri, carol.domain)
            for one in activities
        )
    )
    assert house.db.statements - before <= 4
    assert await waits(house) == 50
    await door.incoming.drain()
    assert spy.ids == [of(one) for one in activities]
    assert await waits(house) == 0


async def test_the_same_activity_is_kept_once(
    house: House, door: Door, elsewhere: Elsewhere, spy: Spy
) -> None:
    carol = elsewhere.actor()
    activity = carol.create()
    await asyncio.gather(*(put(door, carol, activity) for _ in range(3)))
    await door.incoming.drain()
    assert len(spy.received) == 1
    assert await waits(house) == 0


async def test_what_fails_leaves_nothing_and_is_tried_again(
    house: House, door: Door, elsewhere: Elsewhere, spy: Spy
) -> None:
    carol = elsewhere.actor()
    bad, good = carol.create(), carol.create()

    async def fail_once(conn: Connection, received: Received) -> None:
        await store.bury(conn, of(bad) + str(len(tries)), carol.uri)
        tries.append(1)
        if len(tries) <= 2:  # in the batch, and alone
            raise ZeroDivisionError

    tries: list[int] = []
    spy.effects[of(bad)] = fail_once
    await put(door, carol, bad, good)
    await door.incoming.drain()
    assert spy.ids == [of(good)]
    async with house.db.read() as conn:
        assert await conn.all(_marks) == []
        [row] = await conn.all(_rows)
    assert row.attempts == 1
    assert "ZeroDivisionError" in row.last_error
    assert 10_000 < row.run_at - ids.now_ms() < 20_000
    await door.incoming.drain(at=row.run_at)
    assert spy.ids == [of(good), of(bad)]
    assert await waits(house) == 0


async def test_what_fails_always_is_given_up_after_some_two_days(
    house: House, door: Door, elsewhere: Elsewhere, spy: Spy, monkeypatch: pytest.MonkeyPatch
) -> None:
    carol = elsewhere.actor()
    bad = carol.create()

    async def fail(conn: Connection, received: Received) -> None:
        tries.append(clock)
        raise ZeroDivisionError

    tries: list[int] = []
    spy.effects[of(bad)] = fail
    await put(door, carol, bad)
    clock = start = ids.now_ms()
    monkeypatch.setattr(ids, "now_ms", lambda: clock)
    for _ in range(50):
        await door.incoming.drain(at=clock)
        async with house.db.read() as conn:
            rows = await conn.all(_rows)
        if not rows:
            break
        clock = rows[0].run_at
    assert len(tries) == module.MAX_ATTEMPTS + 1
    assert DAY_MS < clock - start < 3 * DAY_MS


async def test_what_follows_from_one_does_not_undo_the_others(
    house: House, door: Door, elsewhere: Elsewhere, spy: Spy
) -> None:
    """A reaction that fails fails with what it reacts to, and with nothing else."""
    carol = elsewhere.actor()
    activities = [carol.create() for _ in range(5)]

    async def announce(conn: Connection, received: Received) -> None:
        conn.events.append("something that nothing is known to follow from")

    spy.effects[of(activities[2])] = announce
    await put(door, carol, *activities)
    await door.incoming.drain()
    assert await waits(house) == 1
    assert set(spy.ids) == {of(one) for one in activities}


async def test_a_conflict_is_no_failure_for_long(
    house: House, door: Door, elsewhere: Elsewhere, spy: Spy
) -> None:
    carol = elsewhere.actor()
    activity = carol.create()
    tries: list[int] = []

    async def conflict(conn: Connection, received: Received) -> None:
        tries.append(1)
        if len(tries) < 3:
            raise Conflict("deadlock detected")

    spy.effects[of(activity)] = conflict
    await put(door, carol, activity)
    await door.incoming.drain()
    assert spy.ids == [of(activity)]


async def test_what_is_missing_is_fetched_between_transactions(
    house: House, door: Door, elsewhere: Elsewhere, spy: Spy
) -> None:
    carol, dave = elsewhere.actor(), elsewhere.actor("dave@other.example")
    activity = carol.create()
    spy.effects[of(activity)] = wanting(dave.uri)
    await put(door, carol, activity)
    await door.incoming.drain()
    assert spy.ids == [of(activity)]
    assert dave.uri in elsewhere.fetched


async def test_what_cannot_be_had_ever_is_done_without(
    house: House, door: Door, elsewhere: Elsewhere, spy: Spy
) -> None:
    carol = elsewhere.actor()
    activity = carol.create()
    spy.effects[of(activity)] = wanting("https://other.example/users/nobody")
    await put(door, carol, activity)
    await door.incoming.drain()
    [received] = spy.received
    assert received.given_up == {"https://other.example/users/nobody"}


@pytest.mark.parametrize("kind", ["Create", "Like", "Announce", "Follow", "Flag", "Add"])
async def test_somebody_suspended_adds_nothing(
    house: House, door: Door, elsewhere: Elsewhere, spy: Spy, kind: str
) -> None:
    """But may take back what was there before."""
    carol = elsewhere.actor()
    await put(door, carol)
    async with house.db.write() as conn:
        await accounts.change(conn, await door.resolver.actor(carol.uri), suspended_at=1)
    said = carol.activity(kind, "https://other.example/1", target="https://other.example/2")
    back = carol.activity("Undo", carol.activity("Like", "https://other.example/1"))
    await put(door, carol, said, back)
    await door.incoming.drain()
    assert spy.ids == [of(back)]
    assert await waits(house) == 0


async def test_somebody_suspended_passes_nothing_on(
    house: House, door: Door, elsewhere: Elsewhere, spy: Spy
) -> None:
    carol, group = elsewhere.actor(), elsewhere.actor("group@groups.example", type="Group")
    first, second = carol.create(), carol.create()
    await put(door, carol)
    for activity, at in ((first, None), (second, 1)):
        group_id = await door.resolver.actor(group.uri)
        async with house.db.write() as conn:
            await accounts.change(conn, group_id, suspended_at=at)
        await door.incoming.put(json.dumps(activity).encode(), activity["id"], group.uri, group.domain)
        await door.incoming.drain()
    assert spy.ids == [of(first)]
    assert await waits(house) == 0
