"""What others show first: their own posts, in their own collection."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from stoa.db.tables import status_pins
from tests.federation.elsewhere import Actor
from tests.federation.receive.conftest import World
from tests.make import Person


@pytest.fixture
async def alice(world: World) -> Person:
    return await world.make.account("alice")


@pytest.fixture
async def carol(world: World, alice: Person) -> Actor:
    uri = "https://there.example/users/carol"
    carol = world.elsewhere.actor("carol@there.example", featured=f"{uri}/collections/featured")
    await world.follows(alice, carol)
    return carol


def _featured(actor: Actor) -> str:
    return f"{actor.uri}/collections/featured"


async def _pinned(world: World) -> list[int]:
    rows = await world.all(select(status_pins.c.status_id).order_by(status_pins.c.id.desc()))
    return [row.status_id for row in rows]


async def test_posts_are_pinned_and_unpinned_by_their_author(
    world: World, alice: Person, carol: Actor
) -> None:
    notes = [carol.note(), carol.note()]
    for note in notes:
        await world.tell(carol, carol.activity("Create", note))
        for _ in range(2):
            await world.tell(carol, carol.activity("Add", note["id"], target=_featured(carol)))
    found = [await world.post(note["id"]) for note in notes]
    assert await _pinned(world) == [one.id for one in reversed(found) if one]
    await world.tell(carol, carol.activity("Remove", notes[0]["id"], target=_featured(carol)))
    assert await _pinned(world) == [one.id for one in found[1:] if one]


async def test_what_is_pinned_and_not_here_is_fetched(world: World, alice: Person, carol: Actor) -> None:
    note = carol.note()
    world.elsewhere.put(note)
    await world.tell(carol, carol.activity("Add", note["id"], target=_featured(carol)))
    post = await world.post(note["id"])
    assert post is not None
    assert await _pinned(world) == [post.id]


async def test_nothing_is_pinned_to_the_profile_of_another(
    world: World, alice: Person, carol: Actor
) -> None:
    """CVE-2025-32946, GHSA-gwfj-h8r7-792v."""
    own_collection = "https://there.example/users/mallory/collections/pinned"
    mallory = world.elsewhere.actor("mallory@there.example", featured=own_collection)
    await world.follows(alice, mallory)
    note = carol.note()
    await world.tell(carol, carol.activity("Create", note))
    await world.tell(mallory, mallory.activity("Add", note["id"], target=own_collection))
    own = mallory.note()
    await world.tell(mallory, mallory.activity("Create", own))
    for target in (_featured(carol), _featured(mallory), f"{mallory.uri}/elsewhere"):
        await world.tell(mallory, mallory.activity("Add", note["id"], target=target))
        await world.tell(mallory, mallory.activity("Add", own["id"], target=target))
    assert await _pinned(world) == []
    await world.tell(carol, carol.activity("Add", note["id"], target=_featured(carol)))
    await world.tell(mallory, mallory.activity("Remove", note["id"], target=_featured(carol)))
    assert len(await _pinned(world)) == 1


async def test_hashtags_and_letters_are_not_pinned(world: World, alice: Person, carol: Actor) -> None:
    me = world.door.house.addresses.actor(alice.id)
    letter = carol.note(to=[me], cc=[])
    await world.tell(carol, carol.activity("Create", letter))
    await world.tell(carol, carol.activity("Add", letter["id"], target=_featured(carol)))
    tag = {"type": "Hashtag", "name": "#bread", "id": "https://there.example/tags/bread"}
    await world.tell(carol, carol.activity("Add", tag, target=_featured(carol)))
    assert await _pinned(world) == []


async def test_only_so_many_are_kept(world: World, alice: Person, carol: Actor) -> None:
    notes = [carol.note() for _ in range(23)]
    for note in notes:
        await world.tell(carol, carol.activity("Create", note))
        await world.tell(carol, carol.activity("Add", note["id"], target=_featured(carol)))
    last = await world.post(notes[-1]["id"])
    pinned = await _pinned(world)
    assert last is not None
    assert (len(pinned), pinned[0]) == (20, last.id)
