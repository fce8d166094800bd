"""Who is told of posts, and what."""

from __future__ import annotations

import pytest

from stoa.core import events
from stoa.core.accounts import store as accounts
from stoa.core.house import House
from stoa.core.policy.draft import Draft, PollDraft
from stoa.core.statuses import delete, favourite, polls, reblog, replies
from stoa.core.statuses.edit import edit
from stoa.core.statuses.model import Repliers, ReplyTerms
from stoa.db import Query
from stoa.db.tables import statuses
from stoa.federation import store
from stoa.federation.deliver import on_statuses, sync
from stoa.federation.deliver.kinds import CREATE, UPDATE
from stoa.federation.parse.note import parse_note
from stoa.federation.render.context import PUBLIC
from tests.federation.deliver.post_office import PostOffice
from tests.make import Make, Person

ERIN = "https://far.example/users/erin"
MINUTE_MS = 60_000


async def _remove(house: House, author: Person, status_id: int) -> None:
    async with house.db.write() as conn:
        await delete.delete(conn, author.id, status_id)


async def _change(house: House, author: Person, status_id: int, text: str) -> None:
    async with house.db.write() as conn:
        await edit(conn, status_id, Draft(account_id=author.id, text=text), house.settings, house.addresses)


async def test_a_public_post_goes_to_followers_and_mentioned_each_inbox_once(
    house: House, make: Make, office: PostOffice
) -> None:
    alice = await make.account("alice")
    await office.neighbour("carol@there.example", follows=alice)
    await office.neighbour("dan@there.example", follows=alice)
    await office.neighbour("erin@far.example")
    await office.neighbour("gustav@lone.example", follows=alice, shared=False)
    status_id = await make.status(alice, "Hello @erin@far.example and @dan@there.example.")
    letter = await office.letter()
    assert letter.inboxes == [
        "https://far.example/inbox",
        "https://lone.example/users/gustav/inbox",
        "https://there.example/inbox",
    ]
    note = letter.document["object"]
    actor = house.addresses.actor(alice.id)
    assert letter.document["type"] == "Create"
    assert letter.document["id"] == f"{actor}/statuses/{status_id}/activity"
    assert letter.document["to"] == note["to"] == [PUBLIC]
    assert letter.document["cc"] == note["cc"]
    assert set(note["cc"]) == {f"{actor}/followers", ERIN, "https://there.example/users/dan"}
    assert letter.account_id == alice.id


@pytest.mark.parametrize(
    ("visibility", "inboxes"),
    [
        ("unlisted", ["https://far.example/inbox", "https://there.example/inbox"]),
        ("private", ["https://far.example/inbox", "https://there.example/inbox"]),
        ("direct", ["https://far.example/users/erin/inbox"]),
    ],
)
async def test_each_visibility_reaches_its_circle(
    make: Make, office: PostOffice, visibility: str, inboxes: list[str]
) -> None:
    alice = await make.account("alice")
    await office.neighbour("carol@there.example", follows=alice)
    await office.neighbour("erin@far.example")
    await make.status(alice, "Hello @erin@far.example.", visibility=visibility)
    letter = await office.letter()
    assert letter.inboxes == inboxes
    said = letter.document["object"]
    assert (PUBLIC in said["to"] + said["cc"]) == (visibility == "unlisted")
    assert said.get("directMessage") == {"private": False, "direct": True}.get(visibility)
    # A proof would let anybody show it around.
    assert ("proof" in letter.document) == (visibility == "unlisted")


async def test_whoever_is_answered_or_quoted_is_told_without_being_named(
    make: Make, office: PostOffice
) -> None:
    alice = await make.account("alice")
    carol, dan = await office.neighbour("carol@there.example"), await office.neighbour("dan@far.example")
    said = await make.status(carol, uri="https://there.example/1", content="<p>One.</p>")
    other = await make.status(dan, uri="https://far.example/2", content="<p>Two.</p>")
    await make.status(alice, "So it is.", in_reply_to_id=said, quote_of_id=other)
    create, request = await office.letters()
    assert create.inboxes == ["https://far.example/inbox", "https://there.example/inbox"]
    assert create.document["object"]["inReplyTo"] == "https://there.example/1"
    assert request.document["type"] == "QuoteRequest"


