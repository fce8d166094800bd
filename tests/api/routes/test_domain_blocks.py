"""/api/v1/domain_blocks as apps use it."""

from __future__ import annotations

from typing import Any

from stoa.core.house import House
from stoa.core.relationships import follow
from tests import contract
from tests.client import Client
from tests.make import Make, Person

PATH = "/api/v1/domain_blocks"


async def mine(client: Client, who: Person, query: str = "") -> Any:
    return (await client.get(PATH + query, token=who.token)).ok()


async def test_servers_are_blocked_listed_and_let_go(client: Client, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    for name in ("One.example", "two.example", "drei-ä.example", "two.example"):
        assert (await client.post(PATH, token=alice.token, json={"domain": name})).ok() == {}
    assert await mine(client, alice) == ["xn--drei--kra.example", "two.example", "one.example"]
    assert await mine(client, bob) == []
    page = await client.get(f"{PATH}?limit=2", token=alice.token)
    rest = await client.get(page.links["next"].removeprefix("http://localhost:8000"), token=alice.token)
    assert [*page.ok(), *rest.ok()] == await mine(client, alice)
    for name in ("two.example", "never.example"):
        gone = await client.request("DELETE", PATH, token=alice.token, json={"domain": name})
        assert gone.ok() == {}
    assert await mine(client, alice) == ["xn--drei--kra.example", "one.example"]


async def test_a_relationship_says_so(client: Client, make: Make) -> None:
    alice, carl = await make.account("alice"), await make.remote("carl@there.example")
    await client.post(f"/api/v1/accounts/{carl}/follow", token=alice.token)
    path = f"/api/v1/accounts/relationships?id[]={carl}"
    (before,) = (await client.get(path, token=alice.token)).ok()
    await client.post(PATH, token=alice.token, json={"domain": "there.example"})
    (after,) = (await client.get(path, token=alice.token)).ok()
    assert (before["domain_blocking"], after["domain_blocking"]) == (False, True)


async def test_one_is_told_what_was_lost(client: Client, make: Make, house: House) -> None:
    alice, carl = await make.account("alice"), await make.remote("carl@there.example")
    async with house.db.write() as conn:
        await follow.follow(conn, carl, alice.id)
    await client.post(PATH, token=alice.token, json={"domain": "there.example"})
    (one,) = (await client.get("/api/v1/notifications", token=alice.token)).ok()
    assert contract.problems(one, "Notification") == []
    assert (one["type"], one["account"]["username"]) == ("severed_relationships", "alice")
    lost = one["event"]
    assert (lost["type"], lost["target_name"]) == ("user_domain_block", "there.example")
    assert (lost["followers_count"], lost["following_count"]) == (1, 0)
    grouped = (await client.get("/api/v2/notifications", token=alice.token)).ok()
    assert contract.problems(grouped, "GroupedNotificationsResults") == []
    assert grouped["notification_groups"][0]["event"] == lost


async def test_what_names_no_server_is_refused(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    for body in ({}, {"domain": ""}, {"domain": "a b"}):
        answer = await client.post(PATH, token=alice.token, json=body)
        assert answer.status == 422
        assert answer.json["error"]
