"""Asking whether somebody wants to be in a collection, from here and from elsewhere; and what ends it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from stoa.core.collections import consent, curate, views
from stoa.db.tables import collection_items
from tests import contract
from tests.federation.elsewhere import ACTIVITY_JSON, Actor, Document
from tests.federation.receive.conftest import World
from tests.federation.receive.deeds import actor_of, letters
from tests.federation.receive.recommending import (
    EVERYBODY,
    WORK,
    described,
    item,
    last,
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


async def ask(world: World, owner: Actor, collection: str, person: str, **said: Any) -> Document:
    """The answer to a FeatureRequest of *owner*'s."""
    before = len(await letters(world))
    await world.tell(owner, owner.activity("FeatureRequest", person, instrument=collection, **said))
    (answer,) = (await letters(world))[before:]
    return answer


async def test_who_is_asked_answers_with_a_stamp_that_holds(
    world: World, alice: Person, carol: Actor
) -> None:
    uri = described(world, carol)["id"]
    me = actor_of(world, alice)
    accept = await ask(world, carol, uri, me)
    assert (accept["type"], accept["actor"], accept["to"]) == ("Accept", me, [carol.uri])
    assert accept["object"]["type"] == "FeatureRequest"
    stamp = await world.client.get(accept["result"], headers={"accept": ACTIVITY_JSON})
    said = stamp.ok()
    assert (said["type"], said["id"]) == ("FeatureAuthorization", accept["result"])
    assert (said["interactingObject"], said["interactionTarget"]) == (uri, me)
    (notice,) = (await world.client.get("/api/v1/notifications", token=alice.token)).ok()
    assert contract.problems(notice, "Notification") == []
    assert (notice["type"], notice["collection"]["uri"]) == ("added_to_collection", uri)
    assert (await ask(world, carol, uri, me))["result"] == accept["result"]
    within = (await world.client.get(f"/api/v1/{alice.id}/in_collections", token=alice.token)).ok()
    assert [one["uri"] for one in within["collections"]] == [uri]
    # What the owner says of it now has her in it, under their own name for that.
    await world.tell(carol, carol.activity("Add", item(uri, me, accept["result"]), target=uri))
    await world.jobs(*WORK)
    assert await states(world) == {me: "accepted"}
    number, item_id = within["collections"][0]["id"], within["collections"][0]["items"][0]["id"]
    path = f"/api/v1/collections/{number}/items/{item_id}/revoke"
    assert (await world.client.post(path, token=alice.token)).status == 200
    delete = await last(world)
    assert (delete["type"], delete["object"]["id"], delete["actor"]) == ("Delete", accept["result"], me)
    answer = await world.client.get(accept["result"], headers={"accept": ACTIVITY_JSON})
    assert answer.status == 410
    assert (await ask(world, carol, uri, me))["type"] == "Reject"
    assert await states(world) == {me: "revoked"}


async def test_mastodon_asks_without_saying_who(world: World, alice: Person, carol: Actor) -> None:
    uri = described(world, carol)["id"]
    asked = carol.activity(
        "FeatureRequest", actor_of(world, alice), instrument=uri, id=f"{carol.uri}/feature_requests/1-2-3"
    )
    del asked["actor"]
    await world.tell(carol, asked)
    assert (await last(world))["type"] == "Accept"
    eve = world.elsewhere.actor("eve@there.example")
    assert (await world.elsewhere.deliver(world.client, eve, asked)).status == 401


@pytest.mark.parametrize(
    "why", ["hidden", "locked", "blocked", "of another", "elsewhere", "gone", "nothing"]
)
async def test_who_does_not_want_it_is_not_in_it(
    world: World, alice: Person, carol: Actor, dave: Actor, why: str
) -> None:
    uri = described(world, carol)["id"]
    hidden = await world.make.account("hidden", discoverable=why != "hidden", locked=why == "locked")
    if why == "blocked":
        account_id = await world.account_id(carol)
        await world.make.block(hidden, Person(account_id, "carol", "", ""))
    if why == "of another":
        uri = described(world, world.elsewhere.actor("bert@there.example"))["id"]
    if why == "elsewhere":
        uri = described(world, dave)["id"]
    if why == "gone":
        del world.elsewhere.documents[uri]
    if why == "nothing":
        described(world, carol, type="OrderedCollection")
    if why in ("gone", "nothing"):
        # What cannot be looked at is not agreed to, and may be there another time.
        before = await letters(world)
        await world.tell(carol, carol.activity("FeatureRequest", actor_of(world, hidden), instrument=uri))
        assert await letters(world) == before
        assert await states(world) == {}
        return
    answer = await ask(world, carol, uri, actor_of(world, hidden))
    assert (answer["type"], "result" in answer) == ("Reject", False)
    assert await states(world) == {}


