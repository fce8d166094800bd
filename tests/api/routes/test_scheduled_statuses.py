"""Scheduled statuses: kept, moved, cancelled, and published when their time has come."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine

from stoa import ids
from stoa.core.accounts import store as accounts
from stoa.core.house import House
from stoa.jobs.worker import Worker
from stoa.main import handlers
from tests.client import Client
from tests.make import Make, Person

PATH = "/api/v1/scheduled_statuses"


def after(minutes: float) -> str:
    return ids.iso(ids.now_ms() + int(minutes * 60_000))


async def schedule(client: Client, author: Person, minutes: float = 10, **params: Any) -> Any:
    body = {"status": "later", "scheduled_at": after(minutes), **params}
    return (await client.post("/api/v1/statuses", token=author.token, json=body)).ok()


async def work(house: House, minutes: float) -> None:
    with time_machine.travel((ids.now_ms() + minutes * 60_000) / 1000):
        await Worker(house.db, handlers.of(house)).drain()


async def posts(client: Client, author: Person) -> list[Any]:
    found: list[Any] = (await client.get("/api/v1/timelines/home", token=author.token)).ok()
    return found


async def test_it_is_listed_until_its_time_and_published_then(
    client: Client, make: Make, house: House
) -> None:
    alice, eve = await make.account("alice"), await make.account("eve")
    at = after(10)
    poll = {"options": ["a", "b"], "expires_in": 600}
    made = await schedule(client, alice, scheduled_at=at, poll=poll, visibility="unlisted")
    assert made["scheduled_at"] == at
    assert made["params"]["text"] == "later"
    assert made["params"]["poll"] == {**poll, "multiple": False, "hide_totals": False}
    assert made["media_attachments"] == []
    assert (await client.get(f"{PATH}/{made['id']}", token=alice.token)).ok() == made
    assert (await client.get(PATH, token=alice.token)).ok() == [made]
    assert (await client.get(PATH, token=eve.token)).ok() == []
    await work(house, 9)
    assert await posts(client, alice) == []
    await work(house, 11)
    [published] = await posts(client, alice)
    assert (published["content"], published["visibility"]) == ("<p>later</p>", "unlisted")
    assert (await client.get(PATH, token=alice.token)).ok() == []
    await work(house, 12)
    assert len(await posts(client, alice)) == 1


async def test_it_is_moved_and_cancelled_by_its_author_alone(
    client: Client, make: Make, house: House
) -> None:
    alice, eve = await make.account("alice"), await make.account("eve")
    one, two = await schedule(client, alice), await schedule(client, alice)
    later = {"scheduled_at": after(60)}
    for token, status in ((eve.token, 404), (None, 401), (alice.token, 200)):
        assert (await client.put(f"{PATH}/{one['id']}", token=token, json=later)).status == status
        assert (await client.get(f"{PATH}/{one['id']}", token=token)).status == status
        assert (await client.delete(f"{PATH}/{two['id']}", token=token)).status == status
    assert (await client.get(f"{PATH}/{one['id']}", token=alice.token)).ok()["scheduled_at"] == later[
        "scheduled_at"
    ]
    await work(house, 30)
    assert await posts(client, alice) == []
    await work(house, 61)
    assert len(await posts(client, alice)) == 1


@pytest.mark.parametrize("minutes", [-10, 0, 4.9, 60 * 24 * 366 * 11])
async def test_too_near_and_too_far_is_refused(client: Client, make: Make, minutes: float) -> None:
    alice = await make.account("alice")
    body = {"status": "later", "scheduled_at": after(minutes)}
    answer = await client.post("/api/v1/statuses", token=alice.token, json=body)
    assert answer.status == 422
    assert list(answer.json["details"]) == ["scheduled_at"]
    kept = await schedule(client, alice)
    moved = await client.put(f"{PATH}/{kept['id']}", token=alice.token, json=body)
    assert moved.status == 422
    assert (await client.get(f"{PATH}/{kept['id']}", token=alice.token)).ok() == kept


async def test_it_is_published_without_what_is_gone_meanwhile(
    client: Client, make: Make, house: House
) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    root, wise = await make.status(bob), await make.status(bob)
    await schedule(client, alice, in_reply_to_id=str(root), quoted_status_id=str(wise))
    for status_id in (root, wise):
        (await client.delete(f"/api/v1/statuses/{status_id}", token=bob.token)).ok()
    await work(house, 11)
    [published] = await posts(client, alice)
    assert (published["in_reply_to_id"], published["quote"]) == (None, None)


async def test_what_is_refused_then_stays_with_its_author(client: Client, make: Make, house: House) -> None:
    alice = await make.account("alice")
    made = await schedule(client, alice)
    async with house.db.write() as conn:
        await accounts.change(conn, alice.id, suspended_at=1)
    await work(house, 11)
    async with house.db.write() as conn:
        await accounts.change(conn, alice.id, suspended_at=None)
    assert await posts(client, alice) == []
    assert [one["id"] for one in (await client.get(PATH, token=alice.token)).ok()] == [made["id"]]


async def test_the_rules_are_asked_at_once(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    body = {"status": "x" * 65_536, "scheduled_at": after(10)}
    assert (await client.post("/api/v1/statuses", token=alice.token, json=body)).status == 422
    assert (await client.get(PATH, token=alice.token)).ok() == []


async def test_the_same_key_schedules_once_and_finds_what_was_published(
    client: Client, make: Make, house: House
) -> None:
    alice = await make.account("alice")
    body = {"status": "later", "scheduled_at": after(10)}

    async def post() -> Any:
        headers = {"idempotency-key": "k"}
        return (await client.post("/api/v1/statuses", token=alice.token, json=body, headers=headers)).ok()

    first = await post()
    assert await post() == first
    await work(house, 11)
    assert (await post())["content"] == "<p>later</p>"
    assert len(await posts(client, alice)) == 1
