"""/api/v1/accounts, follow_requests, mutes, blocks: shapes, scopes, other people's things."""

from __future__ import annotations

from typing import Any

import pytest

from stoa.core.house import House
from tests.client import Client
from tests.make import Make, Person

RELATIONSHIP: dict[str, Any] = {
    "id": str, "following": bool, "showing_reblogs": bool, "notifying": bool,
    "languages": (list, type(None)), "followed_by": bool, "blocking": bool, "blocked_by": bool,
    "muting": bool, "muting_notifications": bool, "muting_expires_at": (str, type(None)),
    "requested": bool, "requested_by": bool, "domain_blocking": bool, "endorsed": bool, "note": str,
}  # fmt: skip


async def post(client: Client, who: Person, path: str, **form: Any) -> Any:
    return (await client.post(f"/api/v1/{path}", token=who.token, form=form)).ok()


async def get(client: Client, who: Person | None, path: str, **query: Any) -> Any:
    return (await client.get(f"/api/v1/{path}", token=who.token if who else None, query=query)).ok()


async def test_a_relationship_has_every_field_in_its_type(client: Client, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    answers = [
        await post(
            client,
            alice,
            f"accounts/{bob.id}/follow",
            reblogs="false",
            notify="1",
            **{"languages[]": ["de", "en"]},
        ),
        await post(client, alice, f"accounts/{bob.id}/mute", duration=3600, notifications="false"),
        await post(client, alice, f"accounts/{bob.id}/note", comment="met in Łódź"),
        *(await get(client, alice, "accounts/relationships", id=[bob.id])),
    ]
    for answer in answers:
        assert set(answer) == set(RELATIONSHIP)
        for name, kind in RELATIONSHIP.items():
            assert isinstance(answer[name], kind), name
    last = answers[-1]
    assert last["id"] == str(bob.id)
    assert (last["following"], last["showing_reblogs"], last["notifying"]) == (True, False, True)
    assert last["languages"] == ["de", "en"]
    assert (last["muting"], last["muting_notifications"]) == (True, False)
    assert last["muting_expires_at"].endswith("Z")
    assert last["note"] == "met in Łódź"


async def test_what_is_done_is_seen_at_once(client: Client, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    await make.status(bob, "before the follow")
    await post(client, alice, f"accounts/{bob.id}/follow")
    assert (await get(client, None, f"accounts/{bob.id}"))["followers_count"] == 1
    assert (await get(client, None, f"accounts/{alice.id}"))["following_count"] == 1
    assert [one["content"] for one in await get(client, alice, "timelines/home")] == [
        "<p>before the follow</p>"
    ]
    assert [one["type"] for one in await get(client, bob, "notifications")] == ["follow"]
    assert [one["id"] for one in await get(client, None, f"accounts/{bob.id}/followers")] == [str(alice.id)]
    assert (await post(client, alice, f"accounts/{bob.id}/unfollow"))["following"] is False
    assert await get(client, alice, "timelines/home") == []
    assert (await get(client, None, f"accounts/{bob.id}"))["followers_count"] == 0
    assert await get(client, bob, "notifications") == []


async def test_requests_are_listed_and_answered(client: Client, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob", locked=True)
    carol = await make.account("carol")
    for one in (alice, carol):
        assert (await post(client, one, f"accounts/{bob.id}/follow"))["requested"] is True
    listed = await client.get("/api/v1/follow_requests?limit=1", token=bob.token)
    assert [one["username"] for one in listed.ok()] == ["carol"]
    following = await client.get(
        listed.links["next"].removeprefix("http://localhost:8000"), token=bob.token
    )
    assert [one["username"] for one in following.ok()] == ["alice"]
    accepted = await post(client, bob, f"follow_requests/{alice.id}/authorize")
    assert (accepted["followed_by"], accepted["requested_by"]) == (True, False)
    assert (await post(client, bob, f"follow_requests/{carol.id}/reject"))["followed_by"] is False
    assert await get(client, bob, "follow_requests") == []
    for verb in ("authorize", "reject"):
        again = await client.post(f"/api/v1/follow_requests/{alice.id}/{verb}", token=bob.token)
        assert (again.status, again.json["error"]) == (404, "Record not found")


async def test_blocks_and_mutes_are_listed_with_links(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    others = [await make.account(f"other{n}") for n in range(5)]
    for one in others:
        assert (await post(client, alice, f"accounts/{one.id}/block"))["blocking"] is True
        await post(client, alice, f"accounts/{one.id}/mute", duration=60 if one is others[0] else 0)
    for kind in ("blocks", "mutes"):
        seen: list[str] = []
        url = f"/api/v1/{kind}?limit=2"
        while True:
            answer = await client.get(url, token=alice.token)
            if not answer.ok():
                break
            seen += [one["id"] for one in answer.json]
            url = answer.links["next"].removeprefix("http://localhost:8000")
        assert seen == [str(one.id) for one in reversed(others)]
    ends = [one["mute_expires_at"] for one in await get(client, alice, "mutes")]
    assert ends[:4] == [None] * 4
    assert ends[4].endswith("Z")
    assert (await post(client, alice, f"accounts/{others[0].id}/unmute"))["muting"] is False
    assert (await post(client, alice, f"accounts/{others[0].id}/unblock"))["blocking"] is False
    assert len(await get(client, alice, "blocks")) == len(await get(client, alice, "mutes")) == 4


async def test_a_refused_follow_says_why(client: Client, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    await make.block(bob, alice)
    for target, status in ((bob.id, 403), (alice.id, 403), (123456, 404), ("abc", 404), (2**70, 404)):
        answer = await client.post(f"/api/v1/accounts/{target}/follow", token=alice.token)
        assert answer.status == status
        assert answer.json["error"]
    bad = await client.post(
        f"/api/v1/accounts/{bob.id}/follow", token=alice.token, json={"languages": ["no language"]}
    )
    assert (bad.status, bad.json["details"]["languages"][0]["error"]) == (422, "ERR_INVALID")


async def test_accounts_are_looked_up_by_any_spelling_of_their_name(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    carl = await make.remote("carl@there.example")
    for acct in ("alice", "@Alice", "ALICE@localhost:8000"):
        assert (await get(client, None, "accounts/lookup", acct=acct))["id"] == str(alice.id)
    found = await get(client, alice, "accounts/lookup", acct="Carl@There.example")
    assert (found["id"], found["acct"]) == (str(carl), "carl@there.example")
    for acct in ("nobody", "", "alice@there.example", "x" * 5000):
        assert (await client.get("/api/v1/accounts/lookup", query={"acct": acct})).status == 404


async def test_nobody_knows_of_those_who_have_not_been_let_in(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    waiting = await make.account("waiting", approved=False)
    for path in (
        f"accounts/{waiting.id}",
        f"accounts/{waiting.id}/statuses",
        f"accounts/{waiting.id}/followers",
        "accounts/lookup?acct=waiting",
    ):
        assert (await client.get(f"/api/v1/{path}", token=alice.token)).status == 404
    assert [one["id"] for one in await get(client, None, "accounts", id=[waiting.id, alice.id])] == [
        str(alice.id)
    ]
    assert await get(client, alice, "accounts/relationships", id=[waiting.id]) == []
    assert await get(client, alice, "accounts/search", q="waiting") == []


async def test_search_puts_the_exact_handle_first(client: Client, make: Make) -> None:
    viewer = await make.account("viewer")
    for name in ("ali", "alina", "alice"):
        await make.account(name)
    found = await get(client, viewer, "accounts/search", q="ALI@localhost:8000")
    assert found[0]["username"] == "ali"
    assert {one["username"] for one in await get(client, viewer, "accounts/search", q="ali")} == {
        "ali",
        "alina",
        "alice",
    }
    assert len(await get(client, viewer, "accounts/search", q="ali", limit=1)) == 1
    assert await get(client, viewer, "accounts/search", q="ali", following="true") == []


async def test_familiar_followers_and_lists_of_an_account(client: Client, make: Make) -> None:
    viewer, star, friend = [await make.account(name) for name in ("viewer", "star", "friend")]
    await make.follow(viewer, friend)
    await make.follow(friend, star)
    (found,) = await get(client, viewer, "accounts/familiar_followers", **{"id[]": [star.id, 999]})
    assert (found["id"], [one["username"] for one in found["accounts"]]) == (str(star.id), ["friend"])
    made = await post(client, viewer, "lists", title="Friends")
    await post(client, viewer, f"lists/{made['id']}/accounts", **{"account_ids[]": [friend.id]})
    assert await get(client, viewer, f"accounts/{friend.id}/lists") == [made]
    assert await get(client, friend, f"accounts/{friend.id}/lists") == []
    assert await get(client, viewer, f"accounts/{friend.id}/identity_proofs") == []


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("POST", "accounts/{id}/follow", "write:follows"),
        ("POST", "accounts/{id}/unfollow", "write:follows"),
        ("POST", "accounts/{id}/remove_from_followers", "write:follows"),
        ("POST", "accounts/{id}/block", "write:blocks"),
        ("POST", "accounts/{id}/unblock", "write:blocks"),
        ("POST", "accounts/{id}/mute", "write:mutes"),
        ("POST", "accounts/{id}/unmute", "write:mutes"),
        ("POST", "accounts/{id}/note", "write:accounts"),
        ("GET", "accounts/relationships", "read:follows"),
        ("GET", "accounts/familiar_followers", "read:follows"),
        ("GET", "accounts/{id}/lists", "read:lists"),
        ("GET", "follow_requests", "read:follows"),
        ("GET", "blocks", "read:blocks"),
        ("GET", "mutes", "read:mutes"),
        ("GET", "timelines/home", "read:statuses"),
        ("GET", "lists", "read:lists"),
        ("POST", "lists", "write:lists"),
        ("GET", "notifications", "read:notifications"),
        ("POST", "notifications/clear", "write:notifications"),
        ("GET", "conversations", "read:statuses"),
        ("GET", "markers", "read:statuses"),
        ("POST", "markers", "write:statuses"),
        ("GET", "followed_tags", "read:follows"),
        ("POST", "tags/cats/follow", "write:follows"),
    ],
)
async def test_a_route_wants_its_own_scope(
    client: Client, make: Make, method: str, path: str, scope: str
) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    url = f"/api/v1/{path.format(id=bob.id)}"
    assert (await client.request(method, url)).status == 401
    wrong = "write:media" if scope.startswith("write") else "read:search"
    refused = await client.request(method, url, token=await make.token(alice, wrong))
    assert (refused.status, refused.json["error"]) == (403, "This action is outside the authorized scopes")
    form = {"title": "Friends"} if method == "POST" else None
    allowed = await client.request(method, url, token=await make.token(alice, scope), form=form)
    assert allowed.status == 200


async def test_many_ids_and_odd_ones_are_refused_clearly(client: Client, make: Make, house: House) -> None:
    alice = await make.account("alice")
    too_many = "&".join(f"id[]={n}" for n in range(1, 102))
    for query in (too_many, "id[]=abc", f"id[]={2**64}", "id[]=1.5"):
        answer = await client.get(f"/api/v1/accounts/relationships?{query}", token=alice.token)
        assert (answer.status, "id" in answer.json["error"]) == (422, True)
    assert await get(client, alice, "accounts/relationships") == []
