"""Whoever asks whether something may stand to a post from here gets an answer, and a stamp that holds."""

from __future__ import annotations

from typing import Any

import pytest

from stoa.core.relationships import block
from stoa.core.statuses import quotes, reblog, replies
from stoa.core.statuses.model import ReplyTerms
from tests.federation.elsewhere import ACTIVITY_JSON, PUBLIC, Actor, Document
from tests.federation.receive.conftest import World
from tests.federation.receive.deeds import actor_of, counts, letters, likes, note_of, undo
from tests.make import Person


@pytest.fixture
async def alice(world: World) -> Person:
    return await world.make.account("alice")


@pytest.fixture
async def carol(world: World, alice: Person) -> Actor:
    """She asks, and alice follows her."""
    carol = world.elsewhere.actor("carol@there.example")
    await world.follows(alice, carol)
    return carol


async def ask(
    world: World, actor: Actor, kind: str, target: str, instrument: str | Document, **said: Any
) -> Document | None:
    """The answer that waits to be sent to *actor*, if there is one."""
    before = len(await letters(world))
    await world.tell(actor, actor.activity(kind, target, instrument=instrument, **said))
    sent = (await letters(world))[before:]
    assert len(sent) < 2
    return sent[0] if sent else None


async def stamp_at(world: World, address: str) -> Document | None:
    """The stamp as others see it."""
    answer = await world.client.get(address, headers={"accept": ACTIVITY_JSON})
    assert answer.status in (200, 404, 410)
    return answer.json if answer.status == 200 else None


async def test_a_quote_is_let_stand_and_its_author_told_with_what_stamp(
    world: World, alice: Person, carol: Actor
) -> None:
    uri = note_of(world, alice, await world.make.status(alice))
    note = carol.note("<p>Look.</p>", quote=uri)
    accept = await ask(world, carol, "QuoteRequest", uri, note)
    assert accept is not None
    assert (accept["type"], accept["object"]["type"], accept["to"]) == (
        "Accept",
        "QuoteRequest",
        [carol.uri],
    )
    assert accept["object"]["instrument"] == note["id"]
    stamp = await stamp_at(world, accept["result"])
    assert stamp is not None
    assert (stamp["type"], stamp["attributedTo"]) == ("QuoteAuthorization", actor_of(world, alice))
    assert (stamp["interactingObject"], stamp["interactionTarget"]) == (note["id"], uri)
    # It came with the request.
    post = await world.post(note["id"])
    assert post is not None
    assert post.quote_state == "accepted"
    assert ("quote", note["id"]) in await world.told(alice)


async def test_a_quote_that_is_here_already_stands_from_then_on(
    world: World, alice: Person, carol: Actor
) -> None:
    uri = note_of(world, alice, await world.make.status(alice))
    create = carol.create("<p>Look.</p>", quote=uri)
    await world.tell(carol, create)
    post = await world.post(create["object"]["id"])
    assert post is not None
    assert post.quote_state == "pending"
    accept = await ask(world, carol, "QuoteRequest", uri, post.uri)
    assert accept is not None
    post = await world.post(post.uri)
    assert post is not None
    assert post.quote_state == "accepted"
    again = await ask(world, carol, "QuoteRequest", uri, post.uri)
    assert again is not None
    assert again["result"] == accept["result"]


async def test_leave_for_one_quote_is_none_for_another(world: World, alice: Person, carol: Actor) -> None:
    bob = await world.make.account("bob")
    no = note_of(world, bob, await world.make.status(bob, quote_policy="nobody"))
    yes = note_of(world, alice, await world.make.status(alice))
    create = carol.create("<p>Look.</p>", quote=no)
    await world.tell(carol, create)
    accept = await ask(world, carol, "QuoteRequest", yes, create["object"]["id"])
    assert accept is not None
    post = await world.post(create["object"]["id"])
    assert post is not None
    assert post.quote_state == "pending"


