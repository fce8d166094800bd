"""methods/annual_reports, by the contract."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from stoa.core.annual_reports import make as annual_reports
from stoa.core.annual_reports.model import archetype, campaign, is_over
from stoa.core.house import House
from stoa.db import Query
from stoa.db.tables import jobs
from stoa.jobs import queue
from stoa.main import Assembled
from tests.client import Client
from tests.contract import problems
from tests.make import Make, Person

BASE = "/api/v1/annual_reports"
HEADER = "mastodon-async-refresh"

_jobs = Query(select(jobs.c.id).where(jobs.c.kind == annual_reports.MAKE))


def _ms(*day: int) -> int:
    return int(datetime(*day, tzinfo=UTC).timestamp() * 1000)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((112, 0, 0, 112), "lurker"), ((10, 0, 103, 0), "booster"), ((100, 0, 13, 11), "pollster"),
        ((30, 90, 0, 0), "replier"), ((113, 0, 0, 0), "oracle"), ((40, 80, 80, 4), "oracle"),
    ],
)  # fmt: skip
def test_how_somebody_used_the_year(counts: Any, expected: str) -> None:
    assert archetype(*counts) == expected


def test_a_year_is_looked_back_on_from_the_tenth_of_december() -> None:
    assert not is_over(2026, _ms(2026, 12, 9, 23))
    assert is_over(2026, _ms(2026, 12, 10))
    assert is_over(2025, _ms(2026, 1, 1))
    assert not is_over(1969, _ms(2026, 1, 1))
    assert not is_over(9999, _ms(2026, 1, 1))
    assert [campaign(_ms(2026, *day)) for day in ((1, 5), (12, 9), (12, 10), (12, 31))] == [
        None,
        None,
        2026,
        2026,
    ]


@pytest.fixture
async def alice(make: Make, client: Client) -> Person:
    """Who wrote six posts in two months of 2030, and one after it."""
    with time_machine.travel(datetime(2030, 3, 31, 23, 30, tzinfo=UTC), tick=False) as clock:
        alice, bob = await make.account("alice"), await make.account("bob")
        loved = await make.status(alice, "Loved. #maths #life")
        carried = await make.status(alice, "Carried on.", visibility="unlisted")
        await make.status(alice, "Again #maths")
        await make.follow(bob, alice)
        (await client.post(f"/api/v1/statuses/{loved}/favourite", token=bob.token)).ok()
        (await client.post(f"/api/v1/statuses/{carried}/reblog", token=bob.token)).ok()
        clock.move_to(datetime(2030, 4, 1, 0, 30, tzinfo=UTC))
        for number in range(3):
            await make.status(alice, f"April {number}", visibility="private")
        clock.move_to(datetime(2031, 1, 1, 0, 0, 1, tzinfo=UTC))
        await make.status(alice, "A new year. #maths")
    return alice


async def test_a_report_is_asked_for_made_and_read(
    assembled: Assembled, client: Client, make: Make, alice: Person
) -> None:
    token = alice.token

    async def state(year: int) -> str:
        return str((await client.get(f"{BASE}/{year}/state", token=token)).ok()["state"])

    with time_machine.travel(datetime(2031, 1, 2, tzinfo=UTC), tick=False):
        assert (await state(2030), await state(2031), await state(2029)) == (
            "eligible", "ineligible", "ineligible"
        )  # fmt: skip
        assert (await client.get(f"{BASE}/2030", token=token)).status == 404
        assert (await client.get(BASE, token=token)).ok() == {
            "annual_reports": [], "accounts": [], "statuses": []
        }  # fmt: skip
        for _ in range(2):
            assert (await client.post(f"{BASE}/2030/generate", token=token)).status == 202
        assert await state(2030) == "generating"
        assert (await client.get(BASE, token=token)).ok()["annual_reports"] == []
        await assembled.worker.drain()
        assert await state(2030) == "available"
        assert (await client.post(f"{BASE}/2030/generate", token=token)).status == 200
        made = (await client.get(f"{BASE}/2030", token=token)).ok()
        assert (await client.get(BASE, token=token)).ok() == made
        assert not problems(made, "WrappedAnnualReports")
        [report] = made["annual_reports"]
        assert report["data"]["archetype"] == "lurker"
        # By schema version 2: one hashtag, and what was boosted most, quietly public or not.
        assert report["data"]["top_hashtags"] == [{"name": "maths", "count": 2}]
        [carried] = made["statuses"]
        assert carried["visibility"] == "unlisted"
        assert report["data"]["top_statuses"] == {
            "by_reblogs": carried["id"], "by_favourites": None, "by_replies": None
        }  # fmt: skip
        by_month = {one["month"]: one for one in report["data"]["time_series"]}
        assert by_month[3] == {"month": 3, "statuses": 3, "followers": 1}
        assert [by_month[n]["statuses"] for n in range(1, 13)] == [0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0]
        assert [one["acct"] for one in made["accounts"]] == ["alice"]
        assert (await client.post(f"{BASE}/2030/read", token=token)).ok() == {}
        # What was read is listed no more, and is there still.
        assert (await client.get(BASE, token=token)).ok()["annual_reports"] == []
        assert (await client.get(f"{BASE}/2030", token=token)).ok() == made


async def test_an_app_is_told_when_to_ask_again(
    assembled: Assembled, client: Client, make: Make, alice: Person
) -> None:
    with time_machine.travel(datetime(2031, 1, 2, tzinfo=UTC), tick=False):
        begun = await client.post(f"{BASE}/2030/generate", token=alice.token)
        match = re.fullmatch(r'id="(report-\d+)", retry=\d+, result_count=0', begun.headers[HEADER])
        assert match is not None
        state = await client.get(f"{BASE}/2030/state", token=alice.token)
        assert state.headers[HEADER] == begun.headers[HEADER]
        asked = f"/api/v1_alpha/async_refreshes/{match[1]}"
        for running in (True, False):
            found = await client.get(asked, token=alice.token)
            assert found.ok()["async_refresh"] == {
                "id": match[1], "status": "running" if running else "finished",
                "result_count": 0 if running else 1,
            }  # fmt: skip
            assert not problems(found.json["async_refresh"], "AsyncRefresh")
            assert (HEADER in found.headers) is running
            await assembled.worker.drain()
        assert HEADER not in (await client.get(f"{BASE}/2030/state", token=alice.token)).headers
        carol = await make.account("carol")
        assert (await client.get(asked, token=carol.token)).status == 404
        for wrong in ("report-", "report-x", f"report-{'9' * 30}", "report-7", "report--1"):
            answer = await client.get(f"/api/v1_alpha/async_refreshes/{wrong}", token=alice.token)
            assert answer.status == 404, wrong


async def test_a_report_that_was_given_up_can_be_asked_for_again(
    assembled: Assembled, client: Client, house: House, alice: Person
) -> None:
    with time_machine.travel(datetime(2031, 1, 2, tzinfo=UTC), tick=False):
        await client.post(f"{BASE}/2030/generate", token=alice.token)
        async with house.db.write() as conn:
            [job] = await conn.all(_jobs)
            await queue.park(conn, job.id, error="It did not work.")
        state = await client.get(f"{BASE}/2030/state", token=alice.token)
        assert (state.ok(), HEADER in state.headers) == ({"state": "eligible"}, False)
        assert (await client.post(f"{BASE}/2030/generate", token=alice.token)).status == 202
        assert (await client.get(f"{BASE}/2030/state", token=alice.token)).json == {"state": "generating"}
        await assembled.worker.drain()
        assert (await client.get(f"{BASE}/2030/state", token=alice.token)).json == {"state": "available"}


async def test_it_is_of_its_owner_and_of_years(client: Client, make: Make, alice: Person) -> None:
    bob = await make.account("carol")
    with time_machine.travel(datetime(2031, 1, 2, tzinfo=UTC), tick=False):
        assert (await client.post(f"{BASE}/2030/generate", token=bob.token)).status == 200
        assert (await client.get(f"{BASE}/2030/state", token=bob.token)).ok() == {"state": "ineligible"}
        for year in ("0", "99999999999999999999", "x", "20 30", "-203", "9999", "0001"):
            for method, rest in (("GET", ""), ("POST", "/read")):
                answer = await client.request(method, f"{BASE}/{year}{rest}", token=alice.token)
                assert answer.status == 404, (method, year)
        assert (await client.get(BASE)).status == 401
