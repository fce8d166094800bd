"""What becomes a trend, what fades, and what never is one."""

from __future__ import annotations

from typing import Any

import time_machine
from sqlalchemy import select

from stoa import ids
from stoa.core.accounts import store as accounts
from stoa.core.house import House
from stoa.core.statuses import favourite, reblog
from stoa.core.trends import compute, refresh, store, views
from stoa.core.trends.model import HALF_LIFE_MS, LEAST, Trend, best, faded, rise
from stoa.db import Query
from stoa.db.tables import jobs
from stoa.main import Assembled
from tests.make import Make, Person

_jobs = Query(select(jobs.c.kind, jobs.c.run_at))


async def people(make: Make, count: int = 5, **columns: Any) -> list[Person]:
    return [await make.account(f"p{n}", **{"discoverable": True, **columns}) for n in range(count)]


async def tags_now(house: House, languages: list[str] | None = None) -> list[int]:
    await refresh.refresh(house.db, "all")
    async with house.db.read() as conn:
        return await views.trending_tags(conn, "all", languages=languages or [], limit=20, offset=0)


async def statuses_now(house: House, viewer: Person | None = None) -> list[int]:
    await refresh.refresh(house.db, "all")
    return await statuses_shown(house, viewer)


async def statuses_shown(house: House, viewer: Person | None = None) -> list[int]:
    async with house.db.read() as conn:
        found = await views.trending_statuses(
            conn, "all", viewer.id if viewer else None, languages=[], limit=20, offset=0
        )
    return [head.id for head in found]


async def liked(house: House, make: Make, status_id: int, by: list[Person]) -> None:
    for number, person in enumerate(by):
        async with house.db.write() as conn:
            if number % 2:
                await favourite.favourite(conn, person.id, status_id)
            else:
                await reblog.reblog(conn, person.id, status_id, house.addresses)


async def names(house: House, found: list[int]) -> list[str]:
    from stoa.core.timelines import tags

    async with house.db.read() as conn:
        known = await tags.load(conn, found, None)
    return [known[one].name for one in found]


def test_a_trend_is_what_is_unusual() -> None:
    assert rise(4, 0) == 0.0
    assert rise(5, 0) == rise(5, 1) == 16.0
    assert rise(20, 20) == rise(20, 25) == 0.0
    assert 0 < rise(20, 15) < rise(20, 5)


def test_half_of_a_score_is_left_after_its_time_and_in_the_end_nothing() -> None:
    assert faded(8.0, HALF_LIFE_MS) == 4.0
    assert best([Trend(1, LEAST / 2), Trend(2, 1.0), Trend(3, 2.0)]) == [Trend(3, 2.0), Trend(2, 1.0)]


async def test_a_hashtag_that_five_people_use_is_a_trend(house: House, make: Make) -> None:
    five = await people(make)
    for person in five[:4]:
        await make.status(person, "#cats")
    assert await tags_now(house) == []
    await make.status(five[0], "#cats again and again, by the same person")
    assert await tags_now(house) == []
    remote = await make.remote("carl@there.example", discoverable=True)
    await make.status(remote, content="<p>#cats</p>", uri="https://there.example/1", tags=("cats",))
    assert await names(house, await tags_now(house)) == ["cats"]


async def test_what_is_always_used_is_none(house: House, make: Make) -> None:
    five = await people(make)
    now = 1_800_000_000
    for ago in range(6, -1, -1):
        with time_machine.travel(now - ago * 86_400, tick=True):
            for person in five:
                await make.status(person, "#daily" + (" #today" if ago == 0 else ""))
    with time_machine.travel(now + 60, tick=True):
        assert await names(house, await tags_now(house)) == ["today"]


async def test_only_open_posts_of_people_who_want_to_be_found_count(house: House, make: Make) -> None:
    five = await people(make)
    hidden = await make.account("hidden")
    limited = await make.account("limited", discoverable=True, limited_at=1)
    suspended = await make.account("suspended", discoverable=True)
    for person in (hidden, limited, suspended):
        await make.status(person, "#cats")
    async with house.db.write() as conn:
        await accounts.change(conn, suspended.id, suspended_at=1)
    for person in five[:4]:
        await make.status(person, "#cats")
    await make.status(five[4], "#cats", visibility="unlisted")
    await make.status(five[4], "#cats", visibility="private")
    await make.status(five[4], "#cats", spoiler_text="careful")
    await make.status(five[4], "#cats", sensitive=True)
    assert await tags_now(house) == []
    await make.status(five[4], "#cats")
    assert await names(house, await tags_now(house)) == ["cats"]


async def test_a_hashtag_fades_and_goes_when_nobody_uses_it(house: House, make: Make) -> None:
    five = await people(make)
    now = 1_800_000_000
    with time_machine.travel(now, tick=True):
        for person in five:
            await make.status(person, "#cats")
        assert len(await tags_now(house)) == 1
    with time_machine.travel(now + 2 * 86_400, tick=True):
        assert await tags_now(house) == []