@pytest.mark.parametrize(
    ("draft", "follows", "yes"),
    [
        ({"quote_policy": "public"}, False, True),
        ({"quote_policy": "followers"}, False, False),
        ({"quote_policy": "followers"}, True, True),
        ({"quote_policy": "nobody"}, True, False),
        ({"visibility": "unlisted"}, False, True),
        ({"visibility": "private"}, True, False),
        ({"visibility": "private"}, False, False),
    ],
    ids=str,
)
async def test_the_author_says_beforehand_who_may_quote(
    world: World, alice: Person, carol: Actor, draft: dict[str, Any], follows: bool, yes: bool
) -> None:
    uri = note_of(world, alice, await world.make.status(alice, **draft))
    if follows:
        await world.tell(carol, carol.activity("Follow", actor_of(world, alice)))
    answer = await ask(world, carol, "QuoteRequest", uri, carol.note(quote=uri))
    assert answer is not None
    assert answer["type"] == ("Accept" if yes else "Reject")
    assert ("result" in answer) == yes


async def test_a_boost_is_not_what_is_quoted(world: World, alice: Person, carol: Actor) -> None:
    """GHSA-8h43-rcqj-wpc6."""
    bob = await world.make.account("bob")
    post = await world.make.status(alice, quote_policy="nobody")
    async with world.door.house.db.write() as conn:
        boost_id = await reblog.reblog(conn, bob.id, post, world.door.house.addresses)
    rows = await world.client.get(f"/api/v1/statuses/{boost_id}", token=bob.token)
    answer = await ask(world, carol, "QuoteRequest", rows.json["uri"], carol.note())
    assert answer is not None
    assert answer["type"] == "Reject"


async def test_what_was_taken_back_is_not_given_again(world: World, alice: Person, carol: Actor) -> None:
    post_id = await world.make.status(alice)
    uri = note_of(world, alice, post_id)
    note = carol.note("<p>Look.</p>", quote=uri)
    accept = await ask(world, carol, "QuoteRequest", uri, note)
    post = await world.post(note["id"])
    assert post is not None
    assert accept is not None
    async with world.door.house.db.write() as conn:
        await quotes.revoke(conn, alice.id, post_id, post.id)
    assert await stamp_at(world, accept["result"]) is None
    answer = await ask(world, carol, "QuoteRequest", uri, note)
    assert answer is not None
    assert answer["type"] == "Reject"
    post = await world.post(note["id"])
    assert post is not None
    assert post.quote_state == "revoked"


@pytest.mark.parametrize("kept", [True, False])
async def test_the_stamp_of_a_quote_that_is_gone_holds_no_longer(
    world: World, alice: Person, carol: Actor, kept: bool
) -> None:
    uri = note_of(world, alice, await world.make.status(alice))
    note = carol.note("<p>Look.</p>", quote=uri)
    accept = await ask(world, carol, "QuoteRequest", uri, note if kept else note["id"])
    assert accept is not None
    assert (await world.post(note["id"]) is not None) == kept
    other = await ask(world, carol, "QuoteRequest", uri, carol.note(quote=uri))
    assert other is not None
    await world.tell(carol, carol.activity("Delete", note["id"]))
    assert await stamp_at(world, accept["result"]) is None
    assert await stamp_at(world, other["result"]) is not None


@pytest.mark.parametrize("kind", ["QuoteRequest", "ReplyRequest", "LikeRequest", "AnnounceRequest"])
async def test_the_blocked_get_no_leave(world: World, alice: Person, carol: Actor, kind: str) -> None:
    uri = note_of(world, alice, await world.make.status(alice))
    account_id = await world.account_id(carol)
    async with world.door.house.db.write() as conn:
        await block.block(conn, alice.id, account_id)
    answer = await ask(world, carol, kind, uri, f"{carol.uri}/deeds/1")
    assert answer is not None
    assert answer["type"] == "Reject"
    assert await likes(world) == []


@pytest.mark.parametrize("kind", ["QuoteRequest", "ReplyRequest", "LikeRequest", "AnnounceRequest"])
async def test_nobody_asks_for_another(world: World, alice: Person, carol: Actor, kind: str) -> None:
    uri = note_of(world, alice, await world.make.status(alice))
    dave, bert = world.elsewhere.actor("dave@far.example"), world.elsewhere.actor("bert@there.example")
    await world.tell(carol, carol.create())
    of_carol = carol.create()
    await world.tell(carol, of_carol)
    for actor in (dave, bert):
        answer = await ask(world, actor, kind, uri, of_carol["object"]["id"])
        assert answer is not None
        assert answer["type"] == "Reject"
    of_dave = dave.note()
    assert await ask(world, carol, kind, of_dave["id"], carol.note()) is None


