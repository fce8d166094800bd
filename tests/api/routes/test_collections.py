"""Collections as apps make and read them; everybody here has agreed to be in them."""

from __future__ import annotations

from typing import Any

import pytest

from stoa.core.collections import consent, store
from stoa.core.house import House
from stoa.core.relationships import block, follow
from tests import contract
from tests.client import Answer, Client
from tests.make import Make, Person

PATH = "/api/v1/collections"


@pytest.fixture
async def alice(make: Make) -> Person:
    return await make.account("alice", discoverable=True)


@pytest.fixture
async def bob(make: Make) -> Person:
    return await make.account("bob", discoverable=True)


async def create(client: Client, who: Person, *members: Person, **said: Any) -> Any:
    body = {"name": "Good people", "account_ids": [str(one.id) for one in members], **said}
    made = (await client.post(PATH, token=who.token, json=body)).ok()
    assert contract.problems(made, "WrappedCollection") == []
    return made["collection"]


async def put(client: Client, who: Person, collection: Any, member: Person | int) -> Answer:
    number = member if isinstance(member, int) else member.id
    return await client.post(
        f"{PATH}/{collection['id']}/items", token=who.token, json={"account_id": str(number)}
    )


async def shown(client: Client, collection: Any, who: Person | None = None) -> Any:
    answer = await client.get(f"{PATH}/{collection['id']}", token=who.token if who else None)
    return answer.ok()


async def told(client: Client, who: Person) -> list[Any]:
    return list((await client.get("/api/v1/notifications", token=who.token)).ok())


async def test_a_collection_has_all_its_fields(client: Client, alice: Person, bob: Person) -> None:
    made = await create(
        client, alice, bob, name=" Painters ", description="Cats & <dogs>", language="en",
        tag_name="#Painting", sensitive=True, discoverable=False,
    )  # fmt: skip
    assert made["name"] == "Painters"
    assert made["description"] == "Cats &amp; &lt;dogs&gt;"
    assert (made["language"], made["local"], made["sensitive"], made["discoverable"]) == (
        "en", True, True, False,
    )  # fmt: skip
    assert made["tag"] == {"name": "Painting", "url": "http://localhost:8000/tags/Painting"}
    assert made["uri"] == f"http://localhost:8000/ap/users/{alice.id}/collections/{made['id']}"
    assert made["url"] == f"http://localhost:8000/collections/{made['id']}"
    assert made["item_count"] == 1
    assert [(one["account_id"], one["state"]) for one in made["items"]] == [(str(bob.id), "accepted")]
    whole = await shown(client, made)
    assert contract.problems(whole, "CollectionWithAccounts") == []
    assert [one["username"] for one in whole["accounts"]] == ["alice", "bob"]
    assert whole["collection"] == made


async def test_it_is_changed_by_its_owner_alone(client: Client, alice: Person, bob: Person) -> None:
    made = await create(client, alice, language="en", tag_name="one")
    path = f"{PATH}/{made['id']}"
    changed = (
        await client.patch(
            path,
            token=alice.token,
            json={"name": "Others", "language": "", "tag_name": "", "sensitive": True},
        )
    ).ok()
    assert contract.problems(changed, "WrappedCollection") == []
    assert changed["collection"]["name"] == "Others"
    assert (changed["collection"]["language"], changed["collection"]["tag"]) == (None, None)
    for method in ("PATCH", "DELETE"):
        assert (await client.request(method, path, token=bob.token, json={"name": "x"})).status == 403
        assert (await client.request(method, path, json={"name": "x"})).status == 401
    assert (await client.delete(path, token=alice.token)).ok() == {}
    assert (await client.get(path)).status == 404
    assert (await client.delete(path, token=alice.token)).status == 404


@pytest.mark.parametrize(
    "said",
    [
        {"name": ""}, {"name": " \n "}, {"name": "x" * 41}, {"description": "x" * 101}, {"language": "12"},
        {"tag_name": "no hashtag"}, {"tag_name": "x" * 300}, {"account_ids": ["x"]},
        {"account_ids": [str(2**70)]}, {"account_ids": ["1"]}, {"name": ["a"]}, {"discoverable": "maybe"},
    ],
    ids=str,
)  # fmt: skip
async def test_what_does_not_fit_is_refused(client: Client, alice: Person, said: dict[str, Any]) -> None:
    answer = await client.post(PATH, token=alice.token, json={"name": "Fine", **said})
    assert answer.status == 422, answer.text
    assert (await client.get(f"/api/v1/accounts/{alice.id}/collections")).ok() == {"collections": []}
    made = await create(client, alice)
    change = {name: value for name, value in said.items() if name != "account_ids"}
    answer = await client.patch(f"{PATH}/{made['id']}", token=alice.token, json=change)
    assert answer.status == (422 if change else 200), answer.text


