"""Who follows whom across servers: asked, answered, and never assumed."""

from __future__ import annotations

import pytest

from stoa.core.accounts import store as accounts
from stoa.core.auth import store as users
from stoa.core.relationships import block, follow
from tests.federation.elsewhere import Actor
from tests.federation.receive.conftest import World
from tests.federation.receive.deeds import (
    actor_of,
    answers,
    counters,
    follow_pairs,
    letters,
    request_pairs,
    undo,
)
from tests.make import Person


@pytest.fixture
async def alice(world: World) -> Person:
    return await world.make.account("alice")


@pytest.fixture
def carol(world: World) -> Actor:
    return world.elsewhere.actor("carol@there.example")


async def ask(world: World, who: Person, whom: Actor) -> str:
    """*who* wants to follow *whom*; the id of the Follow that waits to be sent."""
    target_id = await world.account_id(whom)
    async with world.door.house.db.write() as conn:
        await follow.follow(conn, who.id, target_id)
    sent = (await letters(world))[-1]
    assert sent["type"] == "Follow"
    return str(sent["id"])


async def test_who_follows_somebody_here_is_told_yes(world: World, alice: Person, carol: Actor) -> None:
    wants = carol.activity("Follow", actor_of(world, alice))
    await world.tell(carol, wants)
    assert await follow_pairs(world) == [("carol", "alice")]
    assert await counters(world, "alice") == (1, 0, 0)
    (accept,) = await letters(world)
    assert accept["type"] == "Accept"
    inner = {"id": wants["id"], "type": "Follow", "actor": carol.uri, "object": actor_of(world, alice)}
    assert accept["object"] == inner
    assert await world.told(alice) == [("follow", "")]


async def test_whoever_asks_again_is_answered_again(world: World, alice: Person, carol: Actor) -> None:
    first, second = (carol.activity("Follow", actor_of(world, alice)) for _ in range(2))
    await world.tell(carol, first)
    await world.tell(carol, second)
    assert await answers(world) == [("Accept", first["id"]), ("Accept", second["id"])]
    assert await counters(world, "alice") == (1, 0, 0)
    await world.tell(carol, undo(carol, second, "id"))
    assert await follow_pairs(world) == []
    assert await counters(world, "alice") == (0, 0, 0)


async def test_whoever_is_locked_is_asked_and_answers_once(world: World, carol: Actor) -> None:
    bob = await world.make.account("bob", locked=True)
    first, second = (carol.activity("Follow", actor_of(world, bob)) for _ in range(2))
    await world.tell(carol, first)
    await world.tell(carol, second)
    assert (await follow_pairs(world), await request_pairs(world)) == ([], [("carol", "bob")])
    assert await letters(world) == []
    assert await world.told(bob) == [("follow_request", "")]
    account_id = await world.account_id(carol)
    async with world.door.house.db.write() as conn:
        await follow.accept(conn, bob.id, account_id)
    assert await answers(world) == [("Accept", second["id"])]


async def test_a_limited_stranger_asks_even_those_who_are_not_locked(
    world: World, alice: Person, carol: Actor
) -> None:
    await world.make.remote("carol@there.example", limited_at=1)
    await world.tell(carol, carol.activity("Follow", actor_of(world, alice)))
    assert await request_pairs(world) == [("carol", "alice")]


async def test_the_blocked_are_told_no(world: World, alice: Person, carol: Actor) -> None:
    account_id = await world.account_id(carol)
    async with world.door.house.db.write() as conn:
        await block.block(conn, alice.id, account_id)
    before = len(await letters(world))
    wants = carol.activity("Follow", actor_of(world, alice))
    await world.tell(carol, wants)
    assert await follow_pairs(world) == []
    assert len(await letters(world)) == before + 1
    assert await answers(world) == [("Reject", wants["id"])]


async def test_who_moved_away_has_no_new_followers(world: World, carol: Actor) -> None:
    new = await world.make.account("new")
    old = await world.make.account("old", moved_to_id=new.id)
    wants = carol.activity("Follow", actor_of(world, old))
    await world.tell(carol, wants)
    assert await answers(world) == [("Reject", wants["id"])]


async def test_who_is_suspended_here_has_no_new_followers(world: World, carol: Actor) -> None:
    eve = await world.make.account("eve", suspended_at=1)
    wants = carol.activity("Follow", actor_of(world, eve))
    await world.tell(carol, wants)
    assert await follow_pairs(world) == []
    assert await answers(world) == [("Reject", wants["id"])]


async def test_the_suspended_follow_nobody_but_may_stop_to(
    world: World, alice: Person, carol: Actor
) -> None:
    bob = await world.make.account("bob")
    wants = carol.activity("Follow", actor_of(world, alice))
    await world.tell(carol, wants)
    account_id = await world.account_id(carol)
    async with world.door.house.db.write() as conn:
        await accounts.change(conn, account_id, suspended_at=1)
    await world.tell(carol, carol.activity("Follow", actor_of(world, bob)))
    assert await follow_pairs(world) == [("carol", "alice")]
    await world.tell(carol, undo(carol, wants))
    assert await follow_pairs(world) == []


