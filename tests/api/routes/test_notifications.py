"""/api/v1/notifications as apps are sent them."""

from __future__ import annotations

from typing import Any

import pytest

from stoa.core.house import House
from tests.client import Client
from tests.make import Make, Person


async def get(client: Client, who: Person, path: str = "", /, **query: Any) -> Any:
    return (await client.get(f"/api/v1/notifications{path}", token=who.token, query=query)).ok()


async def act(client: Client, who: Person, path: str) -> Any:
    return (await client.post(f"/api/v1/{path}", token=who.token)).ok()


async def test_a_notification_has_its_fields(client: Client, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    post = await make.status(alice)
    await act(client, bob, f"statuses/{post}/favourite")
    await act(client, bob, f"accounts/{alice.id}/follow")
    follow, favourite = await get(client, alice)
    assert set(follow) == {"id", "type", "group_key", "created_at", "account"}
    assert (follow["type"], follow["account"]["username"]) == ("follow", "bob")
    assert set(favourite) == {"id", "type", "group_key", "created_at", "account", "status"}
    assert (favourite["type"], favourite["status"]["id"]) == ("favourite", str(post))
    assert favourite["status"]["favourites_count"] == 1
    assert await get(client, alice, f"/{favourite['id']}") == favourite


async def test_they_are_narrowed_paged_counted_and_put_away(client: Client, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    for n in range(3):
        await make.status(bob, f"@alice {n}")
    await act(client, bob, f"accounts/{alice.id}/follow")
    everything = await get(client, alice)
    assert [one["type"] for one in await get(client, alice, types=["follow"])] == ["follow"]
    assert len(await get(client, alice, exclude_types=["follow"])) == 3
    assert len(await get(client, alice, account_id=bob.id)) == 4
    assert await get(client, alice, account_id=alice.id) == []
    page = await client.get("/api/v1/notifications?limit=3", token=alice.token)
    assert page.ok() == everything[:3]
    rest = await client.get(page.links["next"].removeprefix("http://localhost:8000"), token=alice.token)
    assert rest.ok() == everything[3:]
    assert await get(client, alice, "/unread_count") == {"count": 4}
    body = {"notifications": {"last_read_id": everything[1]["id"]}}
    await client.post("/api/v1/markers", token=alice.token, json=body)
    assert await get(client, alice, "/unread_count") == {"count": 1}
    assert await act(client, alice, f"notifications/{everything[0]['id']}/dismiss") == {}
    assert await get(client, alice) == everything[1:]
    assert await act(client, alice, "notifications/clear") == {}
    assert await get(client, alice) == []


async def test_those_of_others_are_not_there(client: Client, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    await make.status(bob, "@alice secret", visibility="private")
    (one,) = await get(client, alice)
    unknown = await client.get("/api/v1/notifications/1", token=bob.token)
    for method, path in (("GET", ""), ("POST", "/dismiss")):
        answer = await client.request(method, f"/api/v1/notifications/{one['id']}{path}", token=bob.token)
        assert (answer.status, answer.body) == (unknown.status, unknown.body)
    await act(client, bob, "notifications/clear")
    assert await get(client, alice) == [one]


@pytest.mark.parametrize("query", ["types[]=" + "x" * 100, "account_id=abc", "limit=x", "types[a]=b"])
async def test_odd_parameters_are_refused_clearly(client: Client, make: Make, query: str) -> None:
    alice = await make.account("alice")
    answer = await client.get(f"/api/v1/notifications?{query}", token=alice.token)
    assert answer.status == 422
    assert answer.json["error"]


async def test_a_page_takes_a_constant_number_of_statements(
    client: Client, make: Make, house: House
) -> None:
    alice = await make.account("alice")
    await get(client, alice)
    spent = []
    for rows in (1, 40):
        for n in range(rows if rows == 1 else rows - 1):
            await make.status(await make.account(f"author{rows}x{n}"), "@alice hello")
        await get(client, alice)
        before = house.db.statements
        assert len(await get(client, alice)) == rows
        spent.append(house.db.statements - before)
    assert spent[0] == spent[1]
