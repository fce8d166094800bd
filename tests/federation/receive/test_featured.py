"""Collections of others: in them is who says so themselves, and whatever else only their owner says."""

from __future__ import annotations

from typing import Any

import pytest

from tests import contract
from tests.federation.elsewhere import PUBLIC, Actor, Document
from tests.federation.receive.conftest import World
from tests.federation.receive.deeds import actor_of
from tests.federation.receive.recommending import (
    EVERYBODY,
    WORK,
    described,
    found,
    item,
    stamped,
    states,
)
from tests.make import Person


@pytest.fixture
async def alice(world: World) -> Person:
    return await world.make.account("alice", discoverable=True)


@pytest.fixture
def carol(world: World) -> Actor:
    """She has collections, and lets herself be put into others'."""
    return world.elsewhere.actor(
        "carol@there.example",
        interactionPolicy=EVERYBODY,
        featuredCollections="https://there.example/users/carol/featured",
    )


@pytest.fixture
def dave(world: World) -> Actor:
    return world.elsewhere.actor("dave@far.example", interactionPolicy=EVERYBODY)


def add(owner: Actor, collection: Document) -> Document:
    return owner.activity("Add", collection, target=f"{owner.uri}/featured")


async def test_a_collection_of_somebody_followed_is_shown_with_those_whose_stamp_holds(
    world: World, alice: Person, carol: Actor, dave: Actor
) -> None:
    await world.follows(alice, carol)
    uri = f"{carol.uri}/collections/23"
    stamp = stamped(world, dave, uri)
    await world.tell(carol, add(carol, described(world, carol, item(uri, dave.uri, stamp))))
    kept = await found(world, uri)
    assert kept is not None
    assert (kept.name, kept.tag, kept.description_html, kept.items) == (
        "Good people", "Art", "<p>Of all kinds</p>", (),
    )  # fmt: skip
    assert await world.jobs(*WORK) > 0
    kept = await found(world, uri)
    assert kept is not None
    assert [one.object_uri for one in kept.items] == [dave.uri]
    answer = await world.client.get(f"/api/v1/accounts/{kept.account_id}/collections", token=alice.token)
    assert contract.problems(answer.ok(), "Collections") == []
    assert [one["uri"] for one in answer.json["collections"]] == [uri]
    assert answer.json["collections"][0]["local"] is False
    page = await world.client.get(f"/collections/{kept.id}")
    assert page.status == 200
    assert "Of all kinds" in page.text
    assert "<script>x" not in page.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"interactingObject": "https://there.example/users/carol/collections/24"},
        {"interactionTarget": "https://far.example/users/eve"},
        {"type": "QuoteAuthorization"},
        {"id": "https://far.example/users/dave/other"},
    ],
    ids=str,
)
async def test_a_stamp_that_says_something_else_is_none(
    world: World, alice: Person, carol: Actor, dave: Actor, wrong: dict[str, str]
) -> None:
    await world.follows(alice, carol)
    uri = f"{carol.uri}/collections/23"
    stamp = f"{dave.uri}/feature_authorizations/7"
    stamped(world, dave, uri, **wrong)
    if "id" in wrong:
        world.elsewhere.documents[stamp] = world.elsewhere.documents[wrong["id"]]
    await world.tell(carol, add(carol, described(world, carol, item(uri, dave.uri, stamp))))
    await world.jobs(*WORK)
    kept = await found(world, uri)
    assert kept is not None
    assert kept.items == ()


async def test_nobody_is_in_it_by_its_owners_word_alone(
    world: World, alice: Person, carol: Actor, dave: Actor
) -> None:
    await world.follows(alice, carol)
    uri = f"{carol.uri}/collections/23"
    own = world.elsewhere.put({**item(uri, dave.uri, None), "id": f"{carol.uri}/stamps/1"})
    here = f"{actor_of(world, alice)}/feature_authorizations/1"
    collection = described(
        world, carol, item(uri, dave.uri, own, 1), item(uri, actor_of(world, alice), here, 2),
        item("https://evil.example/x", carol.uri, None, 3),
    )  # fmt: skip
    await world.tell(carol, add(carol, collection))
    await world.jobs(*WORK)
    assert await states(world) == {}


async def test_of_strangers_nothing_is_kept(world: World, alice: Person, carol: Actor, dave: Actor) -> None:
    uri = f"{carol.uri}/collections/23"
    collection = described(world, carol, item(uri, dave.uri, stamped(world, dave, uri)))
    await world.tell(carol, add(carol, collection))
    await world.tell(carol, carol.activity("Update", collection))
    assert await found(world, uri) is None
    await world.follows(alice, dave)
    await world.tell(dave, dave.activity("Update", collection))
    await world.jobs(*WORK)
    assert await found(world, uri) is None


