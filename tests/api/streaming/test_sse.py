"""The streams as server-sent events."""

from __future__ import annotations

import asyncio
import json

import pytest

from stoa.api import app as api
from stoa.api.streaming.streams import PATHS
from stoa.core.house import House
from tests.api.streaming.listening import Refusal, hub, listening
from tests.client import Client
from tests.make import Make

pytestmark = pytest.mark.anyio

BASE = "/api/v1/streaming"


@pytest.mark.parametrize("path", PATHS)
async def test_every_address_streams(house: House, client: Client, make: Make, path: str) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    await make.follow(alice, bob)
    mine = (await client.post("/api/v1/lists", token=alice.token, form={"title": "Close"})).ok()
    await client.post(
        f"/api/v1/lists/{mine['id']}/accounts", token=alice.token, json={"account_ids": [str(bob.id)]}
    )
    async with listening(
        house, alice.token, kind="http", path=path, query={"tag": "harbour", "list": mine["id"]}
    ) as ear:
        assert ear.headers["content-type"].startswith("text/event-stream")
        assert ear.headers["access-control-allow-origin"] == "*"
        there = await make.remote("carl@there.example")
        posts = {
            "remote": await make.status(
                there, uri="https://there.example/1", content="<p>Hello</p>", tags=("harbour",)
            ),
            "local": await make.status(bob, "At the #harbour"),
            "direct": await make.status(bob, "@alice a word", visibility="direct"),
        }
        heard = [(event, json.loads(data)) for event, data in await ear.sse()]
    updates = {name for name, post in posts.items() if ("update", str(post)) in _ids(heard)}
    expected = {
        "user": {"local", "direct"}, "user/notification": set(), "public": {"local", "remote"},
        "public/local": {"local"}, "public/remote": {"remote"}, "hashtag": {"local", "remote"},
        "hashtag/local": {"local"}, "list": {"local"}, "direct": set(),
    }  # fmt: skip
    name = path.removeprefix(f"{BASE}/")
    assert updates == expected[name]
    others = {event for event, _ in heard} - {"update"}
    told = {"user": {"notification"}, "user/notification": {"notification"}, "direct": {"conversation"}}
    assert others == told.get(name, set())


def _ids(heard: list[tuple[str, dict[str, str]]]) -> set[tuple[str, str]]:
    return {(event, payload["id"]) for event, payload in heard}


@pytest.mark.parametrize("wish", ["true", "1", "false", ""])
async def test_only_media_is_a_wish(house: House, make: Make, wish: str) -> None:
    alice = await make.account("alice")
    async with listening(
        house, alice.token, kind="http", path=f"{BASE}/public", query={"only_media": wish}
    ) as ear:
        await make.status(alice, "No picture")
        assert len(await ear.sse()) == (0 if wish in ("true", "1") else 1)


async def test_an_event_without_payload_says_undefined(house: House, client: Client, make: Make) -> None:
    alice = await make.account("alice")
    async with listening(house, alice.token, kind="http", path=f"{BASE}/user") as ear:
        await client.post(
            "/api/v2/filters", token=alice.token, json={"title": "Boats", "context": ["home"]}
        )
        assert await ear.sse() == [("filters_changed", "undefined")]


async def test_a_deletion_is_a_bare_id(house: House, client: Client, make: Make) -> None:
    alice = await make.account("alice")
    post = await make.status(alice, "Good morning")
    async with listening(house, alice.token, kind="http", path=f"{BASE}/user") as ear:
        await client.delete(f"/api/v1/statuses/{post}", token=alice.token)
        assert await ear.sse() == [("delete", str(post))]


async def test_what_has_no_stream_is_refused(house: House, make: Make) -> None:
    alice = await make.account("alice")
    read = await make.token(alice, "read:notifications")
    cases = [
        (f"{BASE}/user", None, {}, 401),
        (f"{BASE}/public", None, {}, 401),
        (f"{BASE}/user", "nonsense", {}, 401),
        (f"{BASE}/user", read, {}, 403),
        (f"{BASE}/hashtag", alice.token, {}, 400),
        (f"{BASE}/list", alice.token, {}, 400),
        (f"{BASE}/list", alice.token, {"list": "1"}, 401),
        (f"{BASE}/nonsense", alice.token, {}, 400),
        (f"{BASE}/public/nonsense", alice.token, {}, 400),
        (BASE, alice.token, {}, 400),
        (BASE, alice.token, {"stream": "nonsense"}, 400),
    ]
    for path, token, query, status in cases:
        with pytest.raises(Refusal) as refused:
            async with listening(house, token, kind="http", path=path, query=query):
                pass
        assert (path, refused.value.status) == (path, status)


async def test_health_is_ok_for_everybody(client: Client) -> None:
    answer = await client.get(f"{BASE}/health")
    assert (answer.status, answer.text) == (200, "OK")
    assert answer.headers["content-type"].startswith("text/plain")


async def test_a_head_is_answered_at_once(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    answer = await client.request("HEAD", f"{BASE}/user", token=alice.token)
    assert answer.status == 200
    assert answer.body == b""


async def test_a_server_that_stops_ends_the_stream(house: House, make: Make) -> None:
    alice = await make.account("alice")
    async with listening(house, alice.token, kind="http", path=f"{BASE}/user"):
        api.say_goodbye(house)
        while hub(house).listeners:  # noqa: ASYNC110  the application ends by itself
            await asyncio.sleep(0)


async def test_instances_say_where_the_stream_is(client: Client) -> None:
    one = (await client.get("/api/v1/instance")).ok()
    two = (await client.get("/api/v2/instance")).ok()
    assert (
        one["urls"]["streaming_api"] == two["configuration"]["urls"]["streaming"] == "ws://localhost:8000"
    )