async def test_there_is_an_end_to_how_many(client: Client, make: Make, alice: Person) -> None:
    people = [await make.account(f"person{n}", discoverable=True) for n in range(26)]
    full = await create(client, alice, *people[:25])
    refused = await put(client, alice, full, people[25])
    assert (refused.status, refused.json["error"][:17]) == (422, "Validation failed")
    too_many = [str(one.id) for one in people]
    answer = await client.post(PATH, token=alice.token, json={"name": "x", "account_ids": too_many})
    assert answer.status == 422
    for _ in range(9):
        await create(client, alice)
    assert (await client.post(PATH, token=alice.token, json={"name": "Eleventh"})).status == 422


async def test_only_those_are_put_in_who_want_to_be_found(
    client: Client, make: Make, alice: Person
) -> None:
    hidden = await make.account("hidden")
    locked = await make.account("locked", discoverable=True, locked=True)
    pending = await make.account("pending", discoverable=True, confirmed=False)
    gone = await make.account("gone", discoverable=True, suspended_at=1)
    silent = await make.remote("carl@there.example", discoverable=True)
    made = await create(client, alice)
    for one in (hidden, locked, pending, gone, silent, 1):
        assert (await put(client, alice, made, one)).status == 422
    async with make.house.db.write() as conn:
        await follow.follow(conn, alice.id, locked.id)
        await follow.accept(conn, locked.id, alice.id)
    answer = (await put(client, alice, made, locked)).ok()
    assert contract.problems(answer, "WrappedCollectionItem") == []
    assert answer["collection_item"]["state"] == "accepted"
    assert (await put(client, alice, made, locked)).status == 422
    missing = await client.post(f"{PATH}/{made['id']}/items", token=alice.token, json={})
    assert (missing.status, missing.json["error"]) == (422, "`account_id` parameter is missing")


async def test_nobody_is_put_in_whom_either_has_blocked(
    client: Client, make: Make, alice: Person, bob: Person
) -> None:
    made = await create(client, alice, bob)
    other = await create(client, bob, alice)
    await make.block(bob, alice)
    assert (await shown(client, made))["collection"]["items"] == []
    assert (await shown(client, other))["collection"]["items"] == []
    assert (await put(client, alice, made, bob)).status == 422
    assert (await client.get(f"{PATH}/{other['id']}", token=alice.token)).status == 404
    listed = await client.get(f"/api/v1/accounts/{bob.id}/collections", token=alice.token)
    assert listed.ok() == {"collections": []}


async def test_whoever_is_in_it_is_told_and_can_leave_for_good(
    client: Client, alice: Person, bob: Person
) -> None:
    made = await create(client, alice, bob)
    (notice,) = await told(client, bob)
    assert contract.problems(notice, "Notification") == []
    assert (notice["type"], notice["account"]["username"]) == ("added_to_collection", "alice")
    assert notice["collection"]["id"] == made["id"]
    groups = (await client.get("/api/v2/notifications", token=bob.token)).ok()
    assert contract.problems(groups, "GroupedNotificationsResults") == []
    assert groups["notification_groups"][0]["collection"]["name"] == "Good people"
    item = f"{PATH}/{made['id']}/items/{made['items'][0]['id']}"
    assert (await client.post(f"{item}/revoke", token=alice.token)).status == 403
    assert (await client.post(f"{item}/revoke", token=bob.token)).ok() == {}
    assert (await client.post(f"{item}/revoke", token=bob.token)).status == 404
    assert (await shown(client, made, alice))["collection"]["items"] == []
    assert await told(client, bob) == []
    assert (await put(client, alice, made, bob)).status == 422


async def test_other_words_are_told_to_those_who_are_in_it(
    client: Client, alice: Person, bob: Person
) -> None:
    made = await create(client, alice, bob)
    path = f"{PATH}/{made['id']}"
    await client.patch(path, token=alice.token, json={"sensitive": True})
    assert [one["type"] for one in await told(client, bob)] == ["added_to_collection"]
    await client.patch(path, token=alice.token, json={"description": "The worst of all"})
    newest, _ = await told(client, bob)
    assert contract.problems(newest, "Notification") == []
    assert newest["type"] == "collection_update"
    assert newest["collection"]["description"] == "The worst of all"
    await client.delete(path, token=alice.token)
    assert await told(client, bob) == []


