"""Collections of others, and what it takes to be in one: everybody's own word, and nobody else's."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from stoa.core.collections import consent, curate, views
from stoa.core.collections.model import CollectionView
from stoa.db.tables import collection_items, collections
from stoa.federation.receive import featured
from tests import contract
from tests.federation.elsewhere import ACTIVITY_JSON, PUBLIC, Actor, Document
from tests.federation.receive.conftest import World
from tests.federation.receive.deeds import actor_of, letters
from tests.make import Person

EVERYBODY = {"canFeature": {"automaticApproval": [PUBLIC]}}
WORK = (featured.VERIFY, featured.FETCH, "federation.featured_collections")


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


def item(collection: str, person: str, stamp: str | None, number: int = 1) -> Document:
    return {
        "id": f"{collection}/items/{number}", "type": "FeaturedItem", "featuredObject": person,
        "featuredObjectType": "Person", "featureAuthorization": stamp,
    }  # fmt: skip


def described(world: World, owner: Actor, *items: Document, number: int = 23, **said: Any) -> Document:
    """A collection of *owner*'s, which is at its id."""
    document = {
        "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/fep/7aa9"],
        "id": f"{owner.uri}/collections/{number}", "type": "FeaturedCollection", "name": "Good people",
        "summary": "<p>Of <script>x</script>all kinds</p>", "attributedTo": owner.uri,
        "url": f"https://{owner.uri.split('/')[2]}/collections/{number}", "sensitive": False,
        "discoverable": True, "topic": {"type": "Hashtag", "name": "#Art"},
        "totalItems": len(items), "orderedItems": list(items),
        "published": "2026-02-25T11:35:01Z", "updated": "2026-02-25T11:35:01Z", **said,
    }  # fmt: skip
    world.elsewhere.put(document)
    return document


def stamped(world: World, person: Actor, collection: str, **said: Any) -> str:
    """The stamp of *person*, as Mastodon has it: without an attributedTo."""
    return world.elsewhere.put(
        {
            "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/fep/7aa9"],
            "id": f"{person.uri}/feature_authorizations/7", "type": "FeatureAuthorization",
            "interactingObject": collection, "interactionTarget": person.uri, **said,
        }
    )  # fmt: skip


async def found(world: World, uri: str) -> CollectionView | None:
    rows = await world.all(select(collections.c.id).where(collections.c.uri == uri))
    async with world.door.house.db.read() as conn:
        return (await views.load(conn, [row.id for row in rows], None)).get(rows[0].id) if rows else None


async def states(world: World) -> dict[str, str]:
    rows = await world.all(select(collection_items.c.object_uri, collection_items.c.state))
    return {row.object_uri: row.state for row in rows}


def add(owner: Actor, collection: Document) -> Document:
    return owner.activity("Add", collection, target=f"{owner.uri}/featured")


async def last(world: World) -> Document:
    return (await letters(world))[-1]


async def ask(world: World, owner: Actor, collection: str, person: str, **said: Any) -> Document:
    """The answer to a FeatureRequest of *owner*'s."""
    before = len(await letters(world))
    await world.tell(owner, owner.activity("FeatureRequest", person, instrument=collection, **said))
    (answer,) = (await letters(world))[before:]
    return answer


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