async def test_the_server_itself_is_not_followed(world: World, carol: Actor) -> None:
    speaker = world.door.house.addresses.instance_actor
    wants = carol.activity("Follow", speaker)
    await world.tell(carol, wants)
    assert await follow_pairs(world) == []
    (reject,) = await letters(world)
    assert (reject["type"], reject["actor"]) == ("Reject", speaker)
    assert reject["object"]["id"] == wants["id"]


async def test_a_follow_of_somebody_elsewhere_is_not_ours_to_answer(
    world: World, alice: Person, carol: Actor
) -> None:
    dave = world.elsewhere.actor("dave@far.example")
    await world.account_id(dave)
    await world.tell(carol, carol.activity("Follow", dave.uri))
    await world.tell(carol, carol.activity("Follow", actor_of(world, alice) + "0"))
    assert (await follow_pairs(world), await request_pairs(world), await letters(world)) == ([], [], [])


@pytest.mark.parametrize("how", ["id", "embedded", "bare"])
async def test_a_follow_is_taken_back(world: World, alice: Person, carol: Actor, how: str) -> None:
    wants = carol.activity("Follow", actor_of(world, alice))
    await world.tell(carol, wants)
    await world.tell(carol, undo(carol, wants, how))
    assert await follow_pairs(world) == []
    assert await counters(world, "carol") == (0, 0, 0)
    assert await world.told(alice) == []


async def test_a_request_is_taken_back(world: World, carol: Actor) -> None:
    bob = await world.make.account("bob", locked=True)
    wants = carol.activity("Follow", actor_of(world, bob))
    await world.tell(carol, wants)
    await world.tell(carol, undo(carol, wants))
    assert await request_pairs(world) == []
    assert await world.told(bob) == []


async def test_nobody_takes_back_the_follow_of_another(world: World, alice: Person, carol: Actor) -> None:
    dave, mallory = (
        world.elsewhere.actor("dave@far.example"),
        world.elsewhere.actor("mallory@there.example"),
    )
    wants = carol.activity("Follow", actor_of(world, alice))
    await world.tell(carol, wants)
    await world.tell(mallory, undo(mallory, wants, "id"))
    await world.elsewhere.deliver(world.client, dave, undo(dave, wants))
    await world.door.incoming.drain()
    assert await follow_pairs(world) == [("carol", "alice")]


async def test_who_was_told_no_may_ask_again_under_the_same_id(
    world: World, alice: Person, carol: Actor
) -> None:
    # Misskey makes the id of a follow of the two alone.
    account_id = await world.account_id(carol)
    async with world.door.house.db.write() as conn:
        await block.block(conn, alice.id, account_id)
    wants = {**carol.activity("Follow", actor_of(world, alice)), "id": f"{carol.uri}/follows/alice"}
    await world.tell(carol, wants)
    await world.tell(carol, undo(carol, wants))
    async with world.door.house.db.write() as conn:
        await block.unblock(conn, alice.id, account_id)
    await world.tell(carol, wants)
    assert await follow_pairs(world) == [("carol", "alice")]
    assert (await answers(world))[-1] == ("Accept", wants["id"])


@pytest.mark.parametrize("how", ["id", "embedded"])
async def test_a_follow_begins_when_it_is_accepted_and_not_before(
    world: World, alice: Person, carol: Actor, how: str
) -> None:
    follow_id = await ask(world, alice, carol)
    await world.tell(carol, carol.create("<p>Before.</p>"))
    assert (await follow_pairs(world), await request_pairs(world)) == ([], [("alice", "carol")])
    assert await world.home(alice) == []
    mine = {"id": follow_id, "type": "Follow", "actor": actor_of(world, alice), "object": carol.uri}
    await world.tell(carol, carol.activity("Accept", mine if how == "embedded" else follow_id))
    assert (await follow_pairs(world), await request_pairs(world)) == ([("alice", "carol")], [])
    assert await counters(world, "carol") == (1, 0, 0)


async def test_only_who_was_asked_says_yes(world: World, alice: Person, carol: Actor) -> None:
    mallory = world.elsewhere.actor("mallory@there.example")
    follow_id = await ask(world, alice, carol)
    mine = {"id": follow_id, "type": "Follow", "actor": actor_of(world, alice), "object": carol.uri}
    await world.tell(mallory, mallory.activity("Accept", mine))
    await world.tell(mallory, mallory.activity("Accept", follow_id))
    await world.tell(mallory, mallory.activity("Accept", {**mine, "object": mallory.uri}))
    assert (await follow_pairs(world), await request_pairs(world)) == ([], [("alice", "carol")])


async def test_a_yes_to_what_nobody_asked_is_nothing(world: World, alice: Person, carol: Actor) -> None:
    mine = {"type": "Follow", "actor": actor_of(world, alice), "object": carol.uri}
    addresses = world.door.house.addresses
    await world.tell(carol, carol.activity("Accept", mine))
    await world.tell(
        carol,
        carol.activity("Accept", {"id": addresses.deed(actor_of(world, alice), "follows", 7), **mine}),
    )
    await world.tell(carol, carol.activity("Accept", addresses.deed(actor_of(world, alice), "follows", 7)))
    assert (await follow_pairs(world), await request_pairs(world)) == ([], [])


