"""What relays pass on, once they agree: under its author's name, as its author's server shows it."""

from __future__ import annotations

import pytest

from stoa.federation.deliver import relays
from tests.federation.elsewhere import PUBLIC, Actor
from tests.federation.receive.conftest import World
from tests.federation.receive.deeds import boosts, letters, undo

KINDS = ["mastodon", "litepub"]


@pytest.fixture
def relay(world: World) -> Actor:
    """Its inbox is the one of all its actors, as is usual."""
    return world.elsewhere.actor(
        "relay@relay.example", type="Application", inbox="https://relay.example/inbox"
    )


@pytest.fixture
def dave(world: World) -> Actor:
    """He writes; nobody here follows him."""
    return world.elsewhere.actor("dave@far.example")


async def asked(world: World, relay: Actor, kind: str) -> str:
    """The id of our Follow, which waits for the relay."""
    house = world.door.house
    async with house.db.write() as conn:
        inbox = "https://relay.example/inbox"
        await relays.add(conn, house, inbox, relay.uri if kind == "litepub" else None)
    return str((await letters(world))[-1]["id"])


async def state(world: World) -> str:
    async with world.door.house.db.read() as conn:
        (row,) = await relays.list_all(conn)
    return str(row.state)


async def agreed(world: World, relay: Actor, kind: str) -> None:
    follow_id = await asked(world, relay, kind)
    mine = {"id": follow_id, "type": "Follow", "actor": world.door.house.addresses.instance_actor}
    wanted = relay.uri if kind == "litepub" else PUBLIC
    await world.tell(relay, relay.activity("Accept", {**mine, "object": wanted}))
    assert await state(world) == "accepted"


@pytest.mark.parametrize("how", ["id", "embedded"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("says", "then"), [("Accept", "accepted"), ("Reject", "rejected")])
async def test_a_relay_answers_for_itself(
    world: World, relay: Actor, kind: str, says: str, then: str, how: str
) -> None:
    follow_id = await asked(world, relay, kind)
    mine = {"id": follow_id, "type": "Follow", "actor": world.door.house.addresses.instance_actor}
    wanted = relay.uri if kind == "litepub" else PUBLIC
    about = follow_id if how == "id" else {**mine, "object": wanted}
    other = world.elsewhere.actor("relay@evil.example")
    await world.tell(other, other.activity(says, about))
    assert await state(world) == "pending"
    await world.tell(relay, relay.activity(says, about))
    assert await state(world) == then


@pytest.mark.parametrize("kind", KINDS)
async def test_what_a_relay_boosts_is_fetched_and_is_no_boost(
    world: World, relay: Actor, dave: Actor, kind: str
) -> None:
    await agreed(world, relay, kind)
    uri = world.elsewhere.put(dave.note("<p>Far.</p>"))
    announce = relay.activity("Announce", uri, to=[PUBLIC])
    await world.tell(relay, announce)
    post = await world.post(uri)
    assert post is not None
    assert post.account.username == "dave"
    assert await boosts(world) == []
    shown = (await world.client.get("/api/v1/timelines/public?remote=true")).ok()
    assert [one["uri"] for one in shown] == [uri]
    # What it takes back is not its own.
    await world.tell(relay, undo(relay, announce))
    assert await world.post(uri) is not None


@pytest.mark.parametrize("kind", KINDS)
async def test_what_a_relay_passes_on_is_asked_for_at_its_origin(
    world: World, relay: Actor, dave: Actor, kind: str
) -> None:
    await agreed(world, relay, kind)
    # As Mastodon signs what may be passed on; nobody here looks at that signature.
    signed = {"signature": {"type": "RsaSignature2017", "creator": dave.rsa.id, "signatureValue": "x"}}
    true = {**dave.create("<p>True.</p>"), **signed}
    forged = {**dave.create("<p>Never said.</p>"), **signed}
    for one in (true, true["object"]):
        world.elsewhere.put(one)
    altered = {**true, "object": {**true["object"], "content": "<p>Altered.</p>"}}
    await world.tell(relay, altered)
    await world.tell(relay, forged)
    post = await world.post(true["object"]["id"])
    assert post is not None
    assert "True" in post.content
    assert await world.post(forged["object"]["id"]) is None


@pytest.mark.parametrize("kind", [*KINDS, "nobody asked"])
async def test_a_relay_that_has_not_agreed_brings_nothing(
    world: World, relay: Actor, dave: Actor, kind: str
) -> None:
    if kind != "nobody asked":
        await asked(world, relay, kind)
    uri = world.elsewhere.put(dave.note("<p>Far.</p>"))
    await world.tell(relay, relay.activity("Announce", uri, to=[PUBLIC]))
    assert uri not in world.elsewhere.fetched
    assert await world.post(uri) is None


async def test_another_actor_of_the_relays_server_is_not_the_relay(
    world: World, relay: Actor, dave: Actor
) -> None:
    await agreed(world, relay, "litepub")
    other = world.elsewhere.actor("somebody@relay.example")
    uri = world.elsewhere.put(dave.note("<p>Far.</p>"))
    await world.tell(other, other.activity("Announce", uri, to=[PUBLIC]))
    assert await world.post(uri) is None
