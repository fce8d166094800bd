"""Members who read a conversation are told what of it is still on its way."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select, update

from stoa import ids
from stoa.core.house import House
from stoa.db import Query
from stoa.db.tables import jobs, thread_refreshes
from stoa.federation import backfill
from tests import contract
from tests.client import Client
from tests.make import Make

HEADER = "mastodon-async-refresh"
HOUR = 3_600_000

_jobs = Query(select(jobs.c.kind).where(jobs.c.kind == backfill.BACKFILL))
_finish = Query(
    update(thread_refreshes).values(
        finished_at=thread_refreshes.c.started_at, results=3,
        started_at=thread_refreshes.c.started_at - 20 * 60_000,
    )
)  # fmt: skip


async def _remote_post(make: Make, *, age_ms: int = HOUR, visibility: str = "public") -> int:
    carl = await make.remote("carl@there.example")
    return await make.status(
        carl, uri="https://there.example/notes/1", content="<p>Hello.</p>",
        created_at=ids.now_ms() - age_ms, visibility=visibility,
    )  # fmt: skip


async def test_a_member_hears_of_what_is_on_its_way(client: Client, make: Make, house: House) -> None:
    alice = await make.account("alice")
    post = await _remote_post(make)
    url = f"/api/v1/statuses/{post}/context"
    said = (await client.get(url, token=alice.token)).headers[HEADER]
    match = re.fullmatch(r'id="([^"]+)", retry=\d+, result_count=0', said)
    assert match is not None
    asked = f"/api/v1_alpha/async_refreshes/{match[1]}"
    found = await client.get(asked, token=alice.token)
    assert contract.problems(found.ok()["async_refresh"], "AsyncRefresh") == []
    assert found.json["async_refresh"] == {"id": match[1], "status": "running", "result_count": 0}
    assert found.headers[HEADER] == said
    # Whoever comes meanwhile hears of the same; it is done once.
    assert (await client.get(f"{url}?again", token=alice.token)).headers[HEADER] == said
    async with house.db.read() as conn:
        assert len(await conn.all(_jobs)) == 1
    async with house.db.write() as conn:
        await conn.run(_finish)
    found = await client.get(asked, token=alice.token)
    assert found.ok()["async_refresh"] == {"id": match[1], "status": "finished", "result_count": 3}
    assert HEADER not in found.headers


async def test_nothing_is_fetched_for_visitors(client: Client, make: Make, house: House) -> None:
    post = await _remote_post(make)
    assert HEADER not in (await client.get(f"/api/v1/statuses/{post}/context")).headers
    async with house.db.read() as conn:
        assert await conn.all(_jobs) == []


@pytest.mark.parametrize(
    ("age_ms", "visibility"), [(60_000, "public"), (HOUR, "private"), (HOUR, "direct")]
)
async def test_not_for_a_post_that_is_young_or_private(
    client: Client, make: Make, house: House, age_ms: int, visibility: str
) -> None:
    post = await _remote_post(make, age_ms=age_ms, visibility=visibility)
    assert await backfill.begin(house.db, post) is None


async def test_not_for_a_conversation_of_people_here(make: Make, house: House) -> None:
    alice = await make.account("alice")
    post = await make.status(alice)
    assert await backfill.begin(house.db, post) is None
    assert await backfill.begin(house.db, 77) is None


async def test_not_again_before_a_quarter_of_an_hour(
    make: Make, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = await _remote_post(make)
    first = await backfill.begin(house.db, post)
    assert first is not None
    async with house.db.write() as conn:
        await conn.run(
            Query(update(thread_refreshes).values(finished_at=thread_refreshes.c.started_at, results=2))
        )
    assert await backfill.begin(house.db, post) is None
    later = ids.now_ms() + backfill.AGAIN_MS
    monkeypatch.setattr(ids, "now_ms", lambda: later)
    again = await backfill.begin(house.db, post)
    assert again is not None
    assert (again.id, again.running, again.results) == (first.id, True, 0)


@pytest.mark.parametrize("refresh_id", ["1", "0", "-1", "x", "9" * 30, "%00", "1.5"])
async def test_an_id_of_nothing_is_not_found(client: Client, make: Make, refresh_id: str) -> None:
    alice = await make.account("alice")
    asked = f"/api/v1_alpha/async_refreshes/{refresh_id}"
    assert (await client.get(asked, token=alice.token)).status == 404


async def test_members_alone_may_ask(client: Client) -> None:
    assert (await client.get("/api/v1_alpha/async_refreshes/1")).status == 401
