"""Follows, blocks, favourites, votes and reports, as those elsewhere hear of them."""

from __future__ import annotations

from typing import Any

import pytest

from stoa.core.errors import Unprocessable
from stoa.core.house import House
from stoa.core.moderation import report
from stoa.core.policy.draft import PollDraft
from stoa.core.relationships import block, follow, views
from stoa.core.statuses import favourite, polls
from stoa.db import Query
from stoa.db.tables import follow_requests, follows, statuses
from stoa.federation.own_keys import INSTANCE
from tests.federation.deliver.post_office import PostOffice
from tests.make import Make, Person

CAROL = "https://there.example/users/carol"
INBOX = f"{CAROL}/inbox"
FOLLOW = "https://there.example/follows/1"
WHOLE = ("id", "type", "actor", "object")


async def _scalar(house: House, column: Any) -> Any:
    async with house.db.read() as conn:
        return await conn.scalar(Query(column.table.select().with_only_columns(column)))


async def _ask(house: House, alice: Person, carol: int) -> None:
    async with house.db.write() as conn:
        await follow.follow(conn, alice.id, carol)


async def test_a_follow_is_asked_for_under_an_id_that_is_kept_when_it_is_granted(
    house: House, make: Make, office: PostOffice
) -> None:
    alice, carol = await make.account("alice"), await office.neighbour()
    await _ask(house, alice, carol)
    letter = await office.letter()
    actor = house.addresses.actor(alice.id)
    assert letter.inboxes == [INBOX]
    assert letter.document["type"] == "Follow"
    assert (letter.document["actor"], letter.document["object"]) == (actor, CAROL)
    follow_id = letter.document["id"]
    assert await _scalar(house, follow_requests.c.uri) == follow_id
    async with house.db.write() as conn:
        await follow.accept(conn, carol, alice.id)
    assert await _scalar(house, follows.c.uri) == follow_id
    await office.clear()
    async with house.db.write() as conn:
        await follow.unfollow(conn, alice.id, carol)
    undo = (await office.letter()).document
    assert undo["type"] == "Undo"
    assert undo["object"] == {key: letter.document[key] for key in (*WHOLE, "to")}


async def test_a_follow_that_was_withdrawn_in_time_is_only_taken_back(
    house: House, make: Make, office: PostOffice
) -> None:
    alice, carol = await make.account("alice"), await office.neighbour()
    await _ask(house, alice, carol)
    async with house.db.write() as conn:
        await follow.unfollow(conn, alice.id, carol)
    assert [letter.kind for letter in await office.letters()] == ["Undo"]


async def test_who_is_followed_from_elsewhere_says_yes_with_the_whole_follow(
    house: House, make: Make, office: PostOffice
) -> None:
    alice, carol = await make.account("alice"), await office.neighbour()
    await office.followed(alice, carol)
    letter = await office.letter()
    assert letter.inboxes == [INBOX]
    assert letter.document["type"] == "Accept"
    actor = house.addresses.actor(alice.id)
    assert letter.document["object"] == {"id": FOLLOW, "type": "Follow", "actor": CAROL, "object": actor}


@pytest.mark.parametrize("say", ["accept", "reject"])
async def test_who_is_locked_answers_later(house: House, make: Make, office: PostOffice, say: str) -> None:
    alice, carol = await make.account("alice", locked=True), await office.neighbour()
    await office.followed(alice, carol)
    assert await office.letters() == []
    async with house.db.write() as conn:
        await getattr(follow, say)(conn, alice.id, carol)
    letter = await office.letter()
    assert letter.kind == say.title()
    assert letter.document["object"]["id"] == FOLLOW


async def test_a_follower_who_is_sent_away_gets_a_reject(
    house: House, make: Make, office: PostOffice
) -> None:
    alice = await make.account("alice")
    carol = await office.neighbour(follows=alice)
    async with house.db.write() as conn:
        await follow.remove_follower(conn, alice.id, carol)
    letter = await office.letter()
    assert (letter.kind, letter.document["object"]["id"]) == ("Reject", FOLLOW)


async def test_what_those_elsewhere_do_is_not_told_to_them(
    house: House, make: Make, office: PostOffice
) -> None:
    alice = await make.account("alice")
    carol = await office.neighbour(follows=alice)
    await _ask(house, alice, carol)
    async with house.db.write() as conn:
        await follow.accept(conn, carol, alice.id)
    await office.clear()
    async with house.db.write() as conn:
        await follow.unfollow(conn, carol, alice.id)
        await follow.remove_follower(conn, carol, alice.id)
        await block.block(conn, carol, alice.id)
        await block.unblock(conn, carol, alice.id)
    assert await office.letters() == []


