"""How often the API may be asked, and what its answers say of that."""

from __future__ import annotations

from datetime import datetime

import pytest

from stoa.api import limits
from stoa.api.limits import Window
from tests.client import Client
from tests.make import Make

ASKED = "/api/v1/custom_emojis"


@pytest.fixture
def settings_given() -> dict[str, str]:
    return {"STOA_REGISTRATIONS": "open", "STOA_RATE_LIMITS": "on"}


def test_a_window_counts_each_key_until_it_ends() -> None:
    window = Window(2, 300)
    assert [window.use("a", 1000.0)[0] for _ in range(3)] == [1, 0, -1]
    assert window.use("b", 1000.0) == (1, b"1970-01-01T00:20:00.000Z")
    assert window.seconds_left(1000.0) == 200
    assert window.use("a", 1200.0) == (1, b"1970-01-01T00:25:00.000Z")


def test_a_window_keeps_so_many_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_KEYS", 10)
    window = Window(2, 300)
    for number in range(1000):
        window.use(number, 1000.0)
    assert len(window._counts) <= 10


async def test_every_answer_says_what_is_left(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    first = await client.get("/api/v1/timelines/home", token=alice.token)
    second = await client.get("/api/v1/statuses/1", token=alice.token)
    assert (first.status, second.status) == (200, 404)
    assert first.headers["x-ratelimit-limit"] == "300"
    left = [int(one.headers["x-ratelimit-remaining"]) for one in (first, second)]
    assert left == [299, 298]
    datetime.fromisoformat(first.headers["x-ratelimit-reset"])


async def test_who_asks_too_often_is_told_when_to_come_again(client: Client) -> None:
    answers = [await client.get(ASKED) for _ in range(301)]
    assert {one.status for one in answers[:300]} == {200}
    last = answers[300]
    assert (last.status, last.json) == (429, {"error": "Too many requests"})
    assert last.headers["x-ratelimit-remaining"] == "0"
    assert 0 < int(last.headers["retry-after"]) <= 300
    assert (await client.get("/about")).status == 200, "pages are no API"


async def test_a_token_has_calls_of_its_own(client: Client, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    for _ in range(301):
        await client.get(ASKED)
    for token in (alice.token, bob.token):
        answer = await client.get("/api/v1/accounts/verify_credentials", token=token)
        assert (answer.status, answer.headers["x-ratelimit-remaining"]) == (200, "299")


async def test_guessed_tokens_count_for_the_address(client: Client) -> None:
    for number in range(300):
        assert (await client.get(ASKED.replace("custom_emojis", "lists"), token=f"x{number}")).status == 401
    assert (await client.get("/api/v1/lists", token="y")).status == 429


async def test_deletions_and_uploads_are_fewer(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    answers = [await client.delete(f"/api/v1/statuses/{number}", token=alice.token) for number in range(31)]
    assert [one.status for one in answers] == [404] * 30 + [429]
    assert answers[0].headers["x-ratelimit-limit"] == "30"
    again = await client.post("/api/v1/statuses/1/unreblog", token=alice.token)
    assert again.status == 429, "they share a window"
    assert (await client.get("/api/v1/lists", token=alice.token)).status == 200