async def test_nobody_elsewhere_is_told_of_what_concerns_nobody_there(
    house: House, make: Make, office: PostOffice
) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    await make.follow(bob, alice)
    await office.neighbour("carol@there.example")
    status_id = await make.status(alice, "Hello @bob.")
    async with house.db.write() as conn:
        await favourite.favourite(conn, bob.id, status_id)
        await reblog.reblog(conn, bob.id, status_id, house.addresses)
    await _change(house, alice, status_id, "Hello again, @bob.")
    await _remove(house, alice, status_id)
    assert [job.kind for job in await office.jobs() if job.kind.startswith("deliver")] == []
    assert await office.letters() == []


async def test_a_post_for_local_readers_costs_one_query(
    house: House, make: Make, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = await make.account("alice")
    status_id = await make.status(alice)
    async with house.db.write() as conn:
        asked: list[Query] = []
        real = conn.all

        async def counted(query: Query, **params: object) -> list[object]:
            asked.append(query)
            return await real(query, **params)

        monkeypatch.setattr(conn, "all", counted)
        await on_statuses.published(house, conn, events.StatusPublished(status_id))
    assert len(asked) == 1


async def test_many_followers_on_a_few_servers_are_a_few_deliveries(make: Make, office: PostOffice) -> None:
    alice = await make.account("alice")
    for number in range(20):
        await office.neighbour(f"p{number}@s{number % 4}.example", follows=alice)
    await make.status(alice)
    letter = await office.letter()
    assert letter.inboxes == [f"https://s{number}.example/inbox" for number in range(4)]


async def test_who_is_suspended_here_gets_nothing(make: Make, office: PostOffice) -> None:
    alice = await make.account("alice")
    await office.neighbour("carol@there.example", follows=alice)
    await office.neighbour("erin@far.example", suspended_at=5)
    await make.status(alice, "Hello @erin@far.example.")
    assert (await office.letter()).inboxes == ["https://there.example/inbox"]


async def test_a_deleted_post_is_deleted_for_whoever_knew_it_and_its_id_stays_taken(
    house: House, make: Make, office: PostOffice
) -> None:
    alice = await make.account("alice")
    await office.neighbour("carol@there.example", follows=alice)
    booster = await office.neighbour("dan@far.example")
    status_id = await make.status(alice)
    await office.clear()
    async with house.db.write() as conn:
        await reblog.reblog(conn, booster, status_id, house.addresses, uri="https://far.example/b/1")
    await _remove(house, alice, status_id)
    letter = await office.letter()
    uri = f"{house.addresses.actor(alice.id)}/statuses/{status_id}"
    assert letter.inboxes == ["https://far.example/inbox", "https://there.example/inbox"]
    assert letter.document["type"] == "Delete"
    assert letter.document["to"] == [PUBLIC]
    assert letter.document["object"] == {"id": uri, "type": "Tombstone", "formerType": "Note"}
    async with house.db.read() as conn:
        assert await store.is_buried(conn, uri, house.addresses.actor(alice.id))


async def test_a_direct_post_is_deleted_where_it_went_and_leaves_no_trace_here(
    house: House, make: Make, office: PostOffice
) -> None:
    alice = await make.account("alice")
    await office.neighbour("carol@there.example", follows=alice)
    await office.neighbour("erin@far.example")
    status_id = await make.status(alice, "@erin@far.example, a word.", visibility="direct")
    await office.clear()
    await _remove(house, alice, status_id)
    letter = await office.letter()
    assert letter.inboxes == [f"{ERIN}/inbox"]
    assert letter.document["to"] == [ERIN]
    assert letter.document["cc"] == []
    async with house.db.read() as conn:
        assert await store.find_tombstone(conn, letter.document["object"]["id"]) is None


async def test_a_delete_cancels_what_still_waits(house: House, make: Make, office: PostOffice) -> None:
    alice = await make.account("alice")
    await office.neighbour("carol@there.example", follows=alice)
    status_id = await make.status(alice, "One.")
    await office.work()
    await _change(house, alice, status_id, "Two.")
    await office.work()
    assert [one.kind for one in await office.letters()] == ["Create", "Update"]
    await _remove(house, alice, status_id)
    assert [one.kind for one in await office.letters()] == ["Delete"]


async def test_a_post_that_went_before_anybody_was_told_is_told_to_nobody(
    house: House, make: Make, office: PostOffice
) -> None:
    alice = await make.account("alice")
    await office.neighbour("carol@there.example", follows=alice)
    status_id = await make.status(alice)
    await _remove(house, alice, status_id)
    assert [one.kind for one in await office.letters()] == ["Delete"]


async def test_a_later_update_takes_the_place_of_one_that_waits(
    house: House, make: Make, office: PostOffice
) -> None:
    alice = await make.account("alice")
    await office.neighbour("carol@there.example", follows=alice)
    status_id = await make.status(alice, "One.")
    await office.clear()
    for text in ("Two.", "Three."):
        await _change(house, alice, status_id, text)
        await office.work()
    letter = await office.letter()
    assert letter.kind == "Update"
    assert "Three." in letter.document["object"]["content"]
    assert letter.document["object"]["updated"]


async def test_an_edit_at_once_is_later_than_its_post_for_everybody(
    house: House, make: Make, office: PostOffice
) -> None:
    alice = await make.account("alice")
    await office.neighbour("carol@there.example", follows=alice)
    status_id = await make.status(alice, "One.")
    await _change(house, alice, status_id, "Two.")
    create, update = await office.letters()
    assert (create.kind, update.kind) == ("Create", "Update")
    note = parse_note(update.document["object"])
    assert note.updated is not None
    assert "Two." in note.content


async def test_edits_of_a_long_post_wait_for_each_other(
    house: House, make: Make, office: PostOffice
) -> None:
    alice = await make.account("alice")
    await office.neighbour("carol@there.example", follows=alice)
    status_id = await make.status(alice, "A long story. " * 500)
    await office.clear()
    for number in range(3):
        await _change(house, alice, status_id, f"A long story, version {number}. " * 500)
    assert [job.kind for job in await office.jobs() if job.kind == UPDATE] == [UPDATE]
    assert await office.letters() == []
    letter = await office.letter(later=MINUTE_MS)
    assert "version 2" in letter.document["object"]["content"]


async def test_an_edit_is_told_to_those_who_answered_too(
    house: House, make: Make, office: PostOffice
) -> None:
    alice = await make.account("alice")
    dan = await office.neighbour("dan@far.example")
    status_id = await make.status(alice, "One.")
    await make.status(dan, uri="https://far.example/2", content="<p>Two.</p>", in_reply_to_id=status_id)
    await _change(house, alice, status_id, "One and a half.")
    assert (await office.letter()).inboxes == ["https://far.example/inbox"]


async def test_who_is_no_longer_mentioned_learns_what_it_says_now(
    house: House, make: Make, office: PostOffice
) -> None:
    alice = await make.account("alice")
    await office.neighbour("erin@far.example")
    status_id = await make.status(alice, "Hello @erin@far.example.")
    await office.clear()
    await _change(house, alice, status_id, "Hello.")
    letter = await office.letter()
    assert letter.inboxes == ["https://far.example/inbox"]
    assert letter.document["object"]["tag"] == []
    await office.clear()
    await _remove(house, alice, status_id)
    assert (await office.letter()).inboxes == ["https://far.example/inbox"]


async def test_followers_only_posts_say_who_we_think_follows_there(
    house: House, make: Make, office: PostOffice
) -> None:
    alice = await make.account("alice")
    await office.neighbour("carol@there.example", follows=alice)
    await office.neighbour("dan@there.example", follows=alice)
    await office.neighbour("gustav@lone.example", follows=alice, shared=False)
    await make.status(alice, "For you.", visibility="private")
    letter = await office.letter()
    actor = house.addresses.actor(alice.id)
    there = sync.digest(["https://there.example/users/dan", "https://there.example/users/carol"])
    assert letter.headers["https://there.example/inbox"] == {
        "Collection-Synchronization": f'collectionId="{actor}/followers", '
        f'url="{actor}/followers_synchronization", digest="{there}"'
    }
    alone = sync.digest(["https://lone.example/users/gustav"])
    assert alone in letter.headers["https://lone.example/users/gustav/inbox"][sync.HEADER]
    await office.clear()
    await make.status(alice, "For all.")
    assert (await office.letter()).headers == {}


async def test_the_tally_of_a_poll_is_told_after_a_while_and_at_the_end(
    house: House, make: Make, office: PostOffice
) -> None:
    alice = await make.account("alice")
    await office.neighbour("carol@there.example", follows=alice)
    voters = [await office.neighbour(f"v{number}@far.example") for number in range(2)]
    poll = PollDraft(options=("Tea", "Coffee"), expires_in=3600)
    await make.status(alice, "Which?", poll=poll)
    await office.clear(later=MINUTE_MS)
    async with house.db.read() as conn:
        poll_id = await conn.scalar(Query(statuses.select().with_only_columns(statuses.c.poll_id)))
    for voter in voters:
        async with house.db.write() as conn:
            await polls.vote(conn, poll_id, voter, [0])
    assert await office.letters() == []
    tally = await office.letter(later=4 * MINUTE_MS)
    assert tally.inboxes == ["https://far.example/inbox", "https://there.example/inbox"]
    question = tally.document["object"]
    assert tally.kind == "Update"
    assert "updated" not in question
    assert [one["replies"]["totalItems"] for one in question["oneOf"]] == [2, 0]
    assert question["votersCount"] == 2


async def test_a_suspended_author_says_nothing(house: House, make: Make, office: PostOffice) -> None:
    alice = await make.account("alice")
    await office.neighbour("carol@there.example", follows=alice)
    await make.status(alice)
    async with house.db.write() as conn:
        await accounts.change(conn, alice.id, suspended_at=5)
    assert await office.letters() == []


async def test_keys_are_made_before_the_first_word_in_public(make: Make, office: PostOffice) -> None:
    alice = await make.account("alice")
    await office.neighbour("carol@there.example", follows=alice)
    await make.status(alice)
    assert [job.kind for job in await office.jobs() if job.kind.startswith("deliver")] == [CREATE]
    assert (await office.letter()).document["proof"]["cryptosuite"] == "eddsa-jcs-2022"


@pytest.mark.parametrize("settings_given", [{"STOA_FEDERATION": "off"}])
async def test_a_house_that_does_not_federate_queues_nothing(
    house: House, make: Make, office: PostOffice
) -> None:
    alice = await make.account("alice")
    await office.neighbour("carol@there.example", follows=alice)
    status_id = await make.status(alice, "Hello @carol@there.example.")
    await _change(house, alice, status_id, "Hello.")
    await _remove(house, alice, status_id)
    assert [job.kind for job in await office.jobs() if job.kind.startswith("deliver")] == []
    assert await office.letters() == []


@pytest.mark.parametrize("who", ["followers", "following", "mentioned", "nobody"])
async def test_who_may_reply_is_told_and_told_again_when_it_changes(
    house: House, make: Make, office: PostOffice, who: Repliers
) -> None:
    alice = await make.account("alice")
    await office.neighbour("carol@there.example", follows=alice)
    await office.neighbour("erin@far.example")
    status_id = await make.status(alice, "Hello @erin@far.example.")
    assert "canReply" not in (await office.letter()).document["object"]["interactionPolicy"]
    await office.clear()
    async with house.db.write() as conn:
        await replies.set_terms(conn, alice.id, status_id, ReplyTerms(who))
    letter = await office.letter()
    actor = house.addresses.actor(alice.id)
    assert letter.document["type"] == "Update"
    assert letter.document["object"]["interactionPolicy"]["canReply"] == {
        "automaticApproval": {
            "followers": [f"{actor}/followers"],
            "following": [f"{actor}/following", ERIN],
            "mentioned": [actor, ERIN],
            "nobody": [actor],
        }[who]
    }