async def test_readers_find_their_own_language_first(house: House, make: Make) -> None:
    six = await people(make, 6)
    for person in six:
        await make.status(person, "#cats", language="en")
    for person in six[:5]:
        await make.status(person, "#katzen", language="de")
    assert await names(house, await tags_now(house)) == ["cats", "katzen"]
    assert await names(house, await tags_now(house, ["de"])) == ["katzen", "cats"]


async def test_posts_that_many_like_are_trends_one_of_each_author(house: House, make: Make) -> None:
    alice = await make.account("alice", discoverable=True)
    readers = await people(make, 7)
    good, better, answer = [await make.status(alice, text) for text in ("good", "better", "plain")]
    await liked(house, make, good, readers[:5])
    await liked(house, make, better, readers)
    await liked(house, make, answer, readers[:4])
    reply = await make.status(readers[0], "so true", in_reply_to_id=good)
    await liked(house, make, reply, readers)
    assert await statuses_now(house) == [better]


async def test_somebody_who_favours_and_boosts_counts_once_and_the_limited_not(
    house: House, make: Make
) -> None:
    alice = await make.account("alice", discoverable=True)
    readers = await people(make, 4)
    post = await make.status(alice, "look")
    for person in (*readers, await make.account("limited", limited_at=1)):
        async with house.db.write() as conn:
            await favourite.favourite(conn, person.id, post)
            await reblog.reblog(conn, person.id, post, house.addresses)
    assert await statuses_now(house) == []


async def test_what_is_a_trend_is_asked_again_when_it_is_read(house: House, make: Make) -> None:
    alice = await make.account("alice", discoverable=True)
    readers = await people(make)
    post = await make.status(alice, "look")
    await liked(house, make, post, readers)
    assert await statuses_now(house) == [post]
    await make.block(readers[0], alice)
    assert (await statuses_shown(house, readers[0]), await statuses_shown(house, readers[1])) == (
        [],
        [post],
    )
    async with house.db.write() as conn:
        await accounts.change(conn, alice.id, discoverable=False)
    assert await statuses_shown(house) == []


async def test_nothing_is_shown_before_somebody_let_it_in(house: House, make: Make) -> None:
    alice = await make.account("alice", discoverable=True)
    readers = await people(make)
    post = await make.status(alice, "look #cats")
    for person in readers:
        await make.status(person, "#cats")
    await liked(house, make, post, readers)
    await refresh.refresh(house.db, "reviewed")

    async def shown() -> tuple[int, int]:
        async with house.db.read() as conn:
            posts = await views.trending_statuses(conn, "reviewed", None, languages=[], limit=9, offset=0)
            return len(await views.trending_tags(conn, "reviewed", languages=[], limit=9, offset=0)), len(
                posts
            )

    assert await shown() == (0, 0)
    async with house.db.write() as conn:
        [tag] = await views.for_review(conn, "tag", limit=9)
        [status] = await views.for_review(conn, "status", limit=9)
        assert (tag.allowed, status.allowed, status.subject_id) == (None, None, post)
        await store.decide(conn, "tag", tag.subject_id, allowed=True, by=alice.id)
        await store.decide(conn, "account", alice.id, allowed=True, by=None)
    assert await shown() == (1, 1)
    async with house.db.write() as conn:
        await store.decide(conn, "status", post, allowed=False, by=None)
        await store.decide(conn, "tag", tag.subject_id, allowed=False, by=None)
    assert await shown() == (0, 0)


async def test_trends_are_computed_once_in_five_minutes_while_there_are_any(
    assembled: Assembled, make: Make
) -> None:
    house, five = assembled.house, await people(make)
    for person in five:
        await make.status(person, "#cats")

    async def due() -> list[int]:
        async with house.db.read() as conn:
            return [row.run_at for row in await conn.all(_jobs) if row.kind == refresh.REFRESH]

    [first] = await due()
    assert 0 < first - ids.now_ms() <= refresh.EVERY_MS
    with time_machine.travel(first / 1000 + 1, tick=True):
        await assembled.worker.drain()
        async with house.db.read() as conn:
            assert len(await views.trending_tags(conn, "all", languages=[], limit=9, offset=0)) == 1
        [second] = await due()
    with time_machine.travel(second / 1000 + 2 * 86_400, tick=True):
        await assembled.worker.drain()
        assert await due() == []


async def test_computing_asks_the_same_number_of_questions_however_many_there_are(
    house: House, make: Make
) -> None:
    five = await people(make)

    async def cost() -> int:
        async with house.db.read() as conn:
            before = house.db.statements
            await compute.rising_tags(conn, ids.now_ms())
            await compute.rising_statuses(conn, ids.now_ms())
            return house.db.statements - before

    for person in five:
        post = await make.status(person, "#one")
    await liked(house, make, post, five)
    few = await cost()
    for person in five:
        post = await make.status(person, "#one #two #three #four")
        await liked(house, make, post, five)
    assert await cost() == few == 5