async def test_its_owner_takes_out_whom_they_put_in(client: Client, alice: Person, bob: Person) -> None:
    made = await create(client, alice, bob)
    item = f"{PATH}/{made['id']}/items/{made['items'][0]['id']}"
    assert (await client.delete(item, token=bob.token)).status == 403
    assert (await client.delete(item, token=alice.token)).ok() == {}
    assert (await client.delete(item, token=alice.token)).status == 404
    assert await told(client, bob) == []
    assert (await put(client, alice, made, bob)).status == 200
    other = await create(client, alice)
    number = (await shown(client, made))["collection"]["items"][0]["id"]
    assert (await client.delete(f"{PATH}/{other['id']}/items/{number}", token=alice.token)).status == 404


async def test_lists_are_paged_and_tell_visitors_of_open_ones_only(
    client: Client, alice: Person, bob: Person
) -> None:
    made = [await create(client, alice, bob, name=f"No. {n}", discoverable=n != 1) for n in range(4)]
    for prefix in ("/api/v1/accounts", "/api/v1"):
        path = f"{prefix}/{alice.id}/collections"
        page = await client.get(f"{path}?limit=2")
        assert contract.problems(page.ok(), "Collections") == []
        assert [one["name"] for one in page.json["collections"]] == ["No. 3", "No. 2"]
        rest = await client.get(page.links["next"].removeprefix("http://localhost:8000"))
        assert [one["name"] for one in rest.ok()["collections"]] == ["No. 0"]
        assert set(rest.links) == {"prev"}
        own = (await client.get(path, token=alice.token)).ok()["collections"]
        assert [one["id"] for one in own] == [one["id"] for one in reversed(made)]
        within = await client.get(f"{prefix}/{bob.id}/in_collections", token=bob.token)
        assert contract.problems(within.ok(), "Collections") == []
        assert len(within.json["collections"]) == 4
        assert (await client.get(f"{prefix}/{bob.id}/in_collections", token=alice.token)).status == 403
        assert (await client.get(f"{prefix}/{bob.id}/in_collections")).status == 401
        assert (await client.get(f"{path}?offset=-1")).status == 422
        assert (await client.get(f"{prefix}/1/collections")).status == 404


async def test_a_page_costs_the_same_whatever_stands_in_it(
    client: Client, make: Make, house: House, alice: Person
) -> None:
    people = [await make.account(f"person{n}", discoverable=True) for n in range(8)]
    made = await create(client, alice, people[0])
    path = f"/api/v1/accounts/{alice.id}/collections"

    async def cost(address: str) -> int:
        await client.get(address)  # bytes are made once
        before = house.db.statements
        assert (await client.get(address)).status == 200
        return house.db.statements - before

    one = (await cost(path), await cost(f"{PATH}/{made['id']}"))
    for person in people[1:]:
        await put(client, alice, made, person)
    for _ in range(5):
        await create(client, alice, *people)
    assert (await cost(path), await cost(f"{PATH}/{made['id']}")) == one


async def test_whom_one_has_blocked_one_is_not_shown(
    client: Client, make: Make, alice: Person, bob: Person
) -> None:
    carol = await make.account("carol", discoverable=True)
    made = await create(client, alice, bob, carol)
    await make.block(carol, bob)
    seen = await shown(client, made, carol)
    assert [one["account_id"] for one in seen["collection"]["items"]] == [str(carol.id)]
    assert seen["collection"]["item_count"] == 2
    assert [one["username"] for one in seen["accounts"]] == ["alice", "carol"]


async def test_somebody_elsewhere_is_asked_first(
    client: Client, make: Make, alice: Person, house: House
) -> None:
    policy = {"automatic": ["public"], "manual": []}
    carl = await make.remote("carl@there.example", feature_policy=policy)
    made = await create(client, alice)
    item = (await put(client, alice, made, carl)).ok()["collection_item"]
    assert item["state"] == "pending"
    assert (await shown(client, made))["collection"]["items"] == []
    assert [one["id"] for one in (await shown(client, made, alice))["collection"]["items"]] == [item["id"]]
    async with house.db.write() as conn:
        row = await store.find_item(conn, int(item["id"]))
        await consent.accepted(conn, row, "https://there.example/stamps/1")
    assert (await shown(client, made))["collection"]["items"][0]["state"] == "accepted"
    async with house.db.write() as conn:
        await block.block(conn, carl, alice.id)
    assert (await shown(client, made))["collection"]["items"] == []


