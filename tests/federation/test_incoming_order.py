"""What waits holds up nothing but what must come after it, whoever works and whoever stops."""

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy import select

from stoa import ids
from stoa.core.house import House
from stoa.db import Connection, Query
from stoa.db.tables import incoming
from stoa.federation import incoming as module
from stoa.federation import waiting
from stoa.federation.door import Door
from stoa.federation.incoming import Incoming
from stoa.federation.received import Received
from tests.federation.elsewhere import Elsewhere
from tests.federation.receiving import Spy, of, put, spy, until, waits, wanting

__all__ = ["spy"]


async def test_an_activity_waits_for_the_one_before_it(
    house: House, door: Door, elsewhere: Elsewhere, spy: Spy
) -> None:
    """An Undo that came after its Like is not applied before it, whatever the Like waits for."""
    carol, erin = elsewhere.actor(), elsewhere.actor("erin@third.example")
    like = carol.activity("Like", "https://other.example/1")
    undo = carol.activity("Undo", like)
    other = erin.create()
    release = asyncio.Event()

    async def slow(asked: Any) -> Any:
        await release.wait()
        return dave.document

    dave = elsewhere.actor("dave@other.example")
    elsewhere.documents[dave.uri] = slow
    spy.effects[of(like)] = wanting(dave.uri)
    await put(door, carol, like, undo)
    await put(door, erin, other)
    work = asyncio.create_task(door.incoming.drain())
    await until(lambda: len(spy.received) == 1)
    assert spy.ids == [of(other)]  # somebody else does not wait
    release.set()
    await work
    assert spy.ids == [of(other), of(like), of(undo)]


async def test_a_boost_that_waits_holds_up_nothing(
    house: House, door: Door, elsewhere: Elsewhere, spy: Spy
) -> None:
    relay, dave = elsewhere.actor("relay@relay.example"), elsewhere.actor("dave@other.example")
    boost = relay.activity("Announce", "https://other.example/1")
    after = relay.create()
    release = asyncio.Event()

    async def slow(asked: Any) -> Any:
        await release.wait()
        return dave.document

    elsewhere.documents[dave.uri] = slow
    spy.effects[of(boost)] = wanting(dave.uri)
    await put(door, relay, boost, after)
    work = asyncio.create_task(door.incoming.drain())
    await until(lambda: len(spy.received) == 1)
    assert spy.ids == [of(after)]
    release.set()
    await work
    assert spy.ids == [of(after), of(boost)]


async def test_a_slow_server_takes_few_places(
    house: House, door: Door, elsewhere: Elsewhere, spy: Spy
) -> None:
    release = asyncio.Event()
    asked_for: list[str] = []

    async def slow(asked: Any) -> Any:
        asked_for.append(asked.url)
        await release.wait()
        return 404

    for number in range(20):
        actor = elsewhere.actor(f"a{number}@many.example")
        activity = actor.create()
        wanted = f"https://slow.example/users/{number}"
        elsewhere.documents[wanted] = slow
        spy.effects[of(activity)] = wanting(wanted)
        await put(door, actor, activity)
    carol, dave = elsewhere.actor(), elsewhere.actor("dave@quick.example")
    activity = carol.create()
    spy.effects[of(activity)] = wanting(dave.uri)
    await put(door, carol, activity)
    work = asyncio.create_task(door.incoming.drain())
    await until(lambda: spy.ids == [of(activity)])
    assert len(asked_for) == module.MAX_SETTLING_PER_HOST
    release.set()
    await work
    assert len(spy.received) == 21


async def test_what_a_dead_process_had_claimed_is_taken_up_again(
    house: House, door: Door, elsewhere: Elsewhere, spy: Spy
) -> None:
    carol = elsewhere.actor()
    activity = carol.create()
    await put(door, carol, activity)
    now = ids.now_ms()
    async with house.db.write() as conn:
        [row] = await waiting.due(conn, now)
        await waiting.claim(conn, [waiting.Claimed(row.id, "there.example", holds_up=True)], now)
    assert await door.incoming.drain() == 0
    await door.incoming.drain(at=now + waiting.LEASE_MS + 1)
    assert spy.ids == [of(activity)]


