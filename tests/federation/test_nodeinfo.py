"""What other servers run is asked of them, now and then, and believed of themselves alone (F3.5)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update

from stoa import ids
from stoa.core.house import House
from stoa.core.instances import programs
from stoa.db import Query
from stoa.db.tables import instances, jobs
from stoa.federation import nodeinfo
from stoa.federation.door import Door
from tests.federation.elsewhere import Elsewhere

BASE = "https://there.example"
_LINK = "http://nodeinfo.diaspora.software/ns/schema/2.1"
_jobs = Query(select(jobs.c.payload).where(jobs.c.kind == nodeinfo.LOOK))
_long_ago = Query(update(instances).values(software_at=1))


def says(software: Any, href: str = f"{BASE}/nodeinfo/2.1") -> dict[str, Any]:
    return {
        f"{BASE}/.well-known/nodeinfo": {"links": [{"rel": _LINK, "href": href}]},
        href: {"version": "2.1", "software": software, "protocols": ["activitypub"]},
    }


async def look(house: House, door: Door) -> str:
    """Do the job; what is known then."""
    await nodeinfo.jobs(door.fetcher)[nodeinfo.LOOK](house.db, {"base": BASE})
    async with house.db.read() as conn:
        return (await programs.of(conn, ["there.example"])).get("there.example", "")


async def test_a_server_is_asked_once_a_week_what_it_runs(
    house: House, door: Door, elsewhere: Elsewhere
) -> None:
    carol, carl = elsewhere.actor("carol@there.example"), elsewhere.actor("carl@there.example")
    await door.resolver.actor(carol.uri)
    await door.resolver.actor(carl.uri)
    async with house.db.read() as conn:
        assert await conn.scalars(_jobs) == [{"base": BASE}]
        assert not await programs.wants_asking(conn, "there.example", ids.now_ms())
    async with house.db.write() as conn:
        await conn.run(_long_ago)
        assert await programs.wants_asking(conn, "there.example", ids.now_ms())
        assert not await programs.wants_asking(conn, "nobody.example", ids.now_ms())
    elsewhere.documents |= says({"name": "Mastodon", "version": "4.5.2"})
    assert await look(house, door) == "mastodon 4.5.2"
    async with house.db.read() as conn:
        assert [tuple(row) for row in await programs.counted(conn)] == [("mastodon", 1)]


@pytest.mark.parametrize(
    "documents",
    [
        {},
        {f"{BASE}/.well-known/nodeinfo": {"links": []}},
        says(None),
        says({"name": 7, "version": {}}),
        says({"name": "other"}, href="https://elsewhere.example/nodeinfo"),
        says({"name": "other"}, href="http://127.0.0.1/nodeinfo"),
    ],
)
async def test_a_server_that_says_nothing_of_use_keeps_what_it_said_before(
    house: House, door: Door, elsewhere: Elsewhere, documents: dict[str, Any]
) -> None:
    await door.resolver.actor(elsewhere.actor("carol@there.example").uri)
    elsewhere.documents |= says({"name": "snac", "version": "2"})
    assert await look(house, door) == "snac 2"
    for address in says(None):
        del elsewhere.documents[address]
    elsewhere.documents |= documents
    assert await look(house, door) == "snac 2"


async def test_a_name_is_one_line_of_plain_text(house: House, door: Door, elsewhere: Elsewhere) -> None:
    await door.resolver.actor(elsewhere.actor("carol@there.example").uri)
    elsewhere.documents |= says({"name": "Mast\x1b[2Jodon\n", "version": "4\u202e.5" + "9" * 500})
    found = await look(house, door)
    assert found.isprintable()
    assert len(found) < 200
    assert found.startswith("mast[2jodon 4.5")
