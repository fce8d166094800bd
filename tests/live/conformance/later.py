"""What takes time, or another server: trends, a year's report, ended polls, threads, warnings."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from unittest import mock

import time_machine
from sqlalchemy import update

from stoa import ids
from stoa.core.house import House
from stoa.core.moderation import warnings
from stoa.core.statuses import polls
from stoa.core.trends import refresh
from stoa.db import Query
from stoa.db.tables import jobs
from tests.live import fediverse
from tests.live.conformance.house import PEOPLE, Village
from tests.make import Make

T = TypeVar("T")
PATIENCE_SECONDS = 20  # everybody is on this machine

_now = Query(update(jobs).where(jobs.c.kind == polls.CLOSE).values(run_at=ids.now_ms()))


def trends(v: Village) -> None:
    """What many use is counted, and let in by a moderator."""
    ask = v.ask
    for who in (*PEOPLE, "admin", "leaves"):
        ask("POST /api/v1/statuses", who, status=f"#Lighthouse {v.site}/essay", language="en")
        ask("POST /api/v1/statuses/:id/favourite", who, id=v.made["plain"])

    async def count(house: House) -> None:
        await refresh.refresh(house.db, house.settings.trends)

    v.server.within(count)
    for section in ("tags", "statuses", "links"):
        found = ask(f"GET /api/v1/admin/trends/{section}", "admin")
        if not found:
            v.ask.findings.wrong(f"GET /api/v1/admin/trends/{section}", "nothing is a trend")
        for one in found:
            ask.beyond("POST", f"/api/v1/admin/trends/{section}/{one['id']}/approve", "admin")
        ask.read(f"GET /api/v1/trends/{section}", None)


def year(v: Village) -> None:
    """Alice looks back on last year."""
    ask, last = v.ask, datetime.now(UTC).year - 1

    async def write(house: House) -> None:
        for _ in range(6):
            await Make(house).status(int(v.ids["alice"]), "Then. #stoa")

    with _at(datetime(last, 5, 1, tzinfo=UTC)):
        v.server.within(write)
    ask("GET /api/v1/annual_reports/:year/state", year=last)
    ask("POST /api/v1/annual_reports/:year/generate", year=last)
    until(lambda: ask("GET /api/v1/annual_reports/:year/state", year=last)["state"] == "available")
    ask("GET /api/v1/annual_reports/:year", year=last)
    ask("GET /api/v1/annual_reports")
    ask("POST /api/v1/annual_reports/:year/read", year=last)


def elsewhere(v: Village) -> None:
    """Rita writes, alice reads her thread; then her server is shut out."""
    ask, rita = v.ask, v.rita
    me = rita.get("/api/v1/accounts/verify_credentials")["id"]

    async def write(house: House) -> None:
        await Make(house).status(int(me), "From there.")

    # What was written just now is not asked for more.
    with _at(datetime.now(UTC) - timedelta(hours=1)):
        v.elsewhere.within(write)
    [post] = rita.get(f"/api/v1/accounts/{me}/statuses")
    found = ask("GET /api/v2/search", q=post["uri"], resolve="true", type="statuses")["statuses"][0]
    answer = ask.answer("GET /api/v1/statuses/:id/context", id=found["id"])
    header = answer.headers.get("mastodon-async-refresh", "")
    if not header:
        v.ask.findings.wrong("GET /api/v1/statuses/:id/context", "no word of what is on its way")
    ask("GET /api/v1_alpha/async_refreshes/:id", id=header.partition('"')[2].partition('"')[0])
    ask("POST /api/v1/accounts/:id/follow", id=found["account"]["id"])
    until(
        lambda: ask("GET /api/v1/accounts/relationships", **{"id[]": [found["account"]["id"]]})[0][
            "following"
        ]
    )
    ask("GET /api/v1/admin/accounts", "admin", remote="true")
    ask("GET /api/v1/instance/peers", None)


def shut_out(v: Village) -> None:
    """Rita's server is not spoken with any more."""
    v.ask("POST /api/v1/admin/domain_blocks", "admin", domain=v.rita.domain, severity="suspend")
    _told(v, "severed_relationships")


def judged(v: Village) -> None:
    """A poll ends, and alice is warned and says something against it."""
    ask, alice = v.ask, int(v.ids["alice"])

    async def end(house: House) -> None:
        async with house.db.write() as conn:
            await conn.run(_now)

    v.server.within(end)
    ask("POST /api/v1/admin/accounts/:id/action", "admin", id=alice, type="none", text="Less rain.")
    ask("POST /api/v1/admin/accounts/:id/action", "admin", id=alice, type="none", text="Less rain.",
        report_id=v.made["report"], send_email_notification=False)  # fmt: skip
    warned = _told(v, "moderation_warning")

    async def object_to(house: House) -> None:
        async with house.db.write() as conn:
            await warnings.appeal(conn, alice, int(warned["moderation_warning"]["id"]), "It rains here.")

    v.server.within(object_to)
    ask("GET /api/v1/notifications", **{"types[]": ["moderation_warning"]})


@contextlib.contextmanager
def _at(moment: datetime) -> Iterator[None]:
    """As if it was *moment*; ids too, which else only grow."""
    with time_machine.travel(moment), mock.patch.object(ids, "_last", 0):
        yield


def _told(v: Village, kind: str) -> dict[str, dict[str, str]]:
    found: list[dict[str, dict[str, str]]] = until(
        lambda: v.ask("GET /api/v1/notifications", **{"types[]": [kind]})
    )
    return found[0]


def until(what: Callable[[], T]) -> T:
    """What *what* gives once it gives something true."""
    return fediverse.until(what, PATIENCE_SECONDS)