@pytest.mark.parametrize(
    ("kind", "visibility", "yes"),
    [
        ("ReplyRequest", "public", True), ("ReplyRequest", "private", False),
        ("LikeRequest", "unlisted", True), ("LikeRequest", "direct", False),
        ("AnnounceRequest", "public", True), ("AnnounceRequest", "private", False),
    ],
)  # fmt: skip
async def test_whoever_sees_a_post_may_answer_like_and_boost_it(
    world: World, alice: Person, carol: Actor, kind: str, visibility: str, yes: bool
) -> None:
    uri = note_of(world, alice, await world.make.status(alice, visibility=visibility))
    answer = await ask(world, carol, kind, uri, f"{carol.uri}/deeds/1")
    assert answer is not None
    assert answer["object"]["type"] == kind
    assert answer["type"] == ("Accept" if yes else "Reject")
    if yes:
        stamp = await stamp_at(world, answer["result"])
        assert stamp is not None
        assert stamp["type"] == kind.replace("Request", "Authorization")
        assert (stamp["interactingObject"], stamp["interactionTarget"]) == (f"{carol.uri}/deeds/1", uri)


async def test_a_private_post_is_not_boosted_by_followers_but_liked_and_answered(
    world: World, alice: Person, carol: Actor
) -> None:
    uri = note_of(world, alice, await world.make.status(alice, visibility="private"))
    await world.tell(carol, carol.activity("Follow", actor_of(world, alice)))
    for kind, said in (
        ("ReplyRequest", "Accept"),
        ("LikeRequest", "Accept"),
        ("AnnounceRequest", "Reject"),
    ):
        answer = await ask(world, carol, kind, uri, f"{carol.uri}/deeds/{kind}")
        assert answer is not None
        assert answer["type"] == said


async def test_a_like_that_asks_is_a_like(world: World, alice: Person, carol: Actor) -> None:
    post = await world.make.status(alice)
    uri = note_of(world, alice, post)
    like = carol.activity("Like", uri)
    await ask(world, carol, "LikeRequest", uri, like)
    await ask(world, carol, "LikeRequest", uri, like)
    assert (await likes(world), await counts(world, post)) == ([("carol", post)], (1, 0, 0))
    await world.tell(carol, undo(carol, like))
    assert await likes(world) == []
    # An echo of what was taken back.
    assert await ask(world, carol, "LikeRequest", uri, like) is None
    assert await likes(world) == []


async def test_leave_to_answer_is_no_leave_to_quote(world: World, alice: Person, carol: Actor) -> None:
    uri = note_of(world, alice, await world.make.status(alice, quote_policy="nobody"))
    note = carol.note("<p>Look.</p>", quote=uri, inReplyTo=uri, to=[PUBLIC])
    accept = await ask(world, carol, "ReplyRequest", uri, note["id"])
    assert accept is not None
    number = accept["result"].rpartition("/")[2]
    wrong = accept["result"].replace("reply_", "quote_")
    assert wrong.endswith(f"/quote_authorizations/{number}")
    assert await stamp_at(world, wrong) is None
    await world.tell(carol, carol.activity("Create", note))
    post = await world.post(note["id"])
    assert post is not None
    assert post.quote_state == "pending"


async def test_nobody_gets_leave_to_reply_where_the_author_wants_no_replies(
    world: World, alice: Person, carol: Actor
) -> None:
    post = await world.make.status(alice)
    async with world.door.house.db.write() as conn:
        await replies.set_terms(conn, alice.id, post, ReplyTerms("nobody"))
    uri = note_of(world, alice, post)
    answer = await ask(world, carol, "ReplyRequest", uri, carol.note("<p>But.</p>", inReplyTo=uri)["id"])
    assert answer is not None
    assert answer["type"] == "Reject"
