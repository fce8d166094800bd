"""Who is told of what, who is not, and what is no longer told when it is undone."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine

from stoa import ids
from stoa.core.accounts import store as accounts
from stoa.core.errors import NotFound
from stoa.core.house import House
from stoa.core.notifications import store, views
from stoa.core.policy.draft import Draft, PollDraft
from stoa.core.relationships import block, follow, mute
from stoa.core.statuses import delete, edit, favourite, polls, reblog
from stoa.core.statuses import mute as conversation
from stoa.core.statuses.visibility import require_visible
from stoa.core.timelines import markers
from stoa.db.paging import Page
from stoa.jobs.worker import Worker
from stoa.main import handlers
from tests.make import Make, Person

Told = list[tuple[str, int, int | None]]


async def told(house: House, who: Person, **wish: Any) -> Told:
    """(type, from whom, of which status), newest first."""
    async with house.db.read() as conn:
        found = await views.page(conn, who.id, Page(limit=40), views.Wish(**wish))
    return [(one.type, one.from_account_id, one.status_id) for one in found]


async def like(house: House, who: Person, status_id: int) -> None:
    async with house.db.write() as conn:
        await favourite.favourite(conn, who.id, status_id)


async def boost(house: House, who: Person, status_id: int) -> int:
    async with house.db.write() as conn:
        return await reblog.reblog(conn, who.id, status_id, house.addresses)


async def people(make: Make, *names: str) -> list[Person]:
    return [await make.account(name) for name in names]


async def test_mentions_favourites_boosts_and_follows_are_told(house: House, make: Make) -> None:
    alice, bob = await people(make, "alice", "bob")
    post = await make.status(alice)
    mention = await make.status(bob, "@alice look", visibility="private")
    await like(house, bob, post)
    await boost(house, bob, post)
    await make.follow(bob, alice)
    assert await told(house, alice) == [
        ("follow", bob.id, None),
        ("reblog", bob.id, post),
        ("favourite", bob.id, post),
        ("mention", bob.id, mention),
    ]
    assert await told(house, bob) == []


async def test_nobody_is_told_of_what_they_do_themselves(house: House, make: Make) -> None:
    (alice,) = await people(make, "alice")
    post = await make.status(alice, "@alice a note")
    await like(house, alice, post)
    await boost(house, alice, post)
    assert await told(house, alice) == []


async def test_what_is_undone_is_no_longer_told(house: House, make: Make) -> None:
    alice, bob = await people(make, "alice", "bob")
    post = await make.status(alice)
    mention = await make.status(bob, "@alice look")
    await like(house, bob, post)
    boosted = await boost(house, bob, post)
    await make.follow(bob, alice)
    assert len(await told(house, alice)) == 4
    async with house.db.write() as conn:
        await favourite.unfavourite(conn, bob.id, post)
        await delete.delete(conn, bob.id, boosted)
        await delete.delete(conn, bob.id, mention)
        await follow.unfollow(conn, bob.id, alice.id)
    assert await told(house, alice) == []
    await like(house, bob, post)
    async with house.db.write() as conn:
        await delete.delete(conn, alice.id, post)
    assert await told(house, alice) == []


async def test_undoing_one_thing_leaves_what_others_did(house: House, make: Make) -> None:
    alice, bob, carol = await people(make, "alice", "bob", "carol")
    first, second = await make.status(alice), await make.status(alice)
    for who in (bob, carol):
        for post in (first, second):
            await like(house, who, post)
    async with house.db.write() as conn:
        await favourite.unfavourite(conn, bob.id, first)
    assert set(await told(house, alice)) == {
        ("favourite", carol.id, first),
        ("favourite", carol.id, second),
        ("favourite", bob.id, second),
    }


async def test_a_request_is_told_until_it_is_answered_or_withdrawn(house: House, make: Make) -> None:
    alice, bob = await make.account("alice", locked=True), await make.account("bob")
    for answer, left in (
        (follow.reject, []),
        (follow.accept, [("follow", bob.id, None)]),
    ):
        async with house.db.write() as conn:
            await follow.follow(conn, bob.id, alice.id)
        assert await told(house, alice) == [("follow_request", bob.id, None)]
        async with house.db.write() as conn:
            await answer(conn, alice.id, bob.id)
        assert await told(house, alice) == left
    async with house.db.write() as conn:
        await follow.unfollow(conn, bob.id, alice.id)
        await follow.follow(conn, bob.id, alice.id)
    assert await told(house, alice) == [("follow_request", bob.id, None)]
    async with house.db.write() as conn:
        await follow.unfollow(conn, bob.id, alice.id)
    assert await told(house, alice) == []


async def everything(house: House, make: Make, target: Person, source: Person) -> None:
    """All that *source* can do to *target*."""
    post = await make.status(target)
    await make.status(source, f"@{target.username} look")
    await like(house, source, post)
    await boost(house, source, post)


async def test_the_blocked_and_the_muted_are_not_heard(house: House, make: Make) -> None:
    alice, muted, quiet, before = await people(make, "alice", "muted", "quiet", "before")
    await everything(house, make, alice, before)
    assert len(await told(house, alice)) == 3
    async with house.db.write() as conn:
        await mute.mute(conn, alice.id, muted.id)
        await mute.mute(conn, alice.id, quiet.id, hide_notifications=False)
        await block.block(conn, alice.id, before.id)
    await everything(house, make, alice, muted)
    assert await told(house, alice) == []
    await everything(house, make, alice, quiet)
    assert {one[1] for one in await told(house, alice)} == {quiet.id}
    async with house.db.write() as conn:
        await block.unblock(conn, alice.id, before.id)
    assert {one[1] for one in await told(house, alice)} == {quiet.id}


async def test_a_mute_hides_what_was_told_before_while_it_lasts(house: House, make: Make) -> None:
    alice, bob = await people(make, "alice", "bob")
    await everything(house, make, alice, bob)
    async with house.db.write() as conn:
        await mute.mute(conn, alice.id, bob.id, duration=60)
    assert await told(house, alice) == []
    with time_machine.travel(ids.now_ms() / 1000 + 61, tick=True):
        assert len(await told(house, alice)) == 3


async def test_whoever_blocks_is_not_heard_and_the_suspended_neither(house: House, make: Make) -> None:
    alice, bob, carol = await people(make, "alice", "bob", "carol")
    await everything(house, make, alice, bob)
    await everything(house, make, alice, carol)
    await make.block(bob, alice)
    async with house.db.write() as conn:
        await accounts.change(conn, carol.id, suspended_at=1)
    assert await told(house, alice) == []


async def test_the_limited_are_heard_by_those_who_follow_them(house: House, make: Make) -> None:
    alice, fan = await people(make, "alice", "fan")
    limited = await make.account("limited")
    await make.follow(fan, limited)
    async with house.db.write() as conn:
        await accounts.change(conn, limited.id, limited_at=1)
    for target in (alice, fan):
        await everything(house, make, target, limited)
    assert await told(house, alice) == []
    assert len(await told(house, fan)) == 3


async def test_a_muted_conversation_is_silent(house: House, make: Make) -> None:
    alice, bob = await people(make, "alice", "bob")
    post = await make.status(alice)
    async with house.db.write() as conn:
        await conversation.mute(conn, alice.id, post)
    await make.status(bob, "@alice and another thing", in_reply_to_id=post)
    await like(house, bob, post)
    assert await told(house, alice) == []
    mention = await make.status(bob, "@alice elsewhere")
    assert await told(house, alice) == [("mention", bob.id, mention)]


async def test_whoever_watches_is_told_of_new_posts(house: House, make: Make) -> None:
    alice, bob, carol = await people(make, "alice", "bob", "carol")
    async with house.db.write() as conn:
        await follow.follow(conn, alice.id, bob.id, notify=True)
        await follow.follow(conn, carol.id, bob.id)
    post = await make.status(bob, visibility="private")
    await make.status(bob, in_reply_to_id=await make.status(carol))
    await boost(house, bob, await make.status(carol))
    named = await make.status(bob, "@alice hello")
    assert await told(house, alice) == [("mention", bob.id, named), ("status", bob.id, post)]
    assert "status" not in [one[0] for one in await told(house, carol)]


async def test_an_edit_is_told_once_to_those_who_boosted(house: House, make: Make) -> None:
    alice, bob, carol = await people(make, "alice", "bob", "carol")
    post = await make.status(alice, "@carol first")
    await boost(house, bob, post)
    for text in ("@bob second", "@bob third"):
        async with house.db.write() as conn:
            await edit.edit(
                conn, post, Draft(account_id=alice.id, text=text), house.settings, house.addresses
            )
    assert sorted(await told(house, bob)) == [("mention", alice.id, post), ("update", alice.id, post)]
    assert await told(house, carol) == []
    assert [one[0] for one in await told(house, alice)] == ["reblog"]


async def test_the_end_of_a_poll_is_told_to_voters_and_its_author(house: House, make: Make) -> None:
    alice, bob, carol = await people(make, "alice", "bob", "carol")
    post = await make.status(alice, "?", poll=PollDraft(options=("yes", "no"), expires_in=300))
    async with house.db.read() as conn:
        poll_id = (await require_visible(conn, post, alice.id)).poll_id
    async with house.db.write() as conn:
        await polls.vote(conn, poll_id, bob.id, [0])
    end = ids.now_ms() + 301_000
    with time_machine.travel(end / 1000, tick=True):
        await Worker(house.db, handlers.of(house)).drain()
        for who in (alice, bob):
            assert await told(house, who) == [("poll", alice.id, post)]
        assert await told(house, carol) == []


async def test_a_quote_is_told(house: House, make: Make) -> None:
    alice, bob = await people(make, "alice", "bob")
    quote = await make.status(bob, "so true", quote_of_id=await make.status(alice))
    assert await told(house, alice) == [("quote", bob.id, quote)]


async def test_nobody_elsewhere_is_told_by_us(house: House, make: Make) -> None:
    alice, carl = await make.account("alice"), await make.remote("carl@there.example")
    post = await make.status(carl, "", uri="https://there.example/1", content="<p>Hi</p>")
    await like(house, alice, post)
    async with house.db.read() as conn:
        assert await views.page(conn, carl, Page()) == []


async def test_notifications_are_narrowed_by_type_and_sender(house: House, make: Make) -> None:
    alice, bob, carol = await people(make, "alice", "bob", "carol")
    await everything(house, make, alice, bob)
    await everything(house, make, alice, carol)
    assert {one[0] for one in await told(house, alice, types=["mention"])} == {"mention"}
    assert {one[0] for one in await told(house, alice, without=["mention"])} == {
        "favourite",
        "reblog",
    }
    assert {one[1] for one in await told(house, alice, sender=bob.id)} == {bob.id}
    narrowed = await told(house, alice, types=["mention", "reblog"], without=["reblog"], sender=bob.id)
    assert [one[:2] for one in narrowed] == [("mention", bob.id)]
    assert await told(house, alice, types=["no such"]) == []


async def test_unread_ones_are_counted_from_the_marker(house: House, make: Make) -> None:
    alice, bob = await people(make, "alice", "bob")
    await everything(house, make, alice, bob)
    async with house.db.read() as conn:
        assert await views.unread_count(conn, alice.id, 100) == 3
        assert await views.unread_count(conn, alice.id, 2) == 2
        assert await views.unread_count(conn, alice.id, 100, views.Wish(["mention"])) == 1
        newest, second, _ = await views.page(conn, alice.id, Page())
    async with house.db.write() as conn:
        await markers.save(conn, alice.id, {"notifications": second.id})
        assert await views.unread_count(conn, alice.id, 100) == 1
        await markers.save(conn, alice.id, {"notifications": newest.id})
        assert await views.unread_count(conn, alice.id, 100) == 0


async def test_notifications_of_others_are_not_there(house: House, make: Make) -> None:
    alice, bob, eve = await people(make, "alice", "bob", "eve")
    await everything(house, make, alice, bob)
    async with house.db.read() as conn:
        one = (await views.page(conn, alice.id, Page()))[0]
        assert await views.get(conn, one.id, alice.id) == one
        with pytest.raises(NotFound):
            await views.get(conn, one.id, eve.id)
    with pytest.raises(NotFound):
        async with house.db.write() as conn:
            await views.dismiss(conn, one.id, eve.id)
    async with house.db.write() as conn:
        await store.clear(conn, eve.id)
    assert len(await told(house, alice)) == 3
    async with house.db.write() as conn:
        await views.dismiss(conn, one.id, alice.id)
    assert len(await told(house, alice)) == 2
    async with house.db.write() as conn:
        await store.clear(conn, alice.id)
    assert await told(house, alice) == []


async def test_what_may_no_longer_be_seen_is_not_told(house: House, make: Make) -> None:
    alice, bob = await people(make, "alice", "bob")
    await make.follow(alice, bob)
    async with house.db.write() as conn:
        await follow.follow(conn, alice.id, bob.id, notify=True)
    await make.status(bob, visibility="private")
    assert [one[0] for one in await told(house, alice)] == ["status"]
    async with house.db.write() as conn:
        await follow.remove_follower(conn, bob.id, alice.id)
    assert await told(house, alice) == []


async def test_likes_of_one_post_share_a_group(house: House, make: Make) -> None:
    alice, bob, carol = await people(make, "alice", "bob", "carol")
    with time_machine.travel(1_800_000_000, tick=True):
        post, other = await make.status(alice), await make.status(alice)
        await like(house, bob, post)
        await like(house, carol, post)
        await like(house, bob, other)
        await make.status(bob, "@alice hello")
        async with house.db.read() as conn:
            mention, alone, second, first = await views.page(conn, alice.id, Page())
    assert first.group_key == second.group_key != alone.group_key
    assert mention.group_key == f"ungrouped-{mention.id}"


@pytest.mark.parametrize("rows", [1, 40])
async def test_a_page_is_one_query_however_long(house: House, make: Make, rows: int) -> None:
    alice, bob = await people(make, "alice", "bob")
    for n in range(rows):
        await make.status(bob, f"@alice {n}")
    async with house.db.read() as conn:
        before = house.db.statements
        assert len(await views.page(conn, alice.id, Page(limit=40))) == rows
        assert house.db.statements == before + 1


async def test_who_quoted_a_post_is_told_that_it_was_edited(house: House, make: Make) -> None:
    alice, bob, carol = await people(make, "alice", "bob", "carol")
    post = await make.status(alice)
    quoting = await make.status(bob, "See this", quote_of_id=post)
    await make.status(carol, "And this")
    for text in ("Better", "Best"):
        async with house.db.write() as conn:
            draft = Draft(account_id=alice.id, text=text)
            await edit.edit(conn, post, draft, house.settings, house.addresses)
    assert await told(house, bob) == [("quoted_update", alice.id, quoting)]
    assert await told(house, carol) == []
