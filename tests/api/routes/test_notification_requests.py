"""Notification policies and requests as apps use them."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine

from stoa.core import events
from stoa.core.accounts import store as accounts
from stoa.core.house import House
from stoa.core.notifications import requests
from tests import contract
from tests.client import Client
from tests.make import Make, Person

POLICY = "/api/v2/notifications/policy"
DEFAULT = {
    "for_not_following": "accept",
    "for_not_followers": "accept",
    "for_new_accounts": "accept",
    "for_private_mentions": "filter",
    "for_limited_accounts": "filter",
}
A_MONTH = 31 * 24 * 3600


async def get(client: Client, who: Person, path: str = "", /, **query: Any) -> Any:
    return (await client.get(f"/api/v1/notifications{path}", token=who.token, query=query)).ok()


async def act(client: Client, who: Person, path: str, **body: Any) -> Any:
    return (await client.post(f"/api/v1/{path}", token=who.token, json=body)).ok()


async def decide(client: Client, who: Person, **rules: str) -> Any:
    return (await client.request("PATCH", POLICY, token=who.token, json=rules)).ok()


async def asking(client: Client, who: Person) -> list[str]:
    return [one["account"]["username"] for one in await get(client, who, "/requests")]


async def test_a_policy_says_what_it_is_and_what_waits(client: Client, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    summary = {"pending_requests_count": 0, "pending_notifications_count": 0}
    assert (await client.get(POLICY, token=alice.token)).ok() == {**DEFAULT, "summary": summary}
    for n in range(2):
        await make.status(bob, f"@alice psst {n}", visibility="direct")
    changed = await decide(client, alice, for_not_following="drop", for_new_accounts="filter")
    summary = {"pending_requests_count": 1, "pending_notifications_count": 2}
    wanted = {**DEFAULT, "for_not_following": "drop", "for_new_accounts": "filter", "summary": summary}
    assert changed == wanted
    assert contract.problems(changed, "NotificationPolicy") == []
    assert (await client.get(POLICY, token=alice.token)).ok() == wanted
    wrong = await client.request("PATCH", POLICY, token=alice.token, json={"for_new_accounts": "burn"})
    assert wrong.status == 422
    first = await get(client, alice, "/policy")
    assert contract.problems(first, "V1::NotificationPolicy") == []
    assert first == {
        "filter_not_following": True,
        "filter_not_followers": False,
        "filter_new_accounts": True,
        "filter_private_mentions": True,
        "summary": summary,
    }
    body = {"filter_not_following": False, "filter_not_followers": True}
    await client.request("PUT", "/api/v1/notifications/policy", token=alice.token, json=body)
    now = (await client.get(POLICY, token=alice.token)).ok()
    assert (now["for_not_following"], now["for_not_followers"]) == ("accept", "filter")


async def test_a_private_word_of_a_stranger_asks_first(client: Client, make: Make, house: House) -> None:
    alice, bob, friend = [await make.account(name) for name in ("alice", "bob", "friend")]
    await make.follow(alice, friend)
    for author in (bob, friend):
        await make.status(author, "@alice psst", visibility="direct")
    last = await make.status(bob, "@alice psst!", visibility="direct")
    assert [one["account"]["username"] for one in await get(client, alice)] == ["friend"]
    assert await get(client, alice, "/unread_count") == {"count": 1}
    assert len(await get(client, alice, include_filtered=True)) == 3
    assert len(await get(client, alice, account_id=bob.id)) == 2
    (request,) = await get(client, alice, "/requests")
    assert set(request) == {
        "id",
        "created_at",
        "updated_at",
        "account",
        "notifications_count",
        "last_status",
    }
    assert contract.problems(request, "NotificationRequest") == []
    assert request["account"]["username"] == "bob"
    assert request["notifications_count"] == "2"
    assert request["last_status"]["id"] == str(last)
    assert await get(client, alice, f"/requests/{request['id']}") == request
    answer = await client.get(f"/api/v1/notifications/requests/{request['id']}", token=bob.token)
    assert answer.status == 404
    # Whoever is written to may answer in private, and is no stranger then.
    await make.status(alice, "@bob yes?", visibility="direct", in_reply_to_id=last)
    mine = await make.status(alice, "@bob again", visibility="direct")
    await make.status(bob, "@alice here", visibility="direct", in_reply_to_id=mine)
    assert [one["account"]["username"] for one in await get(client, alice)] == ["bob", "friend"]


async def test_who_is_accepted_is_heard_from_then_on(client: Client, make: Make, house: House) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    first = await make.status(bob, "@alice psst", visibility="direct")
    (request,) = await get(client, alice, "/requests")
    refused = await client.post(f"/api/v1/notifications/requests/{request['id']}/accept", token=bob.token)
    assert refused.status == 404
    async with house.db.write() as conn:
        await requests.accept(conn, alice.id, [bob.id])
        assert events.NotificationsMerged(alice.id) in conn.events
    assert await get(client, alice, "/requests") == []
    assert [one["status"]["id"] for one in await get(client, alice)] == [str(first)]
    assert await get(client, alice, "/requests/merged") == {"merged": True}
    await make.status(bob, "@alice more", visibility="direct")
    await decide(client, alice, for_not_following="drop")
    await make.status(bob, "@alice and more")
    assert len(await get(client, alice)) == 3


async def test_who_is_dismissed_may_ask_again(client: Client, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    await make.status(bob, "@alice psst", visibility="direct")
    (request,) = await get(client, alice, "/requests")
    await act(client, alice, f"notifications/requests/{request['id']}/dismiss")
    assert await get(client, alice, include_filtered=True) == []
    assert await get(client, alice, "/requests") == []
    await make.status(bob, "@alice psst", visibility="direct")
    assert await asking(client, alice) == ["bob"]


async def test_several_are_answered_at_once(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    people = [await make.account(f"p{n}") for n in range(4)]
    for one in people:
        await make.status(one, "@alice psst", visibility="direct")
    found = await get(client, alice, "/requests")
    assert [one["account"]["username"] for one in found] == ["p3", "p2", "p1", "p0"]
    page = await client.get("/api/v1/notifications/requests?limit=2", token=alice.token)
    assert page.ok() == found[:2]
    rest = await client.get(page.links["next"].removeprefix("http://localhost:8000"), token=alice.token)
    assert rest.ok() == found[2:]
    numbers = [one["id"] for one in found]
    await act(client, people[0], "notifications/requests/accept", id=numbers)
    assert len(await asking(client, alice)) == 4
    await act(client, alice, "notifications/requests/accept", id=[*numbers[:2], "1"])
    await act(client, alice, "notifications/requests/dismiss", id=numbers[2:3])
    assert await asking(client, alice) == ["p0"]
    assert [one["account"]["username"] for one in await get(client, alice)] == ["p3", "p2"]


@pytest.mark.parametrize("verdict", ["accept", "filter", "drop"])
@pytest.mark.parametrize(
    ("rule", "stranger", "follower", "followed", "old"),
    [
        ("for_not_following", True, True, False, True),
        ("for_not_followers", True, True, True, True),  # following for three days counts
        ("for_new_accounts", True, True, False, False),
        ("for_limited_accounts", False, False, False, False),
    ],
)
async def test_each_rule_is_about_whom_it_names(
    client: Client,
    make: Make,
    verdict: str,
    rule: str,
    stranger: bool,
    follower: bool,
    followed: bool,
    old: bool,
) -> None:
    with time_machine.travel(1_800_000_000, tick=True) as clock:
        alice, senior = await make.account("alice"), await make.account("senior")
        clock.shift(A_MONTH)
        people = {"stranger": await make.account("stranger"), "senior": senior}
        people |= {name: await make.account(name) for name in ("follower", "followed")}
        await make.follow(people["follower"], alice)
        await make.follow(alice, people["followed"])
        await decide(client, alice, **{rule: verdict})
        await act(client, alice, "notifications/clear")
        for one in people.values():
            await make.status(one, "@alice hello")
        meant = {"stranger": stranger, "follower": follower, "followed": followed, "senior": old}
        named = {name for name, is_meant in meant.items() if is_meant}
        heard = {one["account"]["username"] for one in await get(client, alice)}
        assert heard == set(people) - (set() if verdict == "accept" else named)
        assert set(await asking(client, alice)) == (named if verdict == "filter" else set())
        everything = await get(client, alice, include_filtered=True)
        assert len(everything) == len(people) - (len(named) if verdict == "drop" else 0)
        clock.shift(4 * 24 * 3600)
        await make.status(people["follower"], "@alice again")
        again = len(await get(client, alice, include_filtered=False))
        assert (again > len(heard)) == (
            verdict == "accept" or "follower" not in named or rule == "for_not_followers"
        )


async def test_what_a_policy_keeps_back_but_says_nothing_asks_nothing(
    client: Client, make: Make, house: House
) -> None:
    alice, limited = await make.account("alice"), await make.account("limited")
    async with house.db.write() as conn:
        await accounts.change(conn, limited.id, limited_at=1)
    post = await make.status(alice)
    await act(client, limited, f"statuses/{post}/favourite")
    assert await get(client, alice) == []
    assert await asking(client, alice) == []
    await make.status(limited, "@alice hello")
    (request,) = await get(client, alice, "/requests")
    assert request["notifications_count"] == "1"
    await act(client, alice, f"notifications/requests/{request['id']}/accept")
    assert [one["type"] for one in await get(client, alice)] == ["mention", "favourite"]


async def test_moderators_are_heard(client: Client, make: Make) -> None:
    alice, moderator = await make.account("alice"), await make.account("mod", role="moderator")
    await decide(client, alice, for_not_following="drop", for_not_followers="drop")
    await make.status(moderator, "@alice please", visibility="direct")
    assert len(await get(client, alice)) == 1


async def test_a_page_of_requests_takes_a_constant_number_of_statements(
    client: Client, make: Make, house: House
) -> None:
    alice = await make.account("alice")
    await get(client, alice)
    spent = []
    for rows in (1, 20):
        for n in range(rows):
            await make.status(await make.account(f"p{rows}x{n}"), "@alice psst", visibility="direct")
        await get(client, alice, "/requests")
        before = house.db.statements
        assert len(await get(client, alice, "/requests")) >= rows
        spent.append(house.db.statements - before)
    assert spent[0] == spent[1]
