"""What stands at home: the rules of fan-out, and what is asked again at every reading."""

from __future__ import annotations

import pytest
import time_machine

from stoa.core.accounts import store as accounts
from stoa.core.house import House
from stoa.core.relationships import block, follow, mute
from stoa.core.statuses import delete, reblog
from stoa.core.timelines import store, views
from stoa.core.timelines.views import Wish
from stoa.db.paging import Page
from tests.make import Make, Person


async def home(house: House, who: Person, limit: int = 40) -> list[int]:
    async with house.db.read() as conn:
        return [head.id for head in await views.home(conn, who.id, Page(limit=limit))]


async def boost(house: House, who: Person, status_id: int, visibility: str = "public") -> int:
    async with house.db.write() as conn:
        return await reblog.reblog(
            conn,
            who.id,
            status_id,
            house.addresses,
            visibility=visibility,  # type: ignore[arg-type]
        )


async def test_posts_of_the_followed_and_ones_own_are_at_home_newest_first(
    house: House, make: Make
) -> None:
    alice, bob, carol = [await make.account(name) for name in ("alice", "bob", "carol")]
    await make.follow(alice, bob)
    first = await make.status(bob)
    await make.status(carol)
    own = await make.status(alice, visibility="direct")
    last = await make.status(bob, visibility="unlisted")
    assert await home(house, alice) == [last, own, first]
    assert len(await home(house, carol)) == 1


async def test_private_posts_reach_followers_and_direct_ones_those_who_are_named(
    house: House, make: Make
) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    stranger = await make.account("stranger")
    await make.follow(alice, bob)
    private = await make.status(bob, visibility="private")
    await make.status(bob, "@stranger a secret", visibility="direct")
    direct = await make.status(bob, "@alice for you", visibility="direct")
    assert await home(house, alice) == [direct, private]
    assert await home(house, stranger) == []


async def test_answers_are_at_home_only_where_both_are_known(house: House, make: Make) -> None:
    alice, bob, friend, stranger = [
        await make.account(name) for name in ("alice", "bob", "friend", "stranger")
    ]
    await make.follow(alice, bob)
    await make.follow(alice, friend)
    by_friend, by_stranger, by_alice = [await make.status(one) for one in (friend, stranger, alice)]
    to_friend = await make.status(bob, in_reply_to_id=by_friend)
    await make.status(bob, in_reply_to_id=by_stranger)
    to_alice = await make.status(bob, in_reply_to_id=by_alice)
    to_self = await make.status(bob, in_reply_to_id=await make.status(bob))
    seen = await home(house, alice)
    assert {to_friend, to_alice, to_self} < set(seen)
    assert len(seen) == 6


async def test_boosts_are_at_home_unless_the_follow_says_no(house: House, make: Make) -> None:
    alice, bob, carol = [await make.account(name) for name in ("alice", "bob", "carol")]
    await make.follow(alice, bob)
    first = await boost(house, bob, await make.status(carol))
    assert await home(house, alice) == [first]
    async with house.db.write() as conn:
        await follow.follow(conn, alice.id, bob.id, show_reblogs=False)
    await boost(house, bob, await make.status(carol))
    assert await home(house, alice) == [first]


async def test_what_stands_near_the_top_is_not_boosted_to_it_again(house: House, make: Make) -> None:
    alice, bob, carol, dora = [await make.account(name) for name in ("alice", "bob", "carol", "dora")]
    for one in (bob, carol, dora):
        await make.follow(alice, one)
    original = await make.status(bob)
    await boost(house, carol, original)
    assert await home(house, alice) == [original]
    async with house.db.write() as conn:
        await store.clear(conn, alice.id)
    again = await boost(house, dora, original)
    assert await home(house, alice) == [again]
    posts = [await make.status(carol, f"{n}") for n in range(39)]
    await boost(house, bob, original, "unlisted")
    assert await home(house, alice) == [*reversed(posts), again]
    posts.append(await make.status(carol))
    async with house.db.write() as conn:
        await reblog.unreblog(conn, bob.id, original)
    much_later = await boost(house, bob, original)
    assert (await home(house, alice))[0] == much_later


