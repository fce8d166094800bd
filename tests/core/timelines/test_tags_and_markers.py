"""Followed hashtags, how much they are used, and how far one has read."""

from __future__ import annotations

import asyncio

import pytest
import time_machine

from stoa.core.errors import NotFound
from stoa.core.house import House
from stoa.core.relationships import follow
from stoa.core.timelines import markers, tags, views
from stoa.db.paging import Page
from tests.make import Make, Person


async def home(house: House, who: Person) -> list[int]:
    async with house.db.read() as conn:
        return [head.id for head in await views.home(conn, who.id, Page())]


async def want(house: House, who: Person, *names: str) -> None:
    async with house.db.write() as conn:
        for name in names:
            await tags.follow(conn, who.id, name)


async def test_a_followed_hashtag_brings_public_posts_of_anybody_home(house: House, make: Make) -> None:
    alice, bob, blocked = [await make.account(name) for name in ("alice", "bob", "blocked")]
    await make.block(alice, blocked)
    await want(house, alice, "#Cats")
    post = await make.status(bob, "#cats")
    await make.status(bob, "#cats", visibility="unlisted")
    await make.status(bob, "#dogs")
    await make.status(blocked, "#cats")
    await make.status(bob, "@blocked #cats")
    assert await home(house, alice) == [post]
    assert await home(house, blocked) != [post]


async def test_unfollowing_a_hashtag_takes_what_stood_for_it_only(house: House, make: Make) -> None:
    alice, bob, friend = [await make.account(name) for name in ("alice", "bob", "friend")]
    await make.follow(alice, friend)
    await want(house, alice, "cats", "dogs")
    await make.status(bob, "#cats")
    both = await make.status(bob, "#cats #dogs")
    theirs, own = await make.status(friend, "#cats"), await make.status(alice, "#cats")
    async with house.db.write() as conn:
        view = await tags.unfollow(conn, alice.id, "CATS")
    assert (view.name, view.following) == ("cats", False)
    assert await home(house, alice) == [own, theirs, both]
    async with house.db.write() as conn:
        await follow.unfollow(conn, alice.id, friend.id)
    assert await home(house, alice) == [own, both]


async def test_one_persons_hashtags_are_not_anothers(house: House, make: Make) -> None:
    alice, eve = await make.account("alice"), await make.account("eve")
    await want(house, alice, "cats")
    async with house.db.write() as conn:
        await tags.unfollow(conn, eve.id, "cats")
        assert (await tags.get(conn, "cats", alice.id)).following is True
        assert (await tags.get(conn, "cats", eve.id)).following is False
        assert (await tags.get(conn, "cats", None)).following is None
        assert len(await tags.followed(conn, alice.id, Page())) == 1
        assert await tags.followed(conn, eve.id, Page()) == []


async def test_following_at_once_makes_one_hashtag_and_one_follow(house: House, make: Make) -> None:
    alice = await make.account("alice")
    await asyncio.gather(*[want(house, alice, name) for name in ("Cats", "cats", "CATS")])
    async with house.db.read() as conn:
        assert len(await tags.followed(conn, alice.id, Page())) == 1


@pytest.mark.parametrize("name", ["", "#", "two words", "a-b", "123", "x" * 300, "a/b", "<b>"])
async def test_what_cannot_stand_in_a_post_is_no_hashtag(house: House, make: Make, name: str) -> None:
    alice = await make.account("alice")
    async with house.db.write() as conn:
        with pytest.raises(NotFound):
            await tags.get(conn, name, alice.id)
        for verb in (tags.follow, tags.unfollow):
            with pytest.raises(NotFound):
                await verb(conn, alice.id, name)


async def test_history_counts_public_uses_and_people_of_seven_days(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    noon = 1_800_000_000 // 86_400 * 86_400 + 43_200
    with time_machine.travel(noon - 8 * 86_400, tick=True):
        await make.status(alice, "#cats")
    with time_machine.travel(noon - 2 * 86_400, tick=True):
        await make.status(alice, "#cats")
        await make.status(alice, "#cats again")
        await make.status(bob, "#Cats")
        await make.status(bob, "#cats", visibility="private")
    with time_machine.travel(noon, tick=True):
        await make.status(bob, "#cats")
        async with house.db.read() as conn:
            view = await tags.get(conn, "CATS", None)
            unused = await tags.get(conn, "nothing", None)
    assert [(day.uses, day.accounts) for day in view.history] == [
        (1, 1), (0, 0), (3, 2), (0, 0), (0, 0), (0, 0), (0, 0),
    ]  # fmt: skip
    assert [day.day for day in view.history] == [noon - 43_200 - n * 86_400 for n in range(7)]
    assert (unused.id, unused.name, [day.uses for day in unused.history]) == (0, "nothing", [0] * 7)


async def test_a_marker_says_how_far_and_grows_a_version(house: House, make: Make) -> None:
    alice, eve = await make.account("alice"), await make.account("eve")
    async with house.db.write() as conn:
        assert await markers.load(conn, alice.id, markers.TIMELINES) == {}
        first = await markers.save(conn, alice.id, {"home": 5})
        assert {name: (one.last_read_id, one.version) for name, one in first.items()} == {"home": (5, 1)}
        second = await markers.save(conn, alice.id, {"home": 7, "notifications": 2**62})
        assert (second["home"].last_read_id, second["home"].version) == (7, 2)
        assert second["notifications"].last_read_id == 2**62
        assert await markers.load(conn, eve.id, markers.TIMELINES) == {}


async def test_markers_saved_at_once_are_all_counted(house: House, make: Make) -> None:
    alice = await make.account("alice")

    async def save(place: int) -> None:
        async with house.db.write() as conn:
            await markers.save(conn, alice.id, {"home": place})

    await asyncio.gather(*[save(n) for n in range(5)])
    async with house.db.read() as conn:
        assert (await markers.load(conn, alice.id, ["home"]))["home"].version == 5
