"""Boosts of others: for those who follow the booster, of what its own server shows."""

from __future__ import annotations

from typing import Any

import pytest

from stoa import ids
from stoa.core.relationships import block
from tests.federation.elsewhere import PUBLIC, Actor
from tests.federation.receive.conftest import World
from tests.federation.receive.deeds import boosts, counters, counts, note_of, post_here, undo
from tests.make import Person


@pytest.fixture
async def alice(world: World) -> Person:
    return await world.make.account("alice")


@pytest.fixture
async def carol(world: World, alice: Person) -> Actor:
    """She boosts, and alice follows her."""
    carol = world.elsewhere.actor("carol@there.example")
    await world.follows(alice, carol)
    return carol


@pytest.fixture
def dave(world: World) -> Actor:
    """He writes; nobody here follows him."""
    return world.elsewhere.actor("dave@far.example")


def boost(actor: Actor, what: Any, **said: Any) -> dict[str, Any]:
    return actor.activity("Announce", what, **{"to": [PUBLIC], "cc": [actor.followers], **said})


async def test_a_boost_of_a_post_from_here_is_counted_and_told(
    world: World, alice: Person, dave: Actor
) -> None:
    post = await world.make.status(alice)
    uri = note_of(world, alice, post)
    await world.tell(dave, boost(dave, uri))
    assert await boosts(world) == [("dave", post, "public")]
    assert await counts(world, post) == (0, 1, 0)
    assert [kind for kind, _ in await world.told(alice)] == ["reblog"]


async def test_what_somebody_followed_boosts_is_fetched_and_stands_in_homes(
    world: World, alice: Person, carol: Actor, dave: Actor
) -> None:
    uri = world.elsewhere.put(dave.note("<p>Far.</p>"))
    await world.tell(carol, boost(carol, uri, published="2026-01-01T00:00:00Z"))
    post = await world.post(uri)
    assert post is not None
    assert await boosts(world) == [("carol", post.id, "public")]
    ((boost_id,),) = [await world.home(alice)]
    assert boost_id != post.id
    assert await counters(world, "carol") == (1, 0, 1)


async def test_what_cannot_be_fetched_for_now_is_boosted_later(
    world: World, alice: Person, carol: Actor, dave: Actor
) -> None:
    uri = world.elsewhere.put(dave.note("<p>Far.</p>"))
    note = world.elsewhere.documents[uri]
    world.elsewhere.documents[uri] = 503
    await world.tell(carol, boost(carol, uri))
    assert await boosts(world) == []
    world.elsewhere.documents[uri] = note
    await world.door.incoming.drain(at=ids.now_ms() + 60_000)
    post = await world.post(uri)
    assert post is not None
    assert await boosts(world) == [("carol", post.id, "public")]


async def test_what_is_gone_is_not_asked_for_again(
    world: World, alice: Person, carol: Actor, dave: Actor
) -> None:
    uri = world.elsewhere.put(dave.note("<p>Far.</p>"))
    world.elsewhere.documents[uri] = 410
    await world.tell(carol, boost(carol, uri))
    assert await world.door.incoming.drain(at=ids.now_ms() + 7 * 24 * 3600 * 1000) == 0
    assert world.elsewhere.fetched.count(uri) == 1


async def test_what_a_stranger_boosts_is_neither_fetched_nor_kept(
    world: World, alice: Person, dave: Actor
) -> None:
    eve = world.elsewhere.actor("eve@third.example")
    uri = world.elsewhere.put(eve.note())
    note = boost(dave, uri)
    await world.tell(dave, note)
    await world.tell(dave, boost(dave, uri, cc=[world.door.house.addresses.actor(alice.id)]))
    assert uri not in world.elsewhere.fetched
    assert await boosts(world) == []


async def test_what_is_embedded_in_a_boost_is_not_believed(
    world: World, alice: Person, carol: Actor, dave: Actor
) -> None:
    true = dave.note("<p>True.</p>")
    world.elsewhere.put(true)
    await world.tell(carol, boost(carol, {**true, "content": "<p>Forged.</p>"}))
    post = await world.post(true["id"])
    assert post is not None
    assert "True" in post.content
    invented = dave.note("<p>Never said.</p>")
    await world.tell(carol, boost(carol, invented))
    assert await world.post(invented["id"]) is None


@pytest.mark.parametrize("visibility", ["private", "direct"])
async def test_only_its_author_boosts_a_private_post_and_nobody_a_direct_one(
    world: World, alice: Person, carol: Actor, visibility: str
) -> None:
    """F1.8."""
    mine = {"to": [carol.followers]} if visibility == "private" else {"to": [note_to(world, alice)]}
    create = carol.create("<p>Quiet.</p>", **mine, cc=[])
    await world.tell(carol, create)
    post = await world.post(create["object"]["id"])
    assert post is not None
    assert post.visibility == visibility
    bert = world.elsewhere.actor("bert@there.example")
    await world.follows(alice, bert)
    await world.tell(bert, boost(bert, post.uri))
    await world.tell(carol, boost(carol, post.uri))
    expected = [("carol", post.id, "private")] if visibility == "private" else []
    assert await boosts(world) == expected
    here = await world.make.status(alice, "@carol@there.example Quiet.", visibility=visibility)
    await world.tell(carol, boost(carol, note_of(world, alice, here)))
    assert await boosts(world) == expected


