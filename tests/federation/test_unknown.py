"""What nobody here knows what to do with is taken, has no effects, and is counted (F5.4)."""

from __future__ import annotations

from sqlalchemy import update

from stoa import ids
from stoa.core.house import House
from stoa.db import Query
from stoa.db.tables import incoming
from stoa.federation import unknown
from stoa.federation.door import Door
from stoa.federation.unknown import MAX_KINDS, OTHERS, Seen
from tests.client import Client
from tests.federation.elsewhere import Elsewhere
from tests.federation.receiving import put, waits

_tried = Query(update(incoming).values(attempts=1))


async def counted(house: House) -> dict[str, tuple[int, str]]:
    async with house.db.read() as conn:
        return {row.kind: (row.times, row.host) for row in await unknown.most(conn)}


async def test_unknown_activities_and_objects_are_counted_and_do_nothing(
    house: House, door: Door, client: Client, elsewhere: Elsewhere
) -> None:
    carol, dora = elsewhere.actor("carol@there.example"), elsewhere.actor("dora@film.example")
    playlist = {"id": f"{dora.uri}/lists/1", "type": "Playlist", "attributedTo": dora.uri}
    for actor, activity in (
        (carol, carol.activity("View", "https://film.example/w/1")),
        (carol, carol.activity("Dislike", "https://film.example/w/1")),
        (dora, dora.activity("View", "https://film.example/w/1")),
        (dora, dora.activity("Create", playlist)),
    ):
        assert (await elsewhere.deliver(client, actor, activity)).status == 202
    await door.incoming.drain()
    assert await waits(house) == 0
    assert await counted(house) == {
        "View": (2, "film.example"),
        "Dislike": (1, "there.example"),
        "Create of Playlist": (1, "film.example"),
    }


async def test_what_is_known_is_not_counted(house: House, door: Door, elsewhere: Elsewhere) -> None:
    carol = elsewhere.actor()
    nobody = carol.activity("Like", "https://home.example/nothing")
    await put(door, carol, carol.create(), nobody, carol.activity("Add", nobody["id"], target=carol.uri))
    await door.incoming.drain()
    assert await counted(house) == {}


async def test_one_that_is_settled_alone_is_counted_too(
    house: House, door: Door, elsewhere: Elsewhere
) -> None:
    carol = elsewhere.actor()
    await put(door, carol, carol.activity("Arrive", "https://there.example/place"))
    async with house.db.write() as conn:
        await conn.run(_tried)
    await door.incoming.drain()
    assert await counted(house) == {"Arrive": (1, carol.domain)}


async def test_others_cannot_fill_the_list(house: House) -> None:
    now = ids.now_ms()
    async with house.db.write() as conn:
        await unknown.note(conn, {"Bad\nName": Seen(1, "a.example"), "x" * 200: Seen(2, "a.example")}, now)
        await unknown.note(conn, {f"Kind{n}": Seen(1, "a.example") for n in range(MAX_KINDS)}, now)
        await unknown.note(conn, {f"More{n}": Seen(9, "b.example") for n in range(3)}, now)
        await unknown.note(conn, {"Kind7": Seen(100, "c.example")}, now)
    assert list((await counted(house)).items())[:3] == [
        ("Kind7", (101, "c.example")),
        (OTHERS, (30, "b.example")),
        ("Kind0", (1, "a.example")),
    ]


async def test_what_has_not_come_for_long_is_forgotten(house: House) -> None:
    now = ids.now_ms()
    async with house.db.write() as conn:
        await unknown.note(conn, {"Old": Seen(1, "a.example")}, now - unknown.FORGOTTEN_MS - 1)
        await unknown.note(conn, {"New": Seen(1, "a.example")}, now)
        await unknown.sweep(conn, now)
    assert await counted(house) == {"New": (1, "a.example")}