async def test_only_its_owner_changes_it(world: World, alice: Person, carol: Actor, dave: Actor) -> None:
    await world.follows(alice, carol)
    await world.follows(alice, dave)
    uri = f"{carol.uri}/collections/23"
    stamp = stamped(world, dave, uri)
    collection = described(world, carol, item(uri, dave.uri, stamp))
    await world.tell(carol, add(carol, collection))
    await world.jobs(*WORK)
    neighbour = world.elsewhere.actor("bert@there.example")
    changed = {**collection, "name": "Bad people", "orderedItems": []}
    for actor in (dave, neighbour):
        await world.tell(actor, actor.activity("Update", changed))
        await world.tell(actor, actor.activity("Remove", f"{uri}/items/1", target=uri))
        await world.tell(actor, actor.activity("Remove", uri, target=f"{carol.uri}/featured"))
        await world.tell(actor, actor.activity("Delete", uri))
        await world.tell(actor, actor.activity("Add", item(uri, carol.uri, None, 2), target=uri))
        await world.jobs(*WORK)
        kept = await found(world, uri)
        assert kept is not None
        assert (kept.name, [one.object_uri for one in kept.items]) == ("Good people", [dave.uri])
    await world.tell(carol, carol.activity("Remove", f"{uri}/items/1", target=uri))
    assert await states(world) == {}
    await world.tell(carol, carol.activity("Update", {**collection, "name": "Others"}))
    await world.jobs(*WORK)
    kept = await found(world, uri)
    assert kept is not None
    assert (kept.name, [one.object_uri for one in kept.items]) == ("Others", [dave.uri])
    await world.tell(carol, carol.activity("Remove", uri, target=f"{carol.uri}/featured"))
    assert await found(world, uri) is None


async def test_who_takes_a_stamp_back_is_out(
    world: World, alice: Person, carol: Actor, dave: Actor
) -> None:
    await world.follows(alice, carol)
    uri = f"{carol.uri}/collections/23"
    stamp = stamped(world, dave, uri)
    collection = described(world, carol, item(uri, dave.uri, stamp))
    await world.tell(carol, add(carol, collection))
    await world.jobs(*WORK)
    neighbour = world.elsewhere.actor("eve@far.example")
    await world.tell(neighbour, neighbour.activity("Delete", stamp))
    assert await states(world) == {dave.uri: "accepted"}
    gone = {"id": stamp, "type": "FeatureAuthorization", "interactingObject": uri}
    await world.tell(dave, dave.activity("Delete", gone))
    assert await states(world) == {dave.uri: "revoked"}
    await world.tell(carol, carol.activity("Update", collection))
    await world.jobs(*WORK)
    assert await states(world) == {dave.uri: "revoked"}


async def test_what_an_actor_says_of_being_recommended_is_kept(world: World, alice: Person) -> None:
    said: list[tuple[Any, Any]] = [
        (None, "missing"),
        ({"canQuote": {}}, "missing"),
        ({"canFeature": {"automaticApproval": ["as:Public"]}}, "automatic"),
        ({"canFeature": {"automaticApproval": "https://n3.example/users/x/followers"}}, "denied"),
        ({"canFeature": {"automaticApproval": [], "manualApproval": [PUBLIC]}}, "manual"),
        ({"canFeature": {"automaticApproval": ["https://n5.example/users/x"]}}, "denied"),
        ({"canFeature": {"automaticApproval": ["https://n6.example/friends"]}}, "unknown"),
    ]
    for number, (policy, standing) in enumerate(said):
        actor = world.elsewhere.actor(f"x@n{number}.example", interactionPolicy=policy, showMedia=False)
        account_id = await world.account_id(actor)
        found = (await world.client.get(f"/api/v1/accounts/{account_id}", token=alice.token)).ok()
        assert contract.problems(found, "Account") == []
        assert (found["feature_approval"]["current_user"], found["show_media"]) == (standing, False)


async def test_the_collections_of_somebody_met_are_looked_for(
    world: World, alice: Person, carol: Actor
) -> None:
    first, second = described(world, carol), described(world, carol, number=24, name="Others")
    world.elsewhere.put(
        {
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": "https://there.example/users/carol/featured", "type": "Collection", "totalItems": 3,
            "items": [first, second["id"], "https://evil.example/collections/1"],
        }
    )  # fmt: skip
    account_id = await world.account_id(carol)
    await world.jobs(*WORK)
    answer = await world.client.get(f"/api/v1/accounts/{account_id}/collections", token=alice.token)
    assert {one["name"] for one in answer.ok()["collections"]} == {"Good people", "Others"}
