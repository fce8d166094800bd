"""Follows and requests: who is followed at once, what is counted, who may not."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from stoa.core import events
from stoa.core.accounts import views as account_views
from stoa.core.errors import Forbidden, Invalid, NotFound, Unprocessable
from stoa.core.house import House
from stoa.core.relationships import block, follow, views
from stoa.core.relationships.model import Relationship
from stoa.db.paging import Page
from tests.make import Make


async def relation(house: House, viewer: int, account: int) -> Relationship:
    async with house.db.read() as conn:
        return await views.relationship(conn, viewer, account)


async def counts(house: House, account: int) -> tuple[int, int]:
    async with house.db.read() as conn:
        row = (await account_views.counters(conn, [account]))[account]
        return row.followers_count, row.following_count


async def follows(house: House, follower: int, target: int, **options: Any) -> list[object]:
    async with house.db.write() as conn:
        await follow.follow(conn, follower, target, **options)
        return list(conn.events)


async def test_an_open_account_is_followed_at_once_and_counted(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    happened = await follows(house, alice.id, bob.id)
    assert events.Followed(alice.id, bob.id) in happened
    seen = await relation(house, alice.id, bob.id)
    assert (seen.following, seen.showing_reblogs, seen.notifying, seen.languages) == (
        True,
        True,
        False,
        None,
    )
    assert (await relation(house, bob.id, alice.id)).followed_by
    assert await counts(house, bob.id) == (1, 0)
    assert await counts(house, alice.id) == (0, 1)


async def test_following_twice_counts_once_and_changes_what_is_shown(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    await follows(house, alice.id, bob.id)
    async with house.db.write() as conn:
        await follow.follow(conn, alice.id, bob.id, show_reblogs=False, notify=True, languages=["de", "en"])
        assert conn.events == []
    seen = await relation(house, alice.id, bob.id)
    assert (seen.showing_reblogs, seen.notifying, seen.languages) == (False, True, ("de", "en"))
    async with house.db.write() as conn:
        await follow.follow(conn, alice.id, bob.id, languages=[])
    seen = await relation(house, alice.id, bob.id)
    assert (seen.showing_reblogs, seen.languages) == (False, None)
    assert await counts(house, bob.id) == (1, 0)


async def test_follows_at_the_same_time_count_once(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    await asyncio.gather(*[follows(house, alice.id, bob.id) for _ in range(6)])
    assert await counts(house, bob.id) == (1, 0)
    assert await counts(house, alice.id) == (0, 1)


async def test_a_follow_and_a_block_at_the_same_time_leave_no_follow_beside_the_block(
    house: House, make: Make
) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")

    async def blocks() -> None:
        async with house.db.write() as conn:
            await block.block(conn, bob.id, alice.id)

    await asyncio.gather(follows(house, alice.id, bob.id), blocks(), return_exceptions=True)
    seen = await relation(house, alice.id, bob.id)
    assert seen.blocked_by
    assert not seen.following
    assert await counts(house, bob.id) == (0, 0)


async def test_a_locked_account_is_asked_and_may_accept(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob", locked=True)
    happened = await follows(house, alice.id, bob.id, show_reblogs=False, notify=True)
    assert events.FollowRequested(alice.id, bob.id) in happened
    seen = await relation(house, alice.id, bob.id)
    assert (seen.following, seen.requested, seen.notifying) == (False, True, True)
    assert (await relation(house, bob.id, alice.id)).requested_by
    assert await counts(house, bob.id) == (0, 0)
    async with house.db.write() as conn:
        await follow.accept(conn, bob.id, alice.id)
        assert events.Followed(alice.id, bob.id) in conn.events
    seen = await relation(house, alice.id, bob.id)
    assert (seen.following, seen.requested, seen.showing_reblogs, seen.notifying) == (
        True,
        False,
        False,
        True,
    )
    assert await counts(house, bob.id) == (1, 0)


async def test_an_account_elsewhere_is_asked(house: House, make: Make) -> None:
    alice, carl = await make.account("alice"), await make.remote("carl@there.example")
    await follows(house, alice.id, carl)
    seen = await relation(house, alice.id, carl)
    assert (seen.following, seen.requested) == (False, True)


async def test_a_request_can_be_rejected_or_withdrawn_once(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob", locked=True)
    await follows(house, alice.id, bob.id)
    async with house.db.write() as conn:
        await follow.reject(conn, bob.id, alice.id)
        assert conn.events[0] == events.FollowRejected(alice.id, bob.id)
    with pytest.raises(NotFound):
        async with house.db.write() as conn:
            await follow.reject(conn, bob.id, alice.id)
    with pytest.raises(NotFound):
        async with house.db.write() as conn:
            await follow.accept(conn, bob.id, alice.id)
    await follows(house, alice.id, bob.id)
    async with house.db.write() as conn:
        await follow.unfollow(conn, alice.id, bob.id)
        assert events.Unfollowed(alice.id, bob.id) in conn.events
    assert not (await relation(house, alice.id, bob.id)).requested


async def test_only_the_one_asked_can_accept(house: House, make: Make) -> None:
    alice, bob, eve = [await make.account(name, locked=True) for name in ("alice", "bob", "eve")]
    await follows(house, alice.id, bob.id)
    for not_asked in (eve.id, alice.id):
        with pytest.raises(NotFound):
            async with house.db.write() as conn:
                await follow.accept(conn, not_asked, alice.id)
    assert (await relation(house, alice.id, bob.id)).requested


async def test_unfollowing_is_counted_once_and_said_once(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    await follows(house, alice.id, bob.id)
    for expected in ([events.Unfollowed(alice.id, bob.id)], []):
        async with house.db.write() as conn:
            await follow.unfollow(conn, alice.id, bob.id)
            assert conn.events == expected
    assert await counts(house, bob.id) == (0, 0)


async def test_a_follower_can_be_removed(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    await follows(house, alice.id, bob.id)
    await follows(house, bob.id, alice.id)
    async with house.db.write() as conn:
        await follow.remove_follower(conn, bob.id, alice.id)
    seen = await relation(house, alice.id, bob.id)
    assert (seen.following, seen.followed_by) == (False, True)


async def test_blocks_moves_suspensions_and_oneself_cannot_be_followed(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    moved = await make.account("moved", moved_to_id=bob.id)
    gone = await make.account("gone", suspended_at=1)
    unapproved = await make.account("unapproved", approved=False)
    async with house.db.write() as conn:
        await block.block(conn, bob.id, alice.id)
    cases = {
        alice.id: Forbidden, bob.id: Forbidden, moved.id: Forbidden,
        gone.id: NotFound, unapproved.id: NotFound, 12345: NotFound,
    }  # fmt: skip
    for target, refusal in cases.items():
        with pytest.raises(refusal):
            await follows(house, alice.id, target)
    with pytest.raises(Forbidden):
        await follows(house, bob.id, alice.id)


async def test_there_is_a_limit_to_how_many_one_follows(house: House, make: Make) -> None:
    alice, bob = await make.account("alice", following_count=7500), await make.account("bob")
    with pytest.raises(Unprocessable, match="7500"):
        await follows(house, alice.id, bob.id)
    known = await make.account("known", following_count=7500, followers_count=8000)
    await follows(house, known.id, bob.id)
    assert (await relation(house, known.id, bob.id)).following


TOO_MANY = [f"{first}{second}" for first in "ab" for second in "abcdefghijklmnopqrstuvwxyz"]


@pytest.mark.parametrize("languages", [["english language"], ["%"], ['en"'], TOO_MANY])
async def test_what_is_no_language_is_refused(house: House, make: Make, languages: list[str]) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    with pytest.raises(Invalid, match="Languages is invalid"):
        async with house.db.write() as conn:
            await follow.follow(conn, alice.id, bob.id, languages=languages)


async def test_lists_of_followers_are_paged_by_the_follow_and_hide_what_they_must(
    house: House, make: Make
) -> None:
    star = await make.account("star")
    fans = [await make.account(f"fan{n}") for n in range(5)]
    for fan in fans:
        await follows(house, fan.id, star.id)
    async with house.db.read() as conn:
        first = await views.followers(conn, star.id, None, Page(limit=3))
        rest = await views.followers(conn, star.id, None, Page(limit=3, max_id=first[-1].id))
        assert [row.account_id for row in [*first, *rest]] == [fan.id for fan in reversed(fans)]
    viewer = await make.account("viewer")
    async with house.db.write() as conn:
        await block.block(conn, viewer.id, fans[0].id)
        await block.block(conn, fans[1].id, viewer.id)
        await block.block(conn, star.id, fans[4].id)
    async with house.db.read() as conn:
        seen = await views.followers(conn, star.id, viewer.id, Page())
        assert [row.account_id for row in seen] == [fans[3].id, fans[2].id]
        own = await views.followers(conn, star.id, star.id, Page())
        assert len(own) == 4
        assert await views.followers(conn, star.id, fans[4].id, Page()) == []


async def test_hidden_collections_are_shown_to_their_owner_only(house: House, make: Make) -> None:
    shy, bob = await make.account("shy", hide_collections=True), await make.account("bob")
    await follows(house, shy.id, bob.id)
    await follows(house, bob.id, shy.id)
    async with house.db.read() as conn:
        for viewer in (None, bob.id):
            assert await views.followers(conn, shy.id, viewer, Page()) == []
            assert await views.following(conn, shy.id, viewer, Page()) == []
        assert len(await views.followers(conn, shy.id, shy.id, Page())) == 1
        assert len(await views.following(conn, shy.id, shy.id, Page())) == 1


async def test_familiar_followers_are_those_the_viewer_follows(house: House, make: Make) -> None:
    viewer, star, shy = (
        await make.account("viewer"),
        await make.account("star"),
        await make.account("shy", hide_collections=True),
    )
    friend, stranger = await make.account("friend"), await make.account("stranger")
    await follows(house, viewer.id, friend.id)
    for follower in (friend, stranger, viewer):
        await follows(house, follower.id, star.id)
        await follows(house, follower.id, shy.id)
    async with house.db.read() as conn:
        found = await views.familiar_followers(conn, viewer.id, [star.id, shy.id])
    assert found == {star.id: [friend.id], shy.id: []}
