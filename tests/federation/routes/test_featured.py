"""Collections of those who live here, as other servers ask for them."""

from __future__ import annotations

from typing import Any

from stoa.core.accounts import store as accounts
from stoa.core.collections import curate
from stoa.core.house import House
from tests.client import Answer, Client
from tests.federation.elsewhere import ACTIVITY_JSON
from tests.make import Make, Person


async def ask(client: Client, path: str) -> Answer:
    return await client.get(path.removeprefix("http://localhost:8000"), headers={"accept": ACTIVITY_JSON})


async def create(house: House, owner: Person, *members: Person, **said: object) -> int:
    async with house.db.write() as conn:
        change = curate.Change(**{"name": "Painters", **said})  # type: ignore[arg-type]
        people = [one.id for one in members]
        return await curate.create(conn, owner.id, change, house.addresses, members=people)


async def test_an_actor_says_where_its_collections_are_and_who_may_recommend_it(
    client: Client, make: Make, house: House
) -> None:
    said: list[tuple[dict[str, Any], str]] = [
        ({"discoverable": True}, "https://www.w3.org/ns/activitystreams#Public"),
        ({"discoverable": True, "locked": True}, "{}/followers"),
        ({"discoverable": False}, "{}"),
    ]
    for number, (columns, allowed) in enumerate(said):
        person = await make.account(f"person{number}", **columns)
        uri = house.addresses.actor(person.id)
        actor = (await ask(client, uri)).ok()
        assert actor["interactionPolicy"] == {"canFeature": {"automaticApproval": [allowed.format(uri)]}}
        assert actor["featuredCollections"] == f"{uri}/featured_collections"
        assert (actor["showMedia"], actor["showFeatured"]) == (True, True)


async def test_a_collection_and_who_is_in_it_have_ids_that_answer(
    client: Client, make: Make, house: House
) -> None:
    alice, bob = [await make.account(name, discoverable=True) for name in ("alice", "bob")]
    made = await create(house, alice, bob, description="They paint", language="en")
    hidden = await create(house, alice, discoverable=False)
    uri = f"{house.addresses.actor(alice.id)}/collections/{made}"
    document = (await ask(client, uri)).ok()
    assert (document["id"], document["type"], document["totalItems"]) == (uri, "FeaturedCollection", 1)
    assert document["summaryMap"] == {"en": "They paint"}
    (item,) = document["orderedItems"]
    assert (await ask(client, item["id"])).ok()["featuredObject"] == house.addresses.actor(bob.id)
    stamp = (await ask(client, item["featureAuthorization"])).ok()
    assert (stamp["interactingObject"], stamp["interactionTarget"]) == (uri, house.addresses.actor(bob.id))
    listed = (await ask(client, f"{house.addresses.actor(alice.id)}/featured_collections")).ok()
    assert [one["id"] for one in listed["items"]] == [uri]
    # Whoever knows its address may have it.
    assert (await ask(client, uri.replace(str(made), str(hidden)))).status == 200


async def test_nothing_is_given_out_that_is_not_there(client: Client, make: Make, house: House) -> None:
    alice, bob = [await make.account(name, discoverable=True) for name in ("alice", "bob")]
    made = await create(house, alice, bob)
    actor, other = house.addresses.actor(alice.id), house.addresses.actor(bob.id)
    item = (await ask(client, f"{actor}/collections/{made}")).ok()["orderedItems"][0]["id"]
    for path in (
        f"{other}/collections/{made}", f"{actor}/collections/1", f"{actor}/collections/x",
        f"{actor}/collections/{made}/items/1", f"{actor}/collections/{2**70}", f"/collections/{2**70}",
        f"{actor}/feature_authorizations/{item.rpartition('/')[2]}", "/collections/1",
    ):  # fmt: skip
        assert (await ask(client, path)).status == 404, path
    async with house.db.write() as conn:
        await curate.remove(conn, alice.id, made)
    assert (await ask(client, f"{actor}/collections/{made}")).status == 410
    again = await create(house, alice, bob)
    async with house.db.write() as conn:
        await accounts.change(conn, bob.id, suspended_at=1)
    assert (await ask(client, f"{actor}/collections/{again}")).ok()["orderedItems"] == []
    async with house.db.write() as conn:
        await accounts.change(conn, alice.id, suspended_at=1)
    for path in (f"{actor}/collections/{again}", f"{actor}/featured_collections", f"/collections/{again}"):
        assert (await ask(client, path)).status == 404
