"""Conversations: one row for each who takes part, the last post, read or not."""

from __future__ import annotations

import pytest

from stoa.core.errors import NotFound
from stoa.core.house import House
from stoa.core.relationships import mute
from stoa.core.statuses import delete
from stoa.core.statuses import mute as muting
from stoa.core.timelines import conversations
from stoa.core.timelines.conversations import ConversationView
from stoa.db.paging import Page
from tests.make import Make, Person


async def mine(house: House, who: Person) -> list[ConversationView]:
    async with house.db.read() as conn:
        return await conversations.mine(conn, who.id, Page())


async def say(make: Make, who: Person, text: str, to: int | None = None) -> int:
    return await make.status(who, text, visibility="direct", in_reply_to_id=to)


async def test_all_who_take_part_have_the_last_post(house: House, make: Make) -> None:
    alice, bob, eve = [await make.account(name) for name in ("alice", "bob", "eve")]
    first = await say(make, alice, "@bob psst")
    (at_alice,), (at_bob,) = await mine(house, alice), await mine(house, bob)
    assert (at_alice.participant_ids, at_alice.last_status_id, at_alice.unread) == ((bob.id,), first, False)
    assert (at_bob.participant_ids, at_bob.last_status_id, at_bob.unread) == ((alice.id,), first, True)
    answer = await say(make, bob, "@alice yes?", first)
    (after,) = await mine(house, alice)
    assert (after.id, after.last_status_id, after.unread) == (at_alice.id, answer, True)
    assert not (await mine(house, bob))[0].unread
    assert await mine(house, eve) == []


async def test_only_direct_posts_make_conversations(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    for visibility in ("public", "unlisted", "private"):
        await make.status(alice, "@bob hello", visibility=visibility)
    assert await mine(house, bob) == []


async def test_newest_conversations_come_first(house: House, make: Make) -> None:
    alice, bob, carol = [await make.account(name) for name in ("alice", "bob", "carol")]
    first = await say(make, bob, "@alice one")
    await say(make, carol, "@alice two")
    await say(make, bob, "@alice one again", first)
    assert [view.participant_ids for view in await mine(house, alice)] == [(bob.id,), (carol.id,)]


async def test_reading_is_marked_by_their_owner_only(house: House, make: Make) -> None:
    alice, bob, eve = [await make.account(name) for name in ("alice", "bob", "eve")]
    await say(make, alice, "@bob psst")
    (view,) = await mine(house, bob)
    for stranger in (alice, eve):
        for attempt in (conversations.mark, conversations.remove):
            options = {"unread": False} if attempt is conversations.mark else {}
            with pytest.raises(NotFound):
                async with house.db.write() as conn:
                    await attempt(conn, view.id, stranger.id, **options)
    for unread in (False, True):
        async with house.db.write() as conn:
            assert (await conversations.mark(conn, view.id, bob.id, unread=unread)).unread is unread
        assert (await mine(house, bob))[0].unread is unread


async def test_what_is_put_away_comes_back_with_the_next_post(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    first = await say(make, alice, "@bob psst")
    (view,) = await mine(house, bob)
    async with house.db.write() as conn:
        await conversations.remove(conn, view.id, bob.id)
    assert await mine(house, bob) == []
    assert len(await mine(house, alice)) == 1
    await say(make, alice, "@bob still there?", first)
    assert len(await mine(house, bob)) == 1


async def test_a_deleted_post_gives_way_to_the_one_before(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    other = await say(make, bob, "@alice else")
    first = await say(make, alice, "@bob psst")
    second = await say(make, alice, "@bob hello?", first)
    for gone, left in ((second, [first, other]), (first, [other])):
        async with house.db.write() as conn:
            await delete.delete(conn, alice.id, gone)
        assert [view.last_status_id for view in await mine(house, bob)] == left


async def test_the_muted_and_muted_threads_do_not_call(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    first = await say(make, alice, "@bob psst")
    (view,) = await mine(house, bob)
    async with house.db.write() as conn:
        await conversations.mark(conn, view.id, bob.id, unread=False)
        await muting.mute(conn, bob.id, first)
    await say(make, alice, "@bob PSST", first)
    assert [one.unread for one in await mine(house, bob)] == [False]
    async with house.db.write() as conn:
        await mute.mute(conn, bob.id, alice.id)
    assert await mine(house, bob) == []


async def test_a_note_to_oneself_is_a_conversation_without_others(house: House, make: Make) -> None:
    alice = await make.account("alice")
    await say(make, alice, "milk")
    assert [(view.participant_ids, view.unread) for view in await mine(house, alice)] == [((), False)]