@pytest.mark.parametrize(
    ("columns", "automatic", "stranger", "follower"),
    [
        ({"discoverable": True}, ["public"], "automatic", "automatic"),
        ({"discoverable": True, "locked": True}, ["followers"], "denied", "automatic"),
        ({"discoverable": False}, [], "denied", "denied"),
    ],
    ids=str,
)
async def test_an_account_says_whether_it_may_be_recommended(
    client: Client, make: Make, alice: Person, columns: dict[str, Any], automatic: list[str], stranger: str,
    follower: str,
) -> None:  # fmt: skip
    dora, eve = await make.account("dora", **columns), await make.account("eve")
    await make.follow(alice, dora)
    path = f"/api/v1/accounts/{dora.id}"
    for token, said in ((None, "denied"), (eve.token, stranger), (alice.token, follower)):
        found = (await client.get(path, token=token)).ok()
        assert contract.problems(found, "Account") == []
        assert found["feature_approval"] == {"automatic": automatic, "manual": [], "current_user": said}


async def test_of_others_what_they_said_counts(client: Client, make: Make, alice: Person) -> None:
    said = [
        (None, "missing"),
        ({"automatic": [], "manual": ["public"]}, "manual"),
        ({"automatic": ["following"], "manual": []}, "denied"),
        ({"automatic": ["unsupported_policy"], "manual": []}, "unknown"),
    ]
    for number, (policy, standing) in enumerate(said):
        carl = await make.remote(f"carl{number}@there.example", feature_policy=policy)
        found = (await client.get(f"/api/v1/accounts/{carl}", token=alice.token)).ok()
        assert contract.problems(found, "Account") == []
        assert found["feature_approval"]["current_user"] == standing


async def test_a_collection_is_reported(client: Client, make: Make, alice: Person, bob: Person) -> None:
    mod = await make.account("mod", role="moderator")
    made = await create(client, alice, name="The worst")
    body = {"account_id": str(alice.id), "collection_ids": [made["id"]], "comment": "Unkind."}
    report = (await client.post("/api/v1/reports", token=bob.token, json=body)).ok()
    assert contract.problems(report, "Report") == []
    assert report["collection_ids"] == [made["id"]]
    (notice,) = await told(client, mod)
    assert notice["report"]["collection_ids"] == [made["id"]]
    body["account_id"] = str(mod.id)
    assert (await client.post("/api/v1/reports", token=bob.token, json=body)).status == 404


async def test_scopes_are_asked_for(client: Client, make: Make, alice: Person) -> None:
    made = await create(client, alice)
    token = await make.token(alice, "read:collections")
    assert (await client.get(f"{PATH}/{made['id']}", token=token)).status == 200
    assert (await client.post(PATH, token=token, json={"name": "x"})).status == 403
    other = await make.token(alice, "write:collections")
    assert (await client.get(f"{PATH}/{made['id']}", token=other)).status == 403
    assert (await client.delete(f"{PATH}/{made['id']}", token=other)).status == 200


async def test_a_post_that_links_to_one_has_it_with_it(
    client: Client, make: Make, alice: Person, bob: Person, house: House
) -> None:
    made = await create(client, alice, bob, name='Say "hi" [now]')
    text = f"Look: {made['url']} and {made['url']} and http://localhost:8000/collections/1 or {made['uri']}"
    post = await make.status(bob, text)
    path = f"/api/v1/statuses/{post}"
    for token in (None, alice.token):
        shown = (await client.get(path, token=token)).ok()
        assert contract.problems(shown, "Status") == []
        assert [one["name"] for one in shown["tagged_collections"]] == ['Say "hi" [now]']
        assert shown["tagged_collections"][0]["items"] == made["items"]
    boost = (await client.post(f"{path}/reblog", token=alice.token)).ok()
    assert boost["reblog"]["tagged_collections"][0]["id"] == made["id"]
    # Who has not answered is nobody's business but the owner's, whoever reads the post.
    carl = await make.remote("carl@there.example", feature_policy={"automatic": ["public"], "manual": []})
    await put(client, alice, made, carl)
    shown = (await client.get(path, token=alice.token)).ok()
    assert len(shown["tagged_collections"][0]["items"]) == 1
    await client.delete(f"{PATH}/{made['id']}", token=alice.token)
    assert (await client.get(path)).ok()["tagged_collections"] == []


async def test_links_to_collections_cost_the_same_however_many(
    client: Client, make: Make, alice: Person, house: House
) -> None:
    async def cost() -> int:
        path = f"/api/v1/accounts/{alice.id}/statuses"
        await client.get(path, token=alice.token)
        before = house.db.statements
        answer = await client.get(f"{path}?limit=30", token=alice.token)
        assert all(one["tagged_collections"] for one in answer.ok())
        return house.db.statements - before

    made = [await create(client, alice, name=f"No. {n}") for n in range(5)]
    await make.status(alice, made[0]["url"])
    one = await cost()
    for entry in made[1:]:
        await make.status(alice, entry["url"])
    assert await cost() == one
