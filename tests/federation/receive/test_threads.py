"""Replies find what they answer, whichever comes first."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from stoa.core.statuses import context, replies
from stoa.core.statuses.model import ReplyTerms, StatusView
from stoa.federation import threads, wants
from tests.federation.elsewhere import PUBLIC, Actor, Document
from tests.federation.receive.conftest import World
from tests.make import Person


@pytest.fixture
async def alice(world: World) -> Person:
    return await world.make.account("alice")


@pytest.fixture
async def carol(world: World, alice: Person) -> Actor:
    carol = world.elsewhere.actor("carol@there.example")
    await world.follows(alice, carol)
    return carol


async def _get(world: World, uri: str) -> StatusView:
    post = await world.post(uri)
    assert post is not None
    return post


async def _below(world: World, status_id: int) -> list[int]:
    async with world.door.house.db.read() as conn:
        return [one.id for one in (await context.around(conn, status_id, None)).descendants]


async def _replies(world: World, status_id: int) -> int:
    answer = await world.client.get(f"/api/v1/statuses/{status_id}")
    count: int = answer.ok()["replies_count"]
    return count


async def test_a_reply_to_a_local_post_is_below_it_and_its_author_is_told(
    world: World, alice: Person
) -> None:
    dave = world.elsewhere.actor("dave@far.example")
    mine = await world.make.status(alice)
    me = world.door.house.addresses.actor(alice.id)
    uri = f"{me}/statuses/{mine}"
    tag = {"type": "Mention", "href": me, "name": "@alice@home.example"}
    create = dave.create("<p>@alice Yes.</p>", inReplyTo=uri, cc=[me], tag=[tag])
    await world.tell(dave, create)
    reply = await _get(world, create["object"]["id"])
    assert (reply.in_reply_to_id, reply.in_reply_to_account_id) == (mine, alice.id)
    assert await _below(world, mine) == [reply.id]
    assert await _replies(world, mine) == 1
    assert await world.told(alice) == [("mention", reply.uri)]


async def test_a_reply_to_what_its_author_may_not_see_is_not_put_there(world: World, alice: Person) -> None:
    """Mitra 2.21: nothing is done to a post that one cannot see."""
    dave = world.elsewhere.actor("dave@far.example")
    await world.account_id(dave)
    secret = await world.make.status(alice, visibility="private")
    uri = f"{world.door.house.addresses.actor(alice.id)}/statuses/{secret}"
    me = world.door.house.addresses.actor(alice.id)
    create = dave.create("<p>I guess.</p>", inReplyTo=uri, cc=[me])
    await world.tell(dave, create)
    reply = await _get(world, create["object"]["id"])
    assert reply.in_reply_to_id is None
    answer = await world.client.get(f"/api/v1/statuses/{secret}", token=alice.token)
    assert answer.ok()["replies_count"] == 0


async def test_the_blocked_do_not_appear_below_ones_posts(world: World, alice: Person) -> None:
    dave = world.elsewhere.actor("dave@far.example")
    mine = await world.make.status(alice)
    await world.make.block(alice, Person(await world.account_id(dave), "dave", "", ""))
    me = world.door.house.addresses.actor(alice.id)
    create = dave.create("<p>Still here.</p>", inReplyTo=f"{me}/statuses/{mine}", cc=[me])
    await world.tell(dave, create)
    assert await _below(world, mine) == []
    assert await world.told(alice) == []


def _thread(carol: Actor, length: int) -> list[Document]:
    notes: list[Document] = []
    for _ in range(length):
        said: dict[str, Any] = {"inReplyTo": notes[-1]["id"]} if notes else {}
        notes.append(carol.note(**said))
    return notes


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
async def test_a_thread_is_the_same_whatever_comes_first(
    world: World, alice: Person, carol: Actor, order: tuple[int, ...]
) -> None:
    notes = _thread(carol, 3)
    for place in order:
        await world.tell(carol, carol.activity("Create", notes[place]))
    posts = [await _get(world, one["id"]) for one in notes]
    assert [one.in_reply_to_id for one in posts] == [None, posts[0].id, posts[1].id]
    assert {one.conversation_id for one in posts} == {posts[0].id}
    assert await _below(world, posts[0].id) == [posts[1].id, posts[2].id]
    assert [await _replies(world, one.id) for one in posts] == [1, 1, 0]
    assert sorted(await world.home(alice)) == sorted(one.id for one in posts)


async def test_a_reply_stands_in_no_home_before_it_is_known_whom_it_answers(
    world: World, alice: Person, carol: Actor
) -> None:
    dave = world.elsewhere.actor("dave@far.example")
    question = dave.note("<p>Who?</p>")
    create = carol.create("<p>Me.</p>", inReplyTo=question["id"])
    await world.tell(carol, create)
    assert await world.home(alice) == []
    world.elsewhere.put(question)
    await world.jobs(wants.STATUS)
    reply = await _get(world, create["object"]["id"])
    assert reply.in_reply_to_id == (await _get(world, question["id"])).id
    # carol speaks to somebody whom alice does not follow
    assert await world.home(alice) == []


async def test_what_a_reply_answers_is_looked_for(world: World, alice: Person, carol: Actor) -> None:
    notes = _thread(carol, 4)
    for one in notes:
        world.elsewhere.put(one)
    await world.tell(carol, carol.activity("Create", notes[3]))
    assert await world.post(notes[2]["id"]) is None
    await world.jobs(wants.STATUS)
    posts = [await _get(world, one["id"]) for one in notes]
    assert [one.in_reply_to_id for one in posts] == [None, *(one.id for one in posts[:-1])]
    assert {one.conversation_id for one in posts} == {posts[0].id}


async def test_a_parent_that_came_unseen_at_the_same_moment_is_found(
    world: World, alice: Person, carol: Actor
) -> None:
    """Two transactions that do not see each other: each stores its post, neither puts them together."""
    parent, child = _thread(carol, 2)
    await world.tell(carol, carol.activity("Create", child))
    status_id = await world.make.status(
        await world.account_id(carol), uri=parent["id"], content="<p>Hello.</p>"
    )
    assert (await _get(world, child["id"])).in_reply_to_id is None
    await world.jobs(wants.STATUS)
    assert (await _get(world, child["id"])).in_reply_to_id == status_id


async def test_posts_that_answer_each_other_make_no_endless_thread(
    world: World, alice: Person, carol: Actor
) -> None:
    one, other, third = carol.note(), carol.note(), carol.note()
    one["inReplyTo"], other["inReplyTo"], third["inReplyTo"] = other["id"], third["id"], one["id"]
    myself = carol.note()
    myself["inReplyTo"] = myself["id"]
    for note in (one, other, third, myself):
        await world.tell(carol, carol.activity("Create", note))
    found = [await _get(world, note["id"]) for note in (one, other, third)]
    assert [post.in_reply_to_id for post in found].count(None) == 1
    async with world.door.house.db.read() as conn:
        for post in found:
            around = await context.around(conn, post.id, None)
            assert len(around.ancestors) + len(around.descendants) == 2
    assert (await _get(world, myself["id"])).in_reply_to_id is None


async def test_a_muted_conversation_stays_muted_when_its_beginning_comes(
    world: World, alice: Person, carol: Actor
) -> None:
    parent, child = _thread(carol, 2)
    await world.tell(carol, carol.activity("Create", child))
    post = await _get(world, child["id"])
    (await world.client.post(f"/api/v1/statuses/{post.id}/mute", token=alice.token)).ok()
    await world.tell(carol, carol.activity("Create", parent))
    me = world.door.house.addresses.actor(alice.id)
    tag = {"type": "Mention", "href": me, "name": "@alice"}
    create = carol.create("<p>@alice</p>", inReplyTo=parent["id"], cc=[me], tag=[tag])
    await world.tell(carol, create)
    assert await world.told(alice) == []


async def test_letters_that_turn_out_to_be_one_conversation_are_shown_as_one(
    world: World, alice: Person
) -> None:
    dave = world.elsewhere.actor("dave@far.example")
    me = world.door.house.addresses.actor(alice.id)
    tag = {"type": "Mention", "href": me, "name": "@alice"}
    letters = [dave.note("<p>@alice</p>", to=[me], cc=[], tag=[tag]) for _ in range(3)]
    letters[1]["inReplyTo"], letters[2]["inReplyTo"] = letters[0]["id"], letters[1]["id"]
    for place in (2, 0, 1):
        await world.tell(dave, dave.activity("Create", letters[place]))
    shown = (await world.client.get("/api/v1/conversations", token=alice.token)).ok()
    assert len(shown) == 1


@pytest.mark.parametrize("order", ["parent first", "reply first"])
async def test_a_reply_without_leave_waits_for_it(
    world: World, alice: Person, carol: Actor, order: str
) -> None:
    """GoToSocial's canReply: only some may answer, others with the author's stamp."""
    dave = world.elsewhere.actor("dave@far.example")
    policy = {"canReply": {"automaticApproval": [carol.uri], "manualApproval": [PUBLIC]}}
    note = carol.note(interactionPolicy=policy)
    stamp = f"{carol.uri}/authorizations/1"
    me = world.door.house.addresses.actor(alice.id)
    reply = dave.note(inReplyTo=note["id"], cc=[me], replyAuthorization=stamp)
    intruder = dave.note(inReplyTo=note["id"], cc=[me])
    steps = [(carol, carol.activity("Create", note)), (dave, dave.activity("Create", reply))]
    for actor, activity in steps if order == "parent first" else reversed(steps):
        await world.tell(actor, activity)
    await world.tell(dave, dave.activity("Create", intruder))
    parent = await _get(world, note["id"])
    assert await _below(world, parent.id) == []
    world.elsewhere.put(
        {
            "@context": "https://www.w3.org/ns/activitystreams", "id": stamp, "type": "ReplyAuthorization",
            "attributedTo": carol.uri, "interactingObject": reply["id"], "interactionTarget": note["id"],
        }
    )  # fmt: skip
    await world.jobs(threads.LEAVE)
    assert await _below(world, parent.id) == [(await _get(world, reply["id"])).id]


async def test_a_stamp_for_another_reply_gives_no_leave(world: World, alice: Person, carol: Actor) -> None:
    dave = world.elsewhere.actor("dave@far.example")
    note = carol.note(interactionPolicy={"canReply": {"automaticApproval": [carol.uri]}})
    stamp = f"{carol.uri}/authorizations/1"
    me = world.door.house.addresses.actor(alice.id)
    reply = dave.note(inReplyTo=note["id"], cc=[me], replyAuthorization=stamp)
    world.elsewhere.put(
        {
            "@context": "https://www.w3.org/ns/activitystreams", "id": stamp, "type": "ReplyAuthorization",
            "attributedTo": carol.uri, "interactingObject": f"{reply['id']}0",
            "interactionTarget": note["id"],
        }
    )  # fmt: skip
    await world.tell(carol, carol.activity("Create", note))
    await world.tell(dave, dave.activity("Create", reply))
    await world.jobs(threads.LEAVE)
    assert await _below(world, (await _get(world, note["id"])).id) == []


async def test_who_may_not_reply_to_a_post_of_ours_is_not_put_below_it(
    world: World, alice: Person, carol: Actor
) -> None:
    dave = world.elsewhere.actor("dave@far.example")
    mine = await world.make.status(alice, "An essay")
    uri = f"{world.door.house.addresses.actor(alice.id)}/statuses/{mine}"
    async with world.door.house.db.write() as conn:
        await replies.set_terms(conn, alice.id, mine, ReplyTerms("following"))
    # alice follows carol; nobody knows dave.
    welcome = carol.note(inReplyTo=uri)
    other = dave.note(inReplyTo=uri, cc=[world.door.house.addresses.actor(alice.id)])
    await world.tell(carol, carol.activity("Create", welcome))
    await world.tell(dave, dave.activity("Create", other))
    assert await _below(world, mine) == [(await _get(world, welcome["id"])).id]
    assert await _replies(world, mine) == 1
