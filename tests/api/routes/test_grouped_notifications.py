"""/api/v2/notifications as apps are sent them."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine

from stoa.core.house import House
from tests import contract
from tests.client import Client
from tests.make import Make, Person

NOON = 1_800_014_400  # in the middle of twelve hours, so that no test crosses their border
PARTIAL = {"id", "acct", "url", "avatar", "avatar_static", "avatar_description", "locked", "bot"}


@pytest.fixture(autouse=True)
def _one_span() -> Any:
    with time_machine.travel(NOON, tick=True):
        yield


async def get(client: Client, who: Person, path: str = "", /, **query: Any) -> Any:
    return (await client.get(f"/api/v2/notifications{path}", token=who.token, query=query)).ok()


async def act(client: Client, who: Person, path: str) -> Any:
    return (await client.post(f"/api/{path}", token=who.token)).ok()


async def crowd(make: Make, number: int) -> list[Person]:
    return [await make.account(f"fan{n}") for n in range(number)]


def kinds(results: Any) -> list[tuple[str, int]]:
    return [(one["type"], one["notifications_count"]) for one in results["notification_groups"]]


async def test_likes_of_one_post_are_one_group(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    post, other = await make.status(alice), await make.status(alice)
    fans = await crowd(make, 10)
    for fan in fans:
        await act(client, fan, f"v1/statuses/{post}/favourite")
    await act(client, fans[0], f"v1/statuses/{other}/favourite")
    await make.status(fans[1], "@alice hello")
    results = await get(client, alice)
    assert contract.problems(results, "GroupedNotificationsResults") == []
    assert set(results) == {"accounts", "statuses", "notification_groups"}
    assert kinds(results) == [("mention", 1), ("favourite", 1), ("favourite", 10)]
    mention, alone, group = results["notification_groups"]
    assert mention["group_key"] == f"ungrouped-{mention['most_recent_notification_id']}"
    assert alone["status_id"] == str(other)
    assert set(group) == {
        "group_key",
        "notifications_count",
        "type",
        "most_recent_notification_id",
        "page_min_id",
        "page_max_id",
        "latest_page_notification_at",
        "sample_account_ids",
        "status_id",
    }
    assert group["page_max_id"] == group["most_recent_notification_id"] > group["page_min_id"]
    assert group["sample_account_ids"] == [str(fan.id) for fan in fans[:1:-1]]  # the newest eight
    accounts = {one["id"] for one in results["accounts"]}
    assert accounts == {str(fan.id) for fan in fans}
    assert {one["id"] for one in results["statuses"]} >= {str(post), str(other)}


async def test_what_shall_not_be_grouped_stands_alone(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    for fan in await crowd(make, 3):
        await act(client, fan, f"v1/accounts/{alice.id}/follow")
    assert kinds(await get(client, alice)) == [("follow", 3)]
    apart = await get(client, alice, grouped_types=["favourite"])
    assert kinds(apart) == [("follow", 1)] * 3
    key = apart["notification_groups"][0]["group_key"]
    assert key.startswith("ungrouped-")
    assert (await get(client, alice, f"/{key}"))["notification_groups"][0]["group_key"] == key
    assert await get(client, alice, "/unread_count") == {"count": 1}
    assert await get(client, alice, "/unread_count", grouped_types=["reblog"]) == {"count": 3}
    assert await get(client, alice, "/unread_count", grouped_types=["reblog"], limit=2) == {"count": 2}
    assert await get(client, alice, "/unread_count", types=["mention"]) == {"count": 0}


async def test_pages_go_both_ways_and_lose_nothing(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    posts = [await make.status(alice) for _ in range(5)]
    fans = await crowd(make, 3)
    for post in posts:
        for fan in fans:
            await act(client, fan, f"v1/statuses/{post}/favourite")
    path = "/api/v2/notifications?limit=2"
    down: list[Any] = []
    last = ""
    while path:
        page = await client.get(path, token=alice.token)
        found = page.ok()["notification_groups"]
        if not found:
            break
        down.extend(found)
        last = page.links["prev"].removeprefix("http://localhost:8000")
        path = page.links["next"].removeprefix("http://localhost:8000")
    seen = [(one["status_id"], one["page_max_id"]) for one in down]
    assert len(seen) == len(set(seen))
    assert list(dict.fromkeys(one["status_id"] for one in down)) == [str(post) for post in posts[::-1]]
    for one in down:
        assert one["page_min_id"] <= one["page_max_id"]
    up: set[str] = set()
    while True:
        page = await client.get(last, token=alice.token)
        found = page.ok()["notification_groups"]
        if not found:
            break
        up |= {one["status_id"] for one in found}
        last = page.links["prev"].removeprefix("http://localhost:8000")
    assert up == {str(post) for post in posts}
    newest = down[0]["page_max_id"]
    assert (await get(client, alice, since_id=newest))["notification_groups"] == []
    (older,) = (await get(client, alice, max_id=newest, limit=1))["notification_groups"]
    assert (older["status_id"], older["notifications_count"]) == (str(posts[-1]), 2)


async def test_only_pictures_of_those_behind_another(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    fans = await crowd(make, 3)
    for fan in fans:
        await act(client, fan, f"v1/accounts/{alice.id}/follow")
    results = await get(client, alice, expand_accounts="partial_avatars")
    assert contract.problems(results, "GroupedNotificationsResults") == []
    assert [one["id"] for one in results["accounts"]] == [str(fans[2].id)]
    assert [one["id"] for one in results["partial_accounts"]] == [str(fans[1].id), str(fans[0].id)]
    assert all(set(one) == PARTIAL for one in results["partial_accounts"])
    answer = await client.get("/api/v2/notifications?expand_accounts=some", token=alice.token)
    assert answer.status == 422


async def test_a_group_is_shown_listed_and_put_away(client: Client, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    fans = await crowd(make, 3)
    post = await make.status(alice)
    for fan in fans:
        await act(client, fan, f"v1/statuses/{post}/reblog")
    await make.status(bob, "@alice hello")
    mention, group = (await get(client, alice))["notification_groups"]
    shown = await get(client, alice, f"/{group['group_key']}")
    (one,) = shown["notification_groups"]
    paged = {"page_min_id", "page_max_id", "latest_page_notification_at"}
    assert one == {name: value for name, value in group.items() if name not in paged}
    assert [one["id"] for one in await get(client, alice, f"/{group['group_key']}/accounts")] == [
        str(fan.id) for fan in fans[::-1]
    ]
    assert len(await get(client, alice, f"/{group['group_key']}/accounts", limit=2)) == 2
    for key in (group["group_key"], mention["group_key"]):
        missing = await client.get(f"/api/v2/notifications/{key}", token=bob.token)
        assert missing.status == 404
        await act(client, bob, f"v2/notifications/{key}/dismiss")
        assert await get(client, bob, f"/{key}/accounts") == []
    assert len((await get(client, alice))["notification_groups"]) == 2
    assert await act(client, alice, f"v2/notifications/{group['group_key']}/dismiss") == {}
    assert kinds(await get(client, alice)) == [("mention", 1)]
    assert await act(client, alice, f"v2_alpha/notifications/{mention['group_key']}/dismiss") == {}
    assert (await get(client, alice))["notification_groups"] == []


async def test_a_blocked_fan_is_no_part_of_a_group(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    post = await make.status(alice)
    fans = await crowd(make, 3)
    for fan in fans:
        await act(client, fan, f"v1/statuses/{post}/favourite")
    await act(client, alice, f"v1/accounts/{fans[2].id}/mute")
    (group,) = (await get(client, alice))["notification_groups"]
    assert group["sample_account_ids"] == [str(fans[1].id), str(fans[0].id)]
    assert group["notifications_count"] == 2


async def test_the_marker_says_which_groups_are_news(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    post, other = await make.status(alice), await make.status(alice)
    first, second = await crowd(make, 2)
    await act(client, first, f"v1/statuses/{post}/favourite")
    await act(client, first, f"v1/statuses/{other}/favourite")
    newest = (await get(client, alice))["notification_groups"][0]["page_max_id"]
    body = {"notifications": {"last_read_id": newest}}
    await client.post("/api/v1/markers", token=alice.token, json=body)
    assert await get(client, alice, "/unread_count") == {"count": 0}
    await act(client, second, f"v1/statuses/{post}/favourite")
    assert await get(client, alice, "/unread_count") == {"count": 1}


async def test_an_app_is_told_in_words_of_what_it_does_not_know(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    eve = await make.account("eve", display_name="<b>Eve</b>")
    await act(client, eve, f"v1/accounts/{alice.id}/follow")
    fallback = {"title": "&lt;b&gt;Eve&lt;/b&gt; followed you", "summary": None, "details": None}
    (group,) = (await get(client, alice, supported_types=["mention"]))["notification_groups"]
    assert group["fallback"] == fallback
    assert contract.problems(group, "NotificationGroup") == []
    (known,) = (await get(client, alice, supported_types=["follow"]))["notification_groups"]
    assert "fallback" not in known
    path = "/api/v1/notifications?supported_types[]=mention"
    (one,) = (await client.get(path, token=alice.token)).ok()
    assert one["fallback"] == fallback
    assert contract.problems(one, "Notification") == []


async def test_a_page_takes_a_constant_number_of_statements(
    client: Client, make: Make, house: House
) -> None:
    alice = await make.account("alice")
    spent = []
    for rows in (1, 20):
        for n in range(rows):
            fan = await make.account(f"fan{rows}x{n}")
            await act(client, fan, f"v1/statuses/{await make.status(alice)}/favourite")
        await get(client, alice)
        await client.post("/api/v1/apps", json={"client_name": "x", "redirect_uris": "urn:x:y"})
        before = house.db.statements
        assert len((await get(client, alice))["notification_groups"]) >= rows
        spent.append(house.db.statements - before)
    assert spent[0] == spent[1]
    assert spent[0] <= 12