async def test_what_was_in_hand_when_a_process_ended_is_counted_before_it_is_tried(
    house: House, door: Door, elsewhere: Elsewhere, spy: Spy
) -> None:
    """R5: so one that makes the process end is given up at last."""
    carol = elsewhere.actor()
    activity = carol.create()
    await put(door, carol, activity)

    async def kill(conn: Connection, received: Received) -> None:
        async with house.db.read() as other:
            counted.extend(await other.scalars(Query(select(incoming.c.attempts))))

    counted: list[int] = []
    spy.effects[of(activity)] = kill
    work = asyncio.create_task(door.incoming.run())
    await until(lambda: spy.received)
    door.incoming.stop()
    await work
    assert counted == [2]  # once as a suspect, once when it was claimed


async def test_run_takes_what_comes_and_stops_when_told(
    house: House, door: Door, elsewhere: Elsewhere, spy: Spy
) -> None:
    carol = elsewhere.actor()
    await put(door, carol)
    work = asyncio.create_task(door.incoming.run())
    await asyncio.sleep(0)
    [first] = await put(door, carol, carol.create())
    await until(lambda: spy.ids == [first])
    [second] = await put(door, carol, carol.create())
    await until(lambda: spy.ids == [first, second])
    door.incoming.stop()
    await work
    assert await waits(house) == 0


async def test_what_is_being_settled_when_the_server_stops_is_anybodys(
    house: House, door: Door, elsewhere: Elsewhere, spy: Spy
) -> None:
    carol, dave = elsewhere.actor(), elsewhere.actor("dave@other.example")
    activity = carol.create()
    spy.effects[of(activity)] = wanting(dave.uri)

    async def never(asked: Any) -> Any:
        begun.set()
        await asyncio.Event().wait()

    begun = asyncio.Event()
    elsewhere.documents[dave.uri] = never
    await put(door, carol, activity)
    work = asyncio.create_task(door.incoming.run())
    await begun.wait()
    door.incoming.stop()
    await work
    await door.resolver.close()
    elsewhere.documents[dave.uri] = dave.document
    again = Incoming(house, door.resolver, door.fetcher)
    await again.drain()
    assert spy.ids == [of(activity)]


async def test_two_processes_share_the_work(
    house: House, door: Door, elsewhere: Elsewhere, spy: Spy
) -> None:
    """Each activity once, those of one sender in order."""
    other = Incoming(house, door.resolver, door.fetcher)
    actors = [elsewhere.actor(f"a{number}@there.example") for number in range(3)]
    sent: dict[str, list[str]] = {}
    for actor in actors:
        sent[actor.uri] = await put(door, actor, *(actor.create() for _ in range(30)))
    while await waits(house):
        await asyncio.gather(door.incoming.drain(), other.drain())
    assert len(spy.received) == 90
    for actor in actors:
        assert [one.id for one in spy.activities if one.actor == actor.uri] == sent[actor.uri]


async def test_a_sender_that_is_held_up_does_not_hide_the_others(
    house: House, door: Door, elsewhere: Elsewhere, spy: Spy
) -> None:
    """However much of it waits."""
    carol, dave = elsewhere.actor(), elsewhere.actor("dave@other.example")
    first = await put(door, carol, *(carol.create() for _ in range(200)))
    now = ids.now_ms()
    async with house.db.write() as conn:
        rows = await waiting.due(conn, now)
        await waiting.claim(conn, [waiting.Claimed(rows[0].id, "there.example", holds_up=True)], now)
    last = await put(door, dave, dave.create())
    await door.incoming.drain()
    assert spy.ids == last
    await door.incoming.drain(at=now + waiting.LEASE_MS + 1)
    assert set(spy.ids) == {*last, *first}