async def test_a_block_ends_follows_both_ways_and_is_taken_back_under_its_id(
    house: House, make: Make, office: PostOffice
) -> None:
    alice = await make.account("alice")
    carol = await office.neighbour(follows=alice)
    await _ask(house, alice, carol)
    await office.clear()
    async with house.db.write() as conn:
        await block.block(conn, alice.id, carol)
    letters = await office.letters()
    assert [one.kind for one in letters] == ["Undo", "Reject", "Block"]
    said = letters[-1].document
    assert said["object"] == CAROL
    await office.clear()
    async with house.db.write() as conn:
        await block.unblock(conn, alice.id, carol)
    undo = (await office.letter()).document
    assert undo["object"]["id"] == said["id"]


async def test_a_favourite_is_a_like_and_taken_back_under_its_id(
    house: House, make: Make, office: PostOffice
) -> None:
    alice, carol = await make.account("alice"), await office.neighbour()
    status_id = await make.status(carol, uri="https://there.example/1", content="<p>One.</p>")
    likes = []
    for _ in range(2):
        async with house.db.write() as conn:
            await favourite.favourite(conn, alice.id, status_id)
        like = await office.letter()
        assert (like.kind, like.document["object"]) == ("Like", "https://there.example/1")
        assert like.inboxes == [INBOX]
        likes.append(like.document["id"])
        await office.clear()
        async with house.db.write() as conn:
            await favourite.unfavourite(conn, alice.id, status_id)
        undo = await office.letter()
        assert undo.document["object"] == {
            key: value for key, value in like.document.items() if key != "@context"
        }
        await office.clear()
    # Whoever remembers that the first is undone must not take the second for it.
    assert likes[0] != likes[1]


async def test_a_vote_goes_to_who_asks_a_choice_at_a_time_and_without_text(
    house: House, make: Make, office: PostOffice
) -> None:
    alice, carol = await make.account("alice"), await office.neighbour()
    await office.neighbour("dan@far.example", follows=alice)
    poll = PollDraft(options=("Tea", "Coffee", "Water"), multiple=True, expires_at=2**42)
    await make.status(carol, uri="https://there.example/1", content="<p>Which?</p>", poll=poll)
    poll_id = await _scalar(house, statuses.c.poll_id)
    for choices in ([0, 2], [1]):
        async with house.db.write() as conn:
            await polls.vote(conn, poll_id, alice.id, choices)
    letters = await office.letters()
    assert [one.document["object"]["name"] for one in letters] == ["Tea", "Water", "Coffee"]
    for letter in letters:
        note = letter.document["object"]
        assert letter.inboxes == [INBOX]
        assert (note["type"], note["inReplyTo"], note["to"]) == ("Note", "https://there.example/1", [CAROL])
        assert "content" not in note
    assert len({one.document["id"] for one in letters}) == 3
    with pytest.raises(Unprocessable):
        async with house.db.write() as conn:
            await polls.vote(conn, poll_id, alice.id, [0])
    assert len(await office.letters()) == 3


async def test_a_report_is_passed_on_in_the_name_of_the_server(
    house: House, make: Make, office: PostOffice
) -> None:
    alice, bob, carol = await make.account("alice"), await make.account("bob"), await office.neighbour()
    said = await make.status(carol, uri="https://there.example/1", content="<p>One.</p>")
    async with house.db.write() as conn:
        await report.report(conn, alice.id, carol, comment="Rude.", status_ids=[said], forward=True)
        await report.report(conn, alice.id, carol, comment="Not for them.")
        await report.report(conn, alice.id, bob.id, comment="From here.", forward=True)
    letter = await office.letter()
    assert (letter.account_id, letter.inboxes) == (INSTANCE, [INBOX])
    assert letter.document["actor"] == house.addresses.instance_actor
    assert letter.document["object"] == [CAROL, "https://there.example/1"]
    assert letter.document["content"] == "Rude."
    assert house.addresses.actor(alice.id) not in str(letter.document)
    assert alice.username not in str(letter.document)


async def test_two_people_here_write_no_letters(house: House, make: Make, office: PostOffice) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    await make.follow(alice, bob)
    status_id = await make.status(bob)
    async with house.db.write() as conn:
        await favourite.favourite(conn, alice.id, status_id)
        await block.block(conn, bob.id, alice.id)
        assert (await views.relationship(conn, bob.id, alice.id)).blocking
    assert await office.letters() == []
