"""What was taken has its effects once, in order, and nothing that goes wrong holds up the rest."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from sqlalchemy import func, select

from stoa import ids
from stoa.core.house import House
from stoa.db import Conflict, Connection, Query
from stoa.db.tables import incoming, tombstones
from stoa.federation import incoming as module
from stoa.federation import store, waiting
from stoa.federation.door import Door
from stoa.federation.incoming import Incoming
from stoa.federation.missing import Missing
from stoa.federation.receive.received import Received
from tests.federation.elsewhere import Actor, Elsewhere
from tests.federation.receiving import Spy, of, spy

__all__ = ["spy"]

_count = Query(select(func.count()).select_from(incoming))
_rows = Query(select(incoming.c.attempts, incoming.c.run_at, incoming.c.last_error))
_marks = Query(select(tombstones.c.uri))
DAY_MS = 86_400_000


async def put(door: Door, actor: Actor, *activities: dict[str, Any]) -> list[str]:
    """As the inbox would, one after the other; their ids."""
    await door.resolver.actor(actor.uri)
    for one in activities:
        await door.incoming.put(json.dumps(one).encode(), one["id"], actor.uri, actor.domain)
    return [of(one) for one in activities]


async def waits(house: House) -> int:
    async with house.db.read() as conn:
        found: int = await conn.scalar(_count)
    return found


def wanting(uri: str) -> Any:
    """An effect that needs the actor *uri*."""

    async def effect(conn: Connection, received: Received) -> None:
        from stoa.federation import remember

        if uri not in received.given_up and await remember.known(conn, uri) is None:
            raise Missing(actors=(uri,))

    return effect


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


async def until(what: Any) -> None:
    """Wait until *what* is true; a loop of the event loop at a time."""
    for _ in range(20_000):
        if what():
            return
        await asyncio.sleep(0.001)
    raise AssertionError("waited in vain")


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


@pytest.mark.parametrize("kind", ["Create", "Like", "Announce", "Follow", "Flag", "Add"])
async def test_somebody_suspended_adds_nothing(
    house: House, door: Door, elsewhere: Elsewhere, spy: Spy, kind: str
) -> None:
    """But may take back what was there before."""
    from stoa.core.accounts import store as accounts

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
