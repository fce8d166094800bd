"""Votes from elsewhere count as those from here do: once, in time, and never as posts."""

from __future__ import annotations

import itertools

import pytest
from sqlalchemy import select, update

from stoa import ids
from stoa.core.policy.draft import PollDraft
from stoa.core.statuses import views
from stoa.db import Query
from stoa.db.tables import polls, statuses
from tests.federation.elsewhere import Actor, Document
from tests.federation.receive.conftest import World
from tests.make import Person


@pytest.fixture
async def alice(world: World) -> Person:
    return await world.make.account("alice")


@pytest.fixture
def carol(world: World) -> Actor:
    return world.elsewhere.actor("carol@there.example")


async def _ask(world: World, alice: Person, *options: str, multiple: bool = False, **said: str) -> str:
    poll = PollDraft(options=options or ("Rye", "Wheat"), multiple=multiple, expires_in=3600)
    status_id = await world.make.status(alice, poll=poll, **said)
    return f"{world.door.house.addresses.actor(alice.id)}/statuses/{status_id}"


def _vote(actor: Actor, poll: str, name: str) -> Document:
    note = actor.note(inReplyTo=poll, name=name, to=[poll.partition("/statuses/")[0]], cc=[])
    del note["content"]
    return actor.activity("Create", note)


async def _figures(world: World, uri: str) -> tuple[list[int], int]:
    post = await world.post(uri)
    assert post is not None
    assert post.poll_id is not None
    async with world.door.house.db.read() as conn:
        poll = (await views.load_polls(conn, [post.poll_id], None))[post.poll_id]
    return [one.votes_count for one in poll.options], poll.voters_count


async def test_a_vote_counts_once_and_is_no_post(world: World, alice: Person, carol: Actor) -> None:
    poll = await _ask(world, alice)
    vote = _vote(carol, poll, "Wheat")
    for activity in (vote, vote, _vote(carol, poll, "Wheat"), _vote(carol, poll, "Rye")):
        await world.tell(carol, activity)
    assert await _figures(world, poll) == ([0, 1], 1)
    assert len(await world.all(select(statuses.c.id))) == 1
    assert await world.told(alice) == []


async def test_where_several_may_be_chosen_each_comes_by_itself(
    world: World, alice: Person, carol: Actor
) -> None:
    poll = await _ask(world, alice, "Rye", "Wheat", "Oats", multiple=True)
    for name in ("Rye", "Oats", "Rye", "Barley"):
        await world.tell(carol, _vote(carol, poll, name))
    assert await _figures(world, poll) == ([1, 0, 1], 1)


async def test_what_comes_after_the_end_does_not_count(world: World, alice: Person, carol: Actor) -> None:
    poll = await _ask(world, alice)
    async with world.door.house.db.write() as conn:
        await conn.run(Query(update(polls).values(expires_at=ids.now_ms() - 1000)))
    await world.tell(carol, _vote(carol, poll, "Rye"))
    assert await _figures(world, poll) == ([0, 0], 0)


async def test_nobody_votes_in_what_they_may_not_see(world: World, alice: Person, carol: Actor) -> None:
    """Mitra 2.21."""
    poll = await _ask(world, alice, visibility="private")
    await world.tell(carol, _vote(carol, poll, "Rye"))
    assert await _figures(world, poll) == ([0, 0], 0)


async def test_nobody_votes_in_the_name_of_another(world: World, alice: Person, carol: Actor) -> None:
    poll = await _ask(world, alice)
    dave = world.elsewhere.actor("dave@there.example")
    vote = _vote(carol, poll, "Rye")
    vote["object"]["attributedTo"] = dave.uri
    await world.tell(carol, vote)
    assert await _figures(world, poll) == ([0, 0], 0)
    assert len(await world.all(select(statuses.c.id))) == 1


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
async def test_a_poll_elsewhere_ends_the_same_in_any_order(
    world: World, alice: Person, carol: Actor, order: tuple[int, ...]
) -> None:
    """R9 {Question, Votes, Update}: votes for a poll of another server count there, and its count is
    what is shown.
    """
    await world.follows(alice, carol)

    def options(*votes: int) -> list[Document]:
        return [
            {"type": "Note", "name": name, "replies": {"type": "Collection", "totalItems": count}}
            for name, count in zip(("Rye", "Wheat"), votes, strict=True)
        ]

    question = carol.note("<p>Bread?</p>", type="Question", oneOf=options(0, 0), votersCount=0)
    dave = world.elsewhere.actor("dave@far.example")
    later = ids.iso(ids.now_ms() + 1500)
    steps = [
        (carol, carol.activity("Create", question)),
        (dave, _vote(dave, question["id"], "Rye")),
        (
            carol,
            carol.activity(
                "Update", {**question, "oneOf": options(1, 0), "votersCount": 1, "updated": later}
            ),
        ),
    ]
    for place in order * 2:
        await world.tell(*steps[place])
    assert await _figures(world, question["id"]) == ([1, 0], 1)
    assert len(await world.all(select(statuses.c.id))) == 1


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
async def test_votes_in_our_poll_end_the_same_in_any_order(
    world: World, alice: Person, carol: Actor, order: tuple[int, ...]
) -> None:
    poll = await _ask(world, alice, "Rye", "Wheat", multiple=True)
    dave = world.elsewhere.actor("dave@far.example")
    votes = [
        (carol, _vote(carol, poll, "Rye")),
        (carol, _vote(carol, poll, "Wheat")),
        (dave, _vote(dave, poll, "Wheat")),
        (dave, _vote(dave, poll, "Wheat")),
    ]
    for place in order:
        await world.tell(*votes[place])
    assert await _figures(world, poll) == ([1, 2], 2)
