"""Hashtags and people on a profile, as apps put them there."""

from __future__ import annotations

from typing import Any

from stoa.core.house import House
from stoa.core.relationships import block
from tests import contract
from tests.client import Client
from tests.make import Make, Person

TAGS = "/api/v1/featured_tags"


async def shown(client: Client, who: Person, of: Person | None = None) -> dict[str, str]:
    path = TAGS if of is None else f"/api/v1/accounts/{of.id}/featured_tags"
    found = (await client.get(path, token=who.token)).ok()
    return {one["name"]: one["statuses_count"] for one in found}


async def act(client: Client, who: Person, path: str, **body: Any) -> Any:
    return (await client.post(f"/api/v1/{path}", token=who.token, json=body)).ok()


async def test_a_hashtag_is_shown_with_how_much_it_is_used(client: Client, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    await make.status(alice, "One #Painting")
    await make.status(alice, "For few #painting", visibility="private")
    await make.status(bob, "Of another #painting")
    made = await act(client, alice, "featured_tags", name="#Painting")
    assert set(made) == {"id", "name", "url", "statuses_count", "last_status_at"}
    assert contract.problems(made, "FeaturedTag") == []
    assert (made["name"], made["statuses_count"]) == ("Painting", "1")
    assert len(made["last_status_at"]) == 10
    assert made["url"] == "http://localhost:8000/tags/Painting"
    assert (await act(client, alice, "featured_tags", name="painting"))["id"] == made["id"]
    await make.status(alice, "Two #painting #other", visibility="unlisted")
    assert await shown(client, alice) == {"Painting": "2"}
    assert await shown(client, bob, alice) == {"Painting": "2"}
    other = await client.request("DELETE", f"{TAGS}/{made['id']}", token=bob.token)
    assert other.status == 404
    assert (await client.request("DELETE", f"{TAGS}/{made['id']}", token=alice.token)).ok() == {}
    assert await shown(client, alice) == {}


async def test_what_is_edited_or_deleted_no_longer_counts(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    await act(client, alice, "featured_tags", name="art")
    first, second = await make.status(alice, "#art"), await make.status(alice, "#art too")
    assert await shown(client, alice) == {"art": "2"}
    edit = await client.request(
        "PUT", f"/api/v1/statuses/{first}", token=alice.token, json={"status": "no more"}
    )
    assert edit.status == 200
    assert await shown(client, alice) == {"art": "1"}
    await client.request("DELETE", f"/api/v1/statuses/{second}", token=alice.token)
    (one,) = (await client.get(TAGS, token=alice.token)).ok()
    assert (one["statuses_count"], one["last_status_at"]) == ("0", None)


async def test_no_more_than_ten_and_nothing_that_is_no_hashtag(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    for n in range(10):
        await act(client, alice, "featured_tags", name=f"tag{n}")
    for name in ("eleventh", "", "no hashtag", "#" + "x" * 300):
        answer = await client.post(TAGS, token=alice.token, json={"name": name})
        assert answer.status == 422
        assert answer.json["error"].startswith("Validation failed")
    assert len(await shown(client, alice)) == 10


async def test_a_hashtag_says_that_it_is_featured(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    featured = await act(client, alice, "tags/Art/feature")
    assert contract.problems(featured, "Tag") == []
    assert featured["featuring"] is True
    assert (await client.get("/api/v1/tags/art", token=alice.token)).ok()["featuring"] is True
    assert "featuring" not in (await client.get("/api/v1/tags/art")).ok()
    assert list(await shown(client, alice)) == ["Art"]
    assert (await act(client, alice, "tags/aRt/unfeature"))["featuring"] is False
    assert await shown(client, alice) == {}
    assert (await act(client, alice, "tags/never/unfeature"))["featuring"] is False


async def test_what_one_uses_most_is_suggested(client: Client, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    for text in ("#one #two", "#two #three", "#two #three"):
        await make.status(alice, text)
    await make.status(bob, "#elsewhere")
    await act(client, alice, "featured_tags", name="two")
    found = (await client.get(f"{TAGS}/suggestions", token=alice.token)).ok()
    assert [one["name"] for one in found] == ["three", "one"]


async def test_people_one_follows_can_be_recommended(client: Client, make: Make, house: House) -> None:
    alice, bob, carol = [await make.account(name) for name in ("alice", "bob", "carol")]
    refused = await client.post(f"/api/v1/accounts/{bob.id}/endorse", token=alice.token)
    assert refused.status == 422
    for one in (bob, carol):
        await make.follow(alice, one)
    assert (await act(client, alice, f"accounts/{bob.id}/endorse"))["endorsed"] is True
    assert (await act(client, alice, f"accounts/{carol.id}/pin"))["endorsed"] is True
    await act(client, alice, f"accounts/{carol.id}/pin")
    page = await client.get("/api/v1/endorsements?limit=1", token=alice.token)
    rest = await client.get(page.links["next"].removeprefix("http://localhost:8000"), token=alice.token)
    assert [one["username"] for one in [*page.ok(), *rest.ok()]] == ["carol", "bob"]
    path = f"/api/v1/accounts/{alice.id}/endorsements"
    assert [one["username"] for one in (await client.get(path)).ok()] == ["carol", "bob"]
    async with house.db.write() as conn:
        await block.block(conn, alice.id, bob.id)
    assert (await client.get(path, token=bob.token)).ok() == []
    assert [one["username"] for one in (await client.get(path)).ok()] == ["carol"]
    assert (await act(client, alice, f"accounts/{carol.id}/unpin"))["endorsed"] is False
    await act(client, alice, f"accounts/{carol.id}/endorse")
    await act(client, alice, f"accounts/{carol.id}/unfollow")
    assert (await client.get(path)).ok() == []
