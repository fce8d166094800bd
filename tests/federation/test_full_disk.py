"""Where the disk is full, what was acknowledged is not lost, and the rest comes again (R1, R17)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from stoa import ids
from stoa.core.house import House
from stoa.db import Connection, Query, Unavailable
from stoa.db.tables import tombstones
from stoa.federation import store
from stoa.federation.door import Door
from stoa.federation.received import Received
from tests.client import Client
from tests.db.filling import LARGE, full_disk
from tests.federation.elsewhere import Elsewhere
from tests.federation.receiving import Spy, of, put, spy, waits

__all__ = ["spy"]

_marks = Query(select(tombstones.c.uri))


async def test_who_delivers_to_a_full_disk_is_told_to_come_again(
    house: House, door: Door, client: Client, elsewhere: Elsewhere, spy: Spy
) -> None:
    carol = elsewhere.actor()
    await door.resolver.actor(carol.uri)
    create = carol.create("x" * LARGE)
    async with full_disk(house, "incoming"):
        answer = await elsewhere.deliver(client, carol, create)
    assert answer.status == 503
    assert int(answer.headers["retry-after"]) > 0
    assert answer.json["error"]
    assert await waits(house) == 0
    assert (await elsewhere.deliver(client, carol, create)).status == 202
    await door.incoming.drain()
    assert spy.ids == [of(create)]


@pytest.mark.parametrize("place", [0, 1, 3])
async def test_what_was_taken_has_its_effects_once_there_is_room(
    house: House, door: Door, elsewhere: Elsewhere, spy: Spy, place: int
) -> None:
    """One of a batch finds no room, and SQLite undoes the whole transaction by itself."""
    carol = elsewhere.actor()
    activities = [carol.create() for _ in range(4)]
    large = of(activities[place])

    async def effect(conn: Connection, received: Received) -> None:
        name = received.activity.id or ""
        await store.bury(conn, name + "x" * LARGE if name == large else name, carol.uri)

    spy.effects = {of(one): effect for one in activities}
    await put(door, carol, *activities)
    async with full_disk(house, "tombstones"):
        if house.db.dialect == "sqlite":
            # Not to be tried again at once, and again, with the log growing.
            with pytest.raises(Unavailable):
                await door.incoming.drain()
        await door.incoming.drain()
        assert await waits(house) == 1
    await door.incoming.drain(at=ids.now_ms() + 3_600_000)
    assert await waits(house) == 0
    async with house.db.read() as conn:
        marks = await conn.scalars(_marks)
    assert sorted(one.rstrip("x") for one in marks) == sorted(of(one) for one in activities)
