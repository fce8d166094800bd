"""The directory, and whom one may want to follow."""

from __future__ import annotations

from typing import Any

from stoa.core.accounts import store
from stoa.core.house import House
from stoa.core.statuses import favourite
from tests.client import Client
from tests.contract import problems
from tests.make import Make, Person


async def person(make: Make, house: House, name: str, *, found: bool = True) -> Person:
    made = await make.account(name)
    async with house.db.write() as conn:
        await store.change(conn, made.id, discoverable=found)
    return made


async def names(client: Client, viewer: Person | None = None, **asked: Any) -> list[str]:
    query = "&".join(f"{key}={value}" for key, value in asked.items())
    found = (await client.get(f"/api/v1/directory?{query}", token=viewer and viewer.token)).ok()
    return [one["acct"] for one in found]


async def suggested(client: Client, viewer: Person) -> dict[str, list[str]]:
    found = (await client.get("/api/v2/suggestions", token=viewer.token)).ok()
    assert not problems(found, "[Suggestion]")
    return {one["account"]["acct"]: one["sources"] for one in found}


async def test_the_directory_lists_those_who_want_to_be_found(
    client: Client, make: Make, house: House
) -> None:
    await person(make, house, "ann")
    bea = await person(make, house, "bea")
    await person(make, house, "shy", found=False)
    await make.remote("dan@far.example", discoverable=True)
    await make.status(bea)
    assert await names(client) == ["bea", "dan@far.example", "ann"]
    assert await names(client, order="new") == ["dan@far.example", "bea", "ann"]
    assert await names(client, order="new", local="true") == ["bea", "ann"]
    assert await names(client, order="new", limit=1, offset=1) == ["bea"]
    assert await names(client, offset=50) == []


async def test_nobody_meets_whom_they_block_or_mute_in_the_directory(
    client: Client, make: Make, house: House
) -> None:
    ann, bea = await person(make, house, "ann"), await person(make, house, "bea")
    await make.block(ann, bea)
    assert await names(client, ann) == ["ann"]
    assert await names(client, bea) == ["bea"]


async def test_friends_of_friends_are_suggested(client: Client, make: Make, house: House) -> None:
    ann, bea, cleo, dora = [await person(make, house, name) for name in ("ann", "bea", "cleo", "dora")]
    shy = await person(make, house, "shy", found=False)
    await make.follow(ann, bea)
    for other in (cleo, dora, shy):
        await make.follow(bea, other)
    found = await suggested(client, ann)
    assert set(found) == {"cleo", "dora"}
    assert all("friends_of_friends" in why for why in found.values())


async def test_who_hides_whom_they_follow_gives_nobody_away(
    client: Client, make: Make, house: House
) -> None:
    ann, bea, cleo = [await person(make, house, name) for name in ("ann", "bea", "cleo")]
    await make.follow(ann, bea)
    await make.follow(bea, cleo)
    async with house.db.write() as conn:
        await store.change(conn, bea.id, hide_collections=True)
    found = await suggested(client, ann)
    assert "friends_of_friends" not in found.get("cleo", [])


async def test_who_is_followed_with_those_one_follows_is_similar(
    client: Client, make: Make, house: House
) -> None:
    ann, bea, cleo, dora = [await person(make, house, name) for name in ("ann", "bea", "cleo", "dora")]
    await make.follow(ann, bea)
    await make.follow(cleo, bea)
    await make.follow(cleo, dora)
    assert "similar_to_recently_followed" in (await suggested(client, ann))["dora"]


async def test_who_is_favoured_and_followed_is_suggested_to_newcomers(
    client: Client, make: Make, house: House
) -> None:
    ann, bea, cleo = [await person(make, house, name) for name in ("ann", "bea", "cleo")]
    said = await make.status(bea)
    async with house.db.write() as conn:
        await favourite.favourite(conn, cleo.id, said)
    await make.follow(bea, cleo)
    found = await suggested(client, ann)
    assert found == {"bea": ["most_interactions"], "cleo": ["most_followed"]}


async def test_who_was_dismissed_or_is_followed_is_suggested_no_more(
    client: Client, make: Make, house: House
) -> None:
    ann, bea, cleo, dora = [await person(make, house, name) for name in ("ann", "bea", "cleo", "dora")]
    for other in (bea, cleo):
        await make.follow(dora, other)
    assert set(await suggested(client, ann)) == {"bea", "cleo"}
    (await client.delete(f"/api/v1/suggestions/{bea.id}", token=ann.token)).ok()
    (await client.delete("/api/v1/suggestions/1", token=ann.token)).ok()
    assert set(await suggested(client, ann)) == {"cleo"}
    first_version = (await client.get("/api/v1/suggestions", token=ann.token)).ok()
    assert [one["acct"] for one in first_version] == ["cleo"]
    await make.follow(ann, cleo)
    assert "cleo" not in await suggested(client, ann)


async def test_suggestions_cost_the_same_number_of_questions_however_many(
    client: Client, make: Make, house: House
) -> None:
    ann = await person(make, house, "ann")

    async def cost() -> int:
        before = house.db.statements
        (await client.get("/api/v2/suggestions", token=ann.token)).ok()
        return house.db.statements - before

    others = [await person(make, house, f"p{number}") for number in range(6)]
    await make.follow(others[0], others[1])
    await cost()
    one = await cost()
    for other in others[2:]:
        await make.follow(others[0], other)
    await suggested(client, ann)
    assert await cost() <= one