async def test_ones_own_boost_is_at_home(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    mine = await boost(house, alice, await make.status(bob))
    assert await home(house, alice) == [mine]


async def test_languages_of_a_follow_are_heeded(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    async with house.db.write() as conn:
        await follow.follow(conn, alice.id, bob.id, languages=["uk", "de"])
    german = await make.status(bob, "Guten Tag", language="de")
    await make.status(bob, "Good day", language="en")
    await make.status(bob, "Dobryden", language="u")
    assert await home(house, alice) == [german]


async def test_a_blocked_author_is_not_timelined(house: House, make: Make) -> None:
    alice, bob, carol, _ = [await make.account(name) for name in ("alice", "bob", "carol", "dora")]
    await make.follow(alice, bob)
    await make.follow(alice, carol)
    before = await make.status(bob)
    by_bob_boosted = await boost(house, carol, await make.status(bob))
    await make.status(carol, "@dora look")
    about_bob = await make.status(carol, "@bob look")
    assert {before, about_bob} <= set(await home(house, alice))
    assert by_bob_boosted not in await home(house, alice)  # the post itself stands there already
    async with house.db.write() as conn:
        await block.block(conn, alice.id, bob.id)
    left = await home(house, alice)
    assert before not in left
    await boost(house, carol, await make.status(bob))
    await make.status(carol, "@bob look again")
    assert await home(house, alice) == left
    async with house.db.write() as conn:
        await block.unblock(conn, alice.id, bob.id)
    assert await home(house, alice) == left


async def test_whoever_blocks_the_reader_is_gone_from_their_home(house: House, make: Make) -> None:
    alice, bob, carol = [await make.account(name) for name in ("alice", "bob", "carol")]
    await make.follow(alice, bob)
    await make.follow(alice, carol)
    await make.status(bob)
    await boost(house, carol, await make.status(bob))
    await make.block(bob, alice)
    assert await home(house, alice) == []
    await boost(house, carol, await make.status(bob))
    assert await home(house, alice) == []


async def test_a_mute_hides_at_once_and_only_while_it_lasts(house: House, make: Make) -> None:
    alice, bob, carol = [await make.account(name) for name in ("alice", "bob", "carol")]
    await make.follow(alice, bob)
    await make.follow(alice, carol)
    before = await make.status(bob)
    boosted = await boost(house, carol, await make.status(bob, "another", visibility="public"))
    assert before in await home(house, alice)
    async with house.db.write() as conn:
        await mute.mute(conn, alice.id, bob.id, duration=3600)
    during = await make.status(bob)
    named = await make.status(carol, "@bob is named")
    assert await home(house, alice) == []
    with time_machine.travel(3601 + during / 65536 / 1000, tick=True):
        seen = await home(house, alice)
        assert {before, during} <= set(seen)
        assert named not in seen
        assert boosted not in seen


async def test_a_new_follow_brings_what_was_said_last_and_an_unfollow_takes_it(
    house: House, make: Make
) -> None:
    alice, bob, carol, stranger = [
        await make.account(name) for name in ("alice", "bob", "carol", "stranger")
    ]
    public = await make.status(bob)
    private = await make.status(bob, visibility="private")
    await make.status(bob, visibility="direct")
    await make.status(bob, in_reply_to_id=await make.status(stranger))
    boosted = await boost(house, bob, await make.status(stranger))
    await make.follow(alice, carol)
    theirs = await make.status(carol)
    async with house.db.write() as conn:
        await follow.follow(conn, alice.id, bob.id)
    assert await home(house, alice) == [theirs, boosted, private, public]
    async with house.db.write() as conn:
        await follow.unfollow(conn, alice.id, bob.id)
    assert await home(house, alice) == [theirs]


async def test_a_backfill_is_bounded(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    posts = [await make.status(bob, f"{n}") for n in range(store.BACKFILL + 3)]
    await make.follow(alice, bob)
    assert await home(house, alice, limit=100) == posts[3:][::-1]


async def test_a_removed_follower_no_longer_sees_private_posts(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob", locked=True)
    async with house.db.write() as conn:
        await follow.follow(conn, alice.id, bob.id)
    await make.status(bob, visibility="private")
    assert await home(house, alice) == []
    async with house.db.write() as conn:
        await follow.accept(conn, bob.id, alice.id)
    assert len(await home(house, alice)) == 1
    async with house.db.write() as conn:
        await follow.remove_follower(conn, bob.id, alice.id)
    assert await home(house, alice) == []


async def test_deleted_posts_and_suspended_authors_are_gone(house: House, make: Make) -> None:
    alice, bob, carol = [await make.account(name) for name in ("alice", "bob", "carol")]
    await make.follow(alice, bob)
    await make.follow(alice, carol)
    gone, kept = await make.status(bob), await make.status(carol)
    async with house.db.write() as conn:
        await delete.delete(conn, bob.id, gone)
    assert await home(house, alice) == [kept]
    async with house.db.write() as conn:
        await accounts.change(conn, carol.id, suspended_at=1)
    assert await home(house, alice) == []


async def test_pages_neither_skip_nor_repeat(house: House, make: Make) -> None:
    alice = await make.account("alice")
    posts = [await make.status(alice, f"{n}") for n in range(7)][::-1]
    async with house.db.read() as conn:
        seen: list[int] = []
        page = Page(limit=3)
        while heads := await views.home(conn, alice.id, page):
            seen += [head.id for head in heads]
            page = Page(limit=3, max_id=heads[-1].id)
        assert seen == posts
        upward = await views.home(conn, alice.id, Page(limit=3, min_id=posts[-1]))
        assert [head.id for head in upward] == posts[3:6]
        newest = await views.home(conn, alice.id, Page(limit=3, since_id=posts[-1]))
        assert [head.id for head in newest] == posts[:3]


async def test_homes_are_cut_to_their_newest(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    posts = [await make.status(alice, f"{n}") for n in range(6)][::-1]
    theirs = [await make.status(bob, f"{n}") for n in range(4)][::-1]
    async with house.db.write() as conn:
        assert not await store.trim(conn, kept=4)
    assert await home(house, alice) == posts[:4]
    assert await home(house, bob) == theirs


@pytest.mark.parametrize("rows", [1, 40])
async def test_a_page_is_one_query_however_long(house: House, make: Make, rows: int) -> None:
    alice = await make.account("alice")
    for n in range(rows):
        await make.status(alice, f"#cats {n}")
    async with house.db.read() as conn:
        before = house.db.statements
        assert len(await views.home(conn, alice.id, Page(limit=40))) == rows
        assert house.db.statements == before + 1
        assert len(await views.public(conn, alice.id, Page(limit=40), Wish(local=True))) == rows
        assert house.db.statements == before + 2
        assert len(await views.tagged(conn, None, "Cats", Page(limit=40))) == rows
        assert house.db.statements == before + 4


async def test_fan_out_is_one_statement_whatever_the_number_of_followers(house: House, make: Make) -> None:
    bob = await make.account("bob")
    spent = []
    for round_ in range(2):
        for n in range(1 + 5 * round_):
            await make.follow(await make.account(f"fan{round_}{n}"), bob)
        before = house.db.statements
        await make.status(bob)
        spent.append(house.db.statements - before)
    assert spent[0] == spent[1]
