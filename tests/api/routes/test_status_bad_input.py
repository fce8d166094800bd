"""Whatever is sent to the routes of statuses: a clear refusal, never a failure of ours, nothing stored."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import func, select

from stoa.api.routes import (
    bookmarks,
    favourites,
    media,
    pins,
    polls,
    reblogs,
    scheduled_statuses,
    statuses,
)
from stoa.api.routing import ApiRoute
from stoa.core.house import House
from stoa.core.policy.draft import PollDraft
from stoa.core.statuses import views
from stoa.db import Query
from stoa.db import tables as t
from tests.client import Client
from tests.make import Make

SECTIONS = (bookmarks, favourites, media, pins, polls, reblogs, scheduled_statuses, statuses)
ROUTES: list[ApiRoute] = [one for section in SECTIONS for one in section.ROUTES]
NAMES = (
    "status", "content_type", "title", "spoiler_text", "sensitive", "visibility", "language",
    "in_reply_to_id", "media_ids", "poll", "scheduled_at", "quoted_status_id", "quote_approval_policy",
    "allowed_mentions", "media_attributes", "choices", "file", "thumbnail", "description", "focus",
    "delete_media", "id", "limit", "max_id", "min_id", "since_id",
)  # fmt: skip
VALUES: list[Any] = [
    "x" * 900_000, "\ufffd\u202e", {"a": {"b": [1]}}, [[["x"]]], [None], -1, 2**63, 1.5, True, "0", "",
    None, 10**18,
]  # fmt: skip
KEPT = [
    Query(select(func.count()).select_from(table))
    for table in (t.favourites, t.bookmarks, t.poll_votes, t.media_attachments, t.scheduled_statuses)
]
WRITING = [one for one in ROUTES if one.method != "GET"]
WITH_ID = [one for one in ROUTES if "{id}" in one.path]


def path_of(one: ApiRoute, some_id: object) -> str:
    return one.path.replace("{id}", str(some_id)).replace("{quoting_id}", str(some_id))


@pytest.mark.parametrize("one", ROUTES, ids=lambda one: f"{one.method} {one.path}")
async def test_no_value_of_any_parameter_breaks_a_route(client: Client, make: Make, one: ApiRoute) -> None:
    alice = await make.account("alice")
    status_id = await make.status(alice, "Which?", poll=PollDraft(options=("a", "b"), expires_in=600))
    for name in NAMES:
        for value in VALUES:
            if one.method == "GET":
                if isinstance(value, (dict, list)) or (isinstance(value, str) and len(value) > 1000):
                    continue
                query = {name: "" if value is None else value}
                answer = await client.get(path_of(one, status_id), token=alice.token, query=query)
            else:
                answer = await client.request(
                    one.method, path_of(one, status_id), token=alice.token, json={name: value}
                )
            assert answer.status < 500, (name, str(value)[:50], answer.text)
            if answer.status >= 400:
                assert isinstance(answer.json["error"], str)


@pytest.mark.parametrize("one", WRITING, ids=lambda one: f"{one.method} {one.path}")
async def test_a_broken_body_is_refused_and_leaves_nothing(
    client: Client, make: Make, house: House, one: ApiRoute
) -> None:
    alice = await make.account("alice")
    bodies = [
        b"{", b"[]", b"nul", b'{"status": "\\ud800"}', b'{"status": "a\\u0000b"}', b"\xff\xfe",
        json.dumps({"poll": {"options": [["a"]]}, "status": "x"}).encode(),
        b'{"a":' * 5000 + b"1" + b"}" * 5000,
        b'{"status": "' + b"x" * (1024 * 1024) + b'"}',
    ]  # fmt: skip
    for body in bodies:
        answer = await client.request(
            one.method, path_of(one, 1), token=alice.token, body=body,
            headers={"content-type": "application/json"},
        )  # fmt: skip
        assert 400 <= answer.status < 500, (body[:40], answer.text[:200])
    async with house.db.read() as conn:
        assert [await conn.scalar(count) for count in KEPT] == [0] * len(KEPT)


@pytest.mark.parametrize("one", WITH_ID, ids=lambda one: f"{one.method} {one.path}")
async def test_what_is_no_id_is_nobodys(client: Client, make: Make, one: ApiRoute) -> None:
    alice = await make.account("alice")
    for some_id in ("abc", "-1", "0", "9" * 40, "1.5", "%00", "１２"):
        answer = await client.request(
            one.method, path_of(one, some_id), token=alice.token, json={"status": "x", "choices": [0]}
        )
        assert answer.status == 404, some_id


@pytest.mark.parametrize("one", WRITING, ids=lambda one: f"{one.method} {one.path}")
async def test_visitors_change_nothing(client: Client, make: Make, house: House, one: ApiRoute) -> None:
    status_id = await make.status(await make.account("alice"), "as it was")
    answer = await client.request(one.method, path_of(one, status_id), json={"status": "x"})
    assert answer.status == 401
    async with house.db.read() as conn:
        assert (await views.get(conn, status_id)).text == "as it was"
        assert [await conn.scalar(count) for count in KEPT] == [0] * len(KEPT)


@pytest.mark.parametrize("path", ["/api/v1/favourites", "/api/v1/bookmarks"])
async def test_a_list_costs_the_same_number_of_statements_however_long(
    client: Client, make: Make, house: House, path: str
) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    verb = path.rpartition("/")[2][:-1]

    async def mark() -> None:
        status_id = await make.status(bob)
        (await client.post(f"/api/v1/statuses/{status_id}/{verb}", token=alice.token)).ok()

    async def cost() -> int:
        before = house.db.statements
        (await client.get(f"{path}?limit=40", token=alice.token)).ok()
        return house.db.statements - before

    await mark()
    await cost()  # the author's body is made
    await mark()
    few = await cost()
    for _ in range(30):
        await mark()
    assert await cost() == few <= 5