async def test_a_yes_after_one_changed_ones_mind_is_nothing(
    world: World, alice: Person, carol: Actor
) -> None:
    follow_id = await ask(world, alice, carol)
    target_id = await world.account_id(carol)
    async with world.door.house.db.write() as conn:
        await follow.unfollow(conn, alice.id, target_id)
    await world.tell(carol, carol.activity("Accept", follow_id))
    assert (await follow_pairs(world), await request_pairs(world)) == ([], [])


@pytest.mark.parametrize("before", ["asked", "followed"])
@pytest.mark.parametrize("how", ["id", "embedded", "undo"])
async def test_a_no_ends_the_request_or_the_follow(
    world: World, alice: Person, carol: Actor, before: str, how: str
) -> None:
    follow_id = await ask(world, alice, carol)
    mine = {"id": follow_id, "type": "Follow", "actor": actor_of(world, alice), "object": carol.uri}
    accept = carol.activity("Accept", mine)
    if before == "followed":
        await world.tell(carol, accept)
        await world.tell(carol, carol.create())
        assert len(await world.home(alice)) == 1
    said = len(await letters(world))
    no = {
        "id": carol.activity("Reject", follow_id),
        "embedded": carol.activity("Reject", mine),
        "undo": undo(carol, accept),
    }[how]
    await world.tell(carol, no)
    assert (await follow_pairs(world), await request_pairs(world)) == ([], [])
    assert await counters(world, "carol") == (0, 0, 1 if before == "followed" else 0)
    assert await world.home(alice) == []
    assert len(await letters(world)) == said


async def test_nobody_else_ends_a_follow(world: World, alice: Person, carol: Actor) -> None:
    mallory = world.elsewhere.actor("mallory@there.example")
    await world.follows(alice, carol)
    follow_id = next(one["id"] for one in await letters(world) if one["type"] == "Follow")
    mine = {"id": follow_id, "type": "Follow", "actor": actor_of(world, alice), "object": carol.uri}
    await world.tell(mallory, mallory.activity("Reject", mine))
    await world.tell(mallory, mallory.activity("Reject", follow_id))
    assert await follow_pairs(world) == [("alice", "carol")]


async def test_posts_of_whom_one_only_asked_are_not_shown(
    world: World, alice: Person, carol: Actor
) -> None:
    """CVE-2025-30741: somebody else here follows, so that the post is here."""
    bob = await world.make.account("bob")
    await world.follows(bob, carol)
    await ask(world, alice, carol)
    create = carol.create("<p>For followers.</p>", to=[carol.followers], cc=[])
    await world.tell(carol, create)
    post = await world.post(create["object"]["id"])
    assert post is not None
    path = f"/api/v1/statuses/{post.id}"
    assert (await world.client.get(path, token=alice.token)).status == 404
    assert (await world.client.get(path, token=bob.token)).status == 200
    await world.tell(carol, carol.activity("Reject", {"type": "Follow", "actor": actor_of(world, bob),
                                                      "object": carol.uri}))  # fmt: skip
    assert (await world.client.get(path, token=bob.token)).status == 404
    assert await world.home(bob) == []


async def test_nobody_knows_yet_of_who_was_not_let_in(world: World, carol: Actor) -> None:
    eve = await world.make.account("eve", approved=False)
    await world.tell(carol, carol.activity("Follow", actor_of(world, eve)))
    assert await follow_pairs(world) == []
    async with world.door.house.db.write() as conn:
        await users.change(conn, eve.id, approved=True)
    await world.tell(carol, carol.activity("Follow", actor_of(world, eve)))
    assert await follow_pairs(world) == [("carol", "eve")]


async def test_a_yes_is_taken_back_by_its_id_alone_by_who_said_it(
    world: World, alice: Person, carol: Actor
) -> None:
    mallory = world.elsewhere.actor("mallory@there.example")
    accept = carol.activity("Accept", await ask(world, alice, carol))
    await world.tell(carol, accept)
    await world.tell(mallory, mallory.activity("Undo", accept["id"]))
    assert await follow_pairs(world) == [("alice", "carol")]
    await world.tell(carol, carol.activity("Undo", accept["id"]))
    assert (await follow_pairs(world), await request_pairs(world)) == ([], [])
    assert await counters(world, "carol") == (0, 0, 0)


async def test_a_yes_that_was_taken_back_before_it_came_is_none(
    world: World, alice: Person, carol: Actor
) -> None:
    accept = carol.activity("Accept", await ask(world, alice, carol))
    await world.tell(carol, carol.activity("Undo", accept["id"]))
    await world.tell(carol, accept)
    assert (await follow_pairs(world), await request_pairs(world)) == ([], [("alice", "carol")])
    await world.tell(carol, carol.activity("Accept", accept["object"]))
    assert await follow_pairs(world) == [("alice", "carol")]