async def ours(world: World, alice: Person, carol: Actor) -> tuple[int, str, Document]:
    """A collection of alice's, who asks carol: its id, its address, and the request."""
    account_id = await world.account_id(carol)
    async with world.door.house.db.write() as conn:
        number = await curate.create(
            conn, alice.id, curate.Change(name="Mine"), world.door.house.addresses, members=[account_id]
        )
        view = (await views.load(conn, [number], None))[number]
    return number, view.uri, await last(world)


async def test_somebody_elsewhere_is_in_ours_once_they_agree(
    world: World, alice: Person, carol: Actor, dave: Actor
) -> None:
    number, uri, request = await ours(world, alice, carol)
    assert (request["type"], request["object"], request["instrument"]) == ("FeatureRequest", carol.uri, uri)
    shown = await world.client.get(uri, headers={"accept": ACTIVITY_JSON})
    assert (shown.ok()["type"], shown.json["orderedItems"]) == ("FeaturedCollection", [])
    stamp = f"{carol.uri}/feature_authorizations/1"
    other = f"{dave.uri}/feature_authorizations/1"
    await world.tell(dave, dave.activity("Accept", request["id"], result=other))
    await world.tell(carol, carol.activity("Accept", request["id"], result=other))
    await world.tell(carol, carol.activity("Accept", request["id"]))
    assert await states(world) == {carol.uri: "pending"}
    await world.tell(carol, carol.activity("Accept", request["id"], result=stamp))
    assert await states(world) == {carol.uri: "accepted"}
    document = (await world.client.get(uri, headers={"accept": ACTIVITY_JSON})).ok()
    (one,) = document["orderedItems"]
    assert (one["featuredObject"], one["featureAuthorization"]) == (carol.uri, stamp)
    alone = (await world.client.get(one["id"], headers={"accept": ACTIVITY_JSON})).ok()
    assert alone["id"] == one["id"]
    add = await last(world)
    assert (add["type"], add["target"], add["object"]["id"]) == ("Add", uri, one["id"])
    listed = await world.client.get(
        f"{actor_of(world, alice)}/featured_collections", headers={"accept": ACTIVITY_JSON}
    )
    assert [entry["id"] for entry in listed.ok()["items"]] == [uri]
    page = await world.client.get(uri, headers={"accept": "text/html"})
    assert page.headers["location"] == f"/collections/{number}"
    same = await world.client.get(f"/collections/{number}", headers={"accept": ACTIVITY_JSON})
    assert same.ok() == document
    await world.tell(carol, carol.activity("Delete", {"id": stamp, "type": "FeatureAuthorization"}))
    assert await states(world) == {carol.uri: "revoked"}
    remove = await last(world)
    assert (remove["type"], remove["object"], remove["target"]) == ("Remove", one["id"], uri)


async def test_a_no_is_a_no(world: World, alice: Person, carol: Actor, dave: Actor) -> None:
    _, uri, request = await ours(world, alice, carol)
    await world.tell(dave, dave.activity("Reject", request["id"]))
    assert await states(world) == {carol.uri: "pending"}
    await world.tell(carol, carol.activity("Reject", request["id"]))
    assert await states(world) == {carol.uri: "rejected"}
    assert (await world.client.get(uri, headers={"accept": ACTIVITY_JSON})).ok()["orderedItems"] == []


async def test_a_flag_names_a_collection(world: World, alice: Person, carol: Actor) -> None:
    mod = await world.make.account("mod", role="moderator")
    number, uri, _ = await ours(world, alice, carol)
    await world.tell(carol, carol.activity("Flag", [actor_of(world, alice), uri], content="Unkind."))
    (notice,) = (await world.client.get("/api/v1/notifications", token=mod.token)).ok()
    assert notice["report"]["collection_ids"] == [str(number)]


async def test_a_block_ends_it_both_ways(world: World, alice: Person, carol: Actor) -> None:
    uri = described(world, carol)["id"]
    me = actor_of(world, alice)
    accept = await ask(world, carol, uri, me)
    _, own, request = await ours(world, alice, carol)
    await world.tell(carol, carol.activity("Accept", request["id"], result=f"{carol.uri}/stamps/1"))
    assert await states(world) == {me: "accepted", carol.uri: "accepted"}
    await world.tell(carol, carol.activity("Block", me))
    assert await states(world) == {me: "revoked", carol.uri: "revoked"}
    assert (await world.client.get(own, headers={"accept": ACTIVITY_JSON})).ok()["orderedItems"] == []
    assert (await world.client.get(accept["result"], headers={"accept": ACTIVITY_JSON})).status == 410


async def test_revoking_is_told_where_the_collection_lives(
    world: World, alice: Person, carol: Actor
) -> None:
    uri = described(world, carol)["id"]
    await ask(world, carol, uri, actor_of(world, alice))
    (row,) = await world.all(select(collection_items.c.id, collection_items.c.collection_id))
    async with world.door.house.db.write() as conn:
        await consent.revoke(conn, alice.id, row.collection_id, row.id)
    delete = await last(world)
    assert delete["object"]["type"] == "FeatureAuthorization"
    assert delete["object"]["interactingObject"] == uri