def note_to(world: World, person: Person) -> str:
    return world.door.house.addresses.actor(person.id)


async def test_a_boost_has_an_audience_of_its_own(world: World, alice: Person, carol: Actor) -> None:
    one, other = await world.make.status(alice), await world.make.status(alice)
    await world.tell(carol, boost(carol, note_of(world, alice, one), to=[carol.followers], cc=[]))
    await world.tell(carol, boost(carol, note_of(world, alice, other), to=[carol.followers], cc=[PUBLIC]))
    assert await boosts(world) == [("carol", one, "private"), ("carol", other, "unlisted")]


async def test_who_boosts_twice_boosts_once(world: World, alice: Person, carol: Actor) -> None:
    post = await world.make.status(alice)
    for _ in range(2):
        await world.tell(carol, boost(carol, note_of(world, alice, post)))
    assert await boosts(world) == [("carol", post, "public")]
    assert await counts(world, post) == (0, 1, 0)
    assert len(await world.told(alice)) == 1


@pytest.mark.parametrize("how", ["id", "embedded", "bare"])
async def test_a_boost_is_taken_back(world: World, alice: Person, carol: Actor, how: str) -> None:
    post = await world.make.status(alice)
    announce = boost(carol, note_of(world, alice, post))
    await world.tell(carol, announce)
    await world.tell(carol, undo(carol, announce, how))
    assert await boosts(world) == []
    assert await counts(world, post) == (0, 0, 0)
    assert await counters(world, "carol") == (1, 0, 0)
    assert await world.told(alice) == []


async def test_nobody_takes_back_the_boost_of_another(world: World, alice: Person, carol: Actor) -> None:
    mallory = world.elsewhere.actor("mallory@there.example")
    post = await world.make.status(alice)
    announce = boost(carol, note_of(world, alice, post))
    await world.tell(carol, announce)
    await world.tell(mallory, undo(mallory, announce, "id"))
    await world.tell(mallory, mallory.activity("Delete", announce["id"]))
    assert len(await boosts(world)) == 1


@pytest.mark.parametrize("how", ["id", "embedded", "bare"])
async def test_several_boosts_at_once_are_taken_back_at_once(
    world: World, alice: Person, carol: Actor, dave: Actor, how: str
) -> None:
    mine = [await world.make.status(alice) for _ in range(2)]
    hidden = await world.make.status(alice, visibility="direct")
    far = world.elsewhere.put(dave.note())
    uris = [note_of(world, alice, one) for one in (mine[0], hidden, mine[1])]
    announce = boost(carol, [*uris, far, "https://far.example/gone"])
    await world.tell(carol, announce)
    post = await world.post(far)
    assert post is not None
    assert {one[1] for one in await boosts(world)} == {*mine, post.id}
    await world.tell(carol, undo(carol, announce, how))
    assert await boosts(world) == []


@pytest.mark.parametrize("kind", ["Collection", "OrderedCollection"])
async def test_a_collection_that_is_boosted_is_what_it_holds(
    world: World, alice: Person, carol: Actor, kind: str
) -> None:
    mine = [await world.make.status(alice) for _ in range(2)]
    items = [note_of(world, alice, one) for one in mine]
    name = "items" if kind == "Collection" else "orderedItems"
    announce = boost(carol, {"type": kind, name: items, "totalItems": 2})
    await world.tell(carol, announce)
    assert {one[1] for one in await boosts(world)} == set(mine)
    await world.tell(carol, undo(carol, announce))
    assert await boosts(world) == []


async def test_the_blocked_boost_nothing_of_whoever_blocks(
    world: World, alice: Person, carol: Actor
) -> None:
    post = await world.make.status(alice)
    account_id = await world.account_id(carol)
    async with world.door.house.db.write() as conn:
        await block.block(conn, alice.id, account_id)
    await world.tell(carol, boost(carol, note_of(world, alice, post)))
    assert await boosts(world) == []


async def test_a_boost_has_its_place_by_its_time_and_one_in_the_future_is_of_now(
    world: World, alice: Person, carol: Actor
) -> None:
    bob = await world.make.account("bob")
    old, new = await world.make.status(bob), await world.make.status(bob)
    await world.tell(carol, boost(carol, note_of(world, bob, old), published="2019-01-01T00:00:00Z"))
    await world.tell(carol, boost(carol, note_of(world, bob, new), published="2999-01-01T00:00:00Z"))
    shown = [await post_here(world, one) for one in await world.home(alice)]
    assert [one.reblog_of_id for one in shown] == [new, old]
    assert shown[1].created_at < shown[0].created_at <= ids.now_ms()
