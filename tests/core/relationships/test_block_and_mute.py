"""Blocks end what was between two; mutes end by themselves."""

from __future__ import annotations

import pytest
import time_machine

from stoa import ids
from stoa.core import events
from stoa.core.errors import Forbidden, Invalid, NotFound
from stoa.core.house import House
from stoa.core.relationships import block, follow, mute, notes, store, views
from stoa.core.relationships.model import Relationship
from stoa.db.paging import Page
from tests.make import Make


async def relation(house: House, viewer: int, account: int) -> Relationship:
    async with house.db.read() as conn:
        return await views.relationship(conn, viewer, account)


async def test_a_block_ends_follows_and_requests_both_ways(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    async with house.db.write() as conn:
        await follow.follow(conn, alice.id, bob.id)
        await follow.follow(conn, bob.id, alice.id)
    async with house.db.write() as conn:
        await block.block(conn, alice.id, bob.id)
        assert conn.events == [
            events.Unfollowed(alice.id, bob.id),
            events.Unfollowed(bob.id, alice.id, by_target=True),
            events.Blocked(alice.id, bob.id),
        ]
    seen = await relation(house, alice.id, bob.id)
    assert (seen.blocking, seen.following, seen.followed_by) == (True, False, False)
    assert (await relation(house, bob.id, alice.id)).blocked_by
    async with house.db.write() as conn:
        await block.block(conn, alice.id, bob.id)
        assert conn.events == []


async def test_a_block_turns_a_request_down(house: House, make: Make) -> None:
    alice, bob = await make.account("alice", locked=True), await make.account("bob", locked=True)
    async with house.db.write() as conn:
        await follow.follow(conn, bob.id, alice.id)
        await follow.follow(conn, alice.id, bob.id)
    async with house.db.write() as conn:
        await block.block(conn, alice.id, bob.id)
        assert conn.events == [
            events.Unfollowed(alice.id, bob.id),
            events.FollowRejected(bob.id, alice.id),
            events.Blocked(alice.id, bob.id),
        ]
    seen = await relation(house, alice.id, bob.id)
    assert not seen.requested
    assert not seen.requested_by


async def test_an_unblock_is_said_once_and_brings_nothing_back(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    async with house.db.write() as conn:
        await follow.follow(conn, alice.id, bob.id)
        await block.block(conn, alice.id, bob.id)
    for expected in ([events.Unblocked(alice.id, bob.id)], []):
        async with house.db.write() as conn:
            await block.unblock(conn, alice.id, bob.id)
            assert conn.events == expected
    assert not (await relation(house, alice.id, bob.id)).following


async def test_nobody_blocks_or_mutes_themselves_or_nobody(house: House, make: Make) -> None:
    alice = await make.account("alice")
    for verb in (block.block, mute.mute):
        for target, refusal in ((alice.id, Forbidden), (12345, NotFound)):
            with pytest.raises(refusal):
                async with house.db.write() as conn:
                    await verb(conn, alice.id, target)


async def test_one_persons_block_is_not_another_persons(house: House, make: Make) -> None:
    alice, bob, eve = [await make.account(name) for name in ("alice", "bob", "eve")]
    async with house.db.write() as conn:
        await block.block(conn, alice.id, bob.id)
        await mute.mute(conn, alice.id, bob.id)
        await notes.write(conn, alice.id, bob.id, "rude")
    seen = await relation(house, eve.id, bob.id)
    assert (seen.blocking, seen.muting, seen.note) == (False, False, "")
    async with house.db.write() as conn:
        await block.unblock(conn, eve.id, bob.id)
        await mute.unmute(conn, eve.id, bob.id)
        await notes.write(conn, eve.id, bob.id, "")
    seen = await relation(house, alice.id, bob.id)
    assert (seen.blocking, seen.muting, seen.note) == (True, True, "rude")


async def test_a_mute_ends_by_itself(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    async with house.db.write() as conn:
        await mute.mute(conn, alice.id, bob.id, hide_notifications=False, duration=60)
    seen = await relation(house, alice.id, bob.id)
    assert (seen.muting, seen.muting_notifications) == (True, False)
    assert seen.muting_expires_at is not None
    assert 0 < seen.muting_expires_at - ids.now_ms() <= 60_000
    with time_machine.travel(seen.muting_expires_at / 1000 + 1, tick=True):
        later = await relation(house, alice.id, bob.id)
        assert (later.muting, later.muting_expires_at) == (False, None)
        async with house.db.read() as conn:
            assert await views.muted(conn, alice.id, Page()) == []
        async with house.db.write() as conn:
            await store.forget_expired_mutes(conn, ids.now_ms())
            assert not await store.remove_mute(conn, alice.id, bob.id)


async def test_a_mute_becomes_what_was_asked_for_last(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    async with house.db.write() as conn:
        await mute.mute(conn, alice.id, bob.id, duration=60)
    async with house.db.read() as conn:
        (before,) = await views.muted(conn, alice.id, Page())
    async with house.db.write() as conn:
        await mute.mute(conn, alice.id, bob.id, hide_notifications=False)
    async with house.db.read() as conn:
        (row,) = await views.muted(conn, alice.id, Page())
    assert (row.id, row.account_id, row.expires_at) == (before.id, bob.id, None)
    assert not (await relation(house, alice.id, bob.id)).muting_notifications


async def test_a_duration_beyond_all_bounds_is_cut(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    async with house.db.write() as conn:
        await mute.mute(conn, alice.id, bob.id, duration=2**62)
    assert (await relation(house, alice.id, bob.id)).muting


async def test_a_note_is_kept_changed_removed_and_limited(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    for comment in ("met in Łódź", "and again", ""):
        async with house.db.write() as conn:
            await notes.write(conn, alice.id, bob.id, comment)
        assert (await relation(house, alice.id, bob.id)).note == comment
    with pytest.raises(Invalid, match="too long"):
        async with house.db.write() as conn:
            await notes.write(conn, alice.id, bob.id, "x" * 2001)


async def test_relationships_keep_the_order_asked_for_in_one_query(house: House, make: Make) -> None:
    viewer = await make.account("viewer")
    others = [await make.account(f"other{n}") for n in range(4)]
    gone = await make.account("gone", suspended_at=1)
    asked = [others[2].id, gone.id, others[0].id, 999, others[2].id, others[1].id]
    async with house.db.read() as conn:
        before = house.db.statements
        found = await views.relationships(conn, viewer.id, asked)
        assert house.db.statements - before == 1
        assert [one.id for one in found] == [others[2].id, others[0].id, others[1].id]
        found = await views.relationships(conn, viewer.id, asked, with_suspended=True)
        assert [one.id for one in found] == [others[2].id, gone.id, others[0].id, others[1].id]
