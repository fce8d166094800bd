"""Old posts go by themselves, as far as nothing keeps them."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from stoa import ids
from stoa.core.errors import Invalid
from stoa.core.house import House
from stoa.core.statuses import bookmark, fading, favourite, pin, reblog
from stoa.core.statuses.fading import Rule
from stoa.db import Query
from stoa.db.tables import jobs, statuses
from tests.make import Make, Person

_left = Query(select(statuses.c.id).order_by(statuses.c.id))
_jobs = Query(select(jobs.c.run_at).where(jobs.c.kind == fading.FADE))


@pytest.fixture
def in_two_years(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Called, it is two years later."""
    later = ids.now_ms() + 730 * fading.DAY_MS
    return lambda: monkeypatch.setattr(ids, "now_ms", lambda: later)


async def after(house: House, person: Person, rule: Rule, go: Any) -> list[int]:
    """The ids of what is left in two years, after one run."""
    async with house.db.write() as conn:
        await fading.want(conn, person.id, rule)
    go()
    async with house.db.write() as conn:
        await fading.fade(conn, {"account": person.id})
    async with house.db.read() as conn:
        found: list[int] = await conn.scalars(_left)
    return found


async def test_what_is_old_goes_and_what_is_kept_stays(house: House, make: Make, in_two_years: Any) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    old = await make.status(alice, "Old")
    theirs = await make.status(bob, "Somebody else's")
    pinned = await make.status(alice, "Pinned")
    liked = await make.status(alice, "Liked by myself")
    marked = await make.status(alice, "Bookmarked")
    direct = await make.status(alice, "@bob psst", visibility="direct")
    popular = await make.status(alice, "Popular")
    async with house.db.write() as conn:
        await pin.pin(conn, alice.id, pinned, house.settings)
        await favourite.favourite(conn, alice.id, liked)
        await bookmark.bookmark(conn, alice.id, marked)
        await favourite.favourite(conn, bob.id, popular)
        await favourite.favourite(conn, bob.id, old)
        await favourite.favourite(conn, alice.id, popular)
        boost = await reblog.reblog(conn, alice.id, theirs, house.addresses)
    left = await after(house, alice, Rule(min_favourites=2), in_two_years)
    assert old not in left
    assert {theirs, pinned, liked, marked, direct, popular} <= set(left)
    assert len(left) == 7
    assert boost


async def test_nothing_is_kept_that_nobody_wants_kept(house: House, make: Make, in_two_years: Any) -> None:
    alice = await make.account("alice")
    direct = await make.status(alice, "Note to myself", visibility="direct")
    liked = await make.status(alice, "Liked")
    async with house.db.write() as conn:
        await favourite.favourite(conn, alice.id, liked)
    rule = Rule(keep_direct=False, keep_favourited=False, keep_pinned=False, keep_bookmarked=False)
    assert await after(house, alice, rule, in_two_years) == []
    assert direct


async def test_what_is_young_stays(house: House, make: Make) -> None:
    alice = await make.account("alice")
    young = await make.status(alice, "Young")
    assert await after(house, alice, Rule(after_days=7), lambda: None) == [young]


async def test_a_member_has_one_job_and_none_without_a_rule(house: House, make: Make) -> None:
    alice = await make.account("alice")
    for _ in range(3):
        async with house.db.write() as conn:
            await fading.want(conn, alice.id, Rule())
    async with house.db.write() as conn:
        await fading.fade(conn, {"account": alice.id})
    async with house.db.read() as conn:
        (run_at,) = await conn.scalars(_jobs)
    assert run_at > ids.now_ms() + fading.DAY_MS // 2
    async with house.db.write() as conn:
        await fading.want(conn, alice.id, None)
        assert await fading.rule_of(conn, alice.id) is None


@pytest.mark.parametrize(
    "wrong", [{"after_days": 1}, {"after_days": 10**6}, {"min_reblogs": 0}, {"min_favourites": 10**9}]
)
async def test_what_makes_no_sense_is_refused(house: House, make: Make, wrong: dict[str, int]) -> None:
    alice = await make.account("alice")
    async with house.db.write() as conn:
        with pytest.raises(Invalid):
            await fading.want(conn, alice.id, Rule(**wrong))  # type: ignore[arg-type]
