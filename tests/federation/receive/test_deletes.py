"""Deletes: one's own posts, one's leave to quote, oneself; nothing of anybody else."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from stoa.core.statuses.favourite import favourite
from stoa.core.statuses.reblog import reblog
from stoa.db.tables import accounts, favourites, follows, statuses, tombstones
from stoa.federation.receive import deletes
from tests.federation.elsewhere import Actor, Document
from tests.federation.receive.conftest import World
from tests.make import Person


@pytest.fixture
async def alice(world: World) -> Person:
    return await world.make.account("alice")


@pytest.fixture
async def carol(world: World, alice: Person) -> Actor:
    carol = world.elsewhere.actor("carol@there.example")
    await world.follows(alice, carol)
    return carol


@pytest.mark.parametrize("form", ["id", "Tombstone", "Note"])
async def test_a_deleted_post_is_gone_in_whatever_form(
    world: World, alice: Person, carol: Actor, form: str
) -> None:
    note = carol.note()
    await world.tell(carol, carol.activity("Create", note))
    forms: dict[str, str | Document] = {
        "id": note["id"],
        "Tombstone": {"id": note["id"], "type": "Tombstone", "formerType": "Note"},
        "Note": note,
    }
    await world.tell(carol, carol.activity("Delete", forms[form]))
    assert await world.post(note["id"]) is None
    assert await world.home(alice) == []


@pytest.mark.parametrize("who", ["mallory@evil.example", "mallory@there.example"])
async def test_nobody_deletes_what_somebody_else_wrote(
    world: World, alice: Person, carol: Actor, who: str
) -> None:
    """Hollo 0.8.5: it has to be the author, not only somebody of the same server."""
    mallory = world.elsewhere.actor(who)
    await world.account_id(mallory)
    note = carol.note()
    await world.tell(carol, carol.activity("Create", note))
    await world.tell(mallory, mallory.activity("Delete", note["id"]))
    await world.tell(mallory, mallory.activity("Delete", {"id": note["id"], "type": "Tombstone"}))
    assert await world.post(note["id"]) is not None


async def test_nobody_elsewhere_deletes_what_was_written_here(
    world: World, alice: Person, carol: Actor
) -> None:
    mine = await world.make.status(alice)
    uri = f"{world.door.house.addresses.actor(alice.id)}/statuses/{mine}"
    await world.tell(carol, carol.activity("Delete", uri))
    assert await world.post(uri) is not None
    assert await world.all(select(tombstones.c.uri)) == []


async def test_what_was_deleted_before_it_came_stays_away(
    world: World, alice: Person, carol: Actor
) -> None:
    note = carol.note()
    world.elsewhere.put(note)
    await world.tell(carol, carol.activity("Delete", note["id"]))
    await world.tell(carol, carol.activity("Create", note))
    assert await world.post(note["id"]) is None


async def test_nobody_keeps_the_posts_of_another_away(world: World, alice: Person, carol: Actor) -> None:
    """A Delete in advance counts only for its actor, even on their own server."""
    mallory = world.elsewhere.actor("mallory@there.example")
    await world.account_id(mallory)
    note = carol.note()
    await world.tell(mallory, mallory.activity("Delete", note["id"]))
    await world.tell(carol, carol.activity("Create", note))
    assert await world.post(note["id"]) is not None


async def test_an_account_that_is_gone_is_removed_with_all_it_left(
    world: World, alice: Person, carol: Actor
) -> None:
    mine = await world.make.status(alice)
    carol_id = await world.account_id(carol)
    house = world.door.house
    me = f"{house.addresses.actor(alice.id)}/statuses/{mine}"
    notes = [carol.note(inReplyTo=me), *(carol.note() for _ in range(3))]
    for note in notes:
        await world.tell(carol, carol.activity("Create", note))
    async with house.db.write() as conn:
        await favourite(conn, carol_id, mine)
        await reblog(conn, carol_id, mine, house.addresses, uri=f"{carol.uri}#announce/1")
    await world.tell(carol, carol.activity("Delete", carol.uri))
    assert await world.home(alice) == [mine]
    assert await world.all(select(follows.c.id)) == []
    await world.jobs(deletes.CLEAR)
    assert await world.all(select(accounts.c.username)) == [("alice",)]
    assert await world.all(select(statuses.c.id)) == [(mine,)]
    assert await world.all(select(func.count()).select_from(favourites)) == [(0,)]
    shown = (await world.client.get(f"/api/v1/statuses/{mine}")).ok()
    assert [shown[f"{one}_count"] for one in ("replies", "favourites", "reblogs")] == [0, 0, 0]


async def test_nobody_says_that_somebody_else_is_gone(world: World, alice: Person, carol: Actor) -> None:
    mallory = world.elsewhere.actor("mallory@there.example")
    await world.account_id(mallory)
    await world.tell(mallory, mallory.activity("Delete", carol.uri))
    await world.jobs(deletes.CLEAR)
    assert len(await world.all(select(follows.c.id))) == 1


async def test_whoever_comes_back_meanwhile_is_not_cleared_away(
    world: World, alice: Person, carol: Actor
) -> None:
    from stoa.core.accounts import store
    from stoa.db import Query
    from stoa.db.tables import remote_actors

    note = carol.note()
    await world.tell(carol, carol.activity("Create", note))
    carol_id = await world.account_id(carol)
    await world.tell(carol, carol.activity("Delete", carol.uri))
    async with world.door.house.db.write() as conn:
        await store.change(conn, carol_id, suspended_at=None)
        await conn.run(Query(remote_actors.update().values(gone_at=None)))
    await world.jobs(deletes.CLEAR)
    assert await world.post(note["id"]) is not None
