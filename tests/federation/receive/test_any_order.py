"""Deeds and their undoing end the same in whatever order they come, each of them three times (F5.7, R9)."""

from __future__ import annotations

import asyncio
import contextvars
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from stoa import ids
from stoa.core.relationships import follow
from stoa.db import Connection
from stoa.federation.incoming import Incoming
from stoa.federation.parse.activity import parse_activity
from stoa.federation.receive import receive
from stoa.federation.received import Received
from tests.federation.elsewhere import PUBLIC, Actor, Document
from tests.federation.receive.conftest import World
from tests.federation.receive.deeds import (
    actor_of,
    answers,
    block_pairs,
    boosts,
    counters,
    counts,
    follow_pairs,
    likes,
    note_of,
    request_pairs,
    tell_thrice,
    undo,
)
from tests.make import Person

KINDS = ("Follow", "Like", "Announce", "Block")


@dataclass
class Scene:
    """Carol, who does things to alice and to a post of hers; alice follows carol."""

    world: World
    alice: Person
    carol: Actor
    post: int
    made: dict[str, Document] = field(default_factory=dict)

    def deed(self, kind: str) -> Document:
        """The deed, and always the same one."""
        alice = actor_of(self.world, self.alice)
        about = alice if kind in ("Follow", "Block") else note_of(self.world, self.alice, self.post)
        public = {"to": [PUBLIC], "cc": [self.carol.followers]} if kind == "Announce" else {"to": [alice]}
        return self.made.setdefault(kind, self.carol.activity(kind, about, **public))

    async def is_done(self, kind: str) -> bool:
        """Whether the deed holds; its counters agree with that."""
        if kind == "Like":
            found = await likes(self.world) == [("carol", self.post)]
            assert await counts(self.world, self.post) == (int(found), 0, 0)
        elif kind == "Announce":
            found = [one[:2] for one in await boosts(self.world)] == [("carol", self.post)]
            assert await counts(self.world, self.post) == (0, int(found), 0)
            assert (await counters(self.world, "carol"))[2] == int(found)
        elif kind == "Follow":
            found = ("carol", "alice") in await follow_pairs(self.world)
            assert (await counters(self.world, "alice"))[0] == int(found)
            assert (await counters(self.world, "carol"))[1] == int(found)
        else:
            found = await block_pairs(self.world) == [("carol", "alice")]
        assert bool(await self.world.told(self.alice)) == (found and kind != "Block")
        return found


@pytest.fixture
async def scene(world: World) -> Scene:
    alice = await world.make.account("alice")
    carol = world.elsewhere.actor("carol@there.example")
    await world.follows(alice, carol)
    return Scene(world, alice, carol, await world.make.status(alice))


@pytest.mark.parametrize("how", ["id", "embedded"])
@pytest.mark.parametrize("first", ["deed", "undo"])
@pytest.mark.parametrize("kind", KINDS)
async def test_a_deed_and_its_undoing_end_undone(scene: Scene, kind: str, first: str, how: str) -> None:
    deed = scene.deed(kind)
    both = [deed, undo(scene.carol, deed, how)]
    await tell_thrice(scene.world, scene.carol, *(both if first == "deed" else reversed(both)))
    assert not await scene.is_done(kind)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_deed_that_comes_three_times_is_done_once(scene: Scene, kind: str) -> None:
    await tell_thrice(scene.world, scene.carol, scene.deed(kind))
    assert await scene.is_done(kind)


@pytest.mark.parametrize("kind", KINDS)
async def test_an_undone_deed_that_is_done_again_is_done(scene: Scene, kind: str) -> None:
    deed = scene.deed(kind)
    again = {**deed, "id": f"{deed['id']}-again"}
    await tell_thrice(scene.world, scene.carol, deed, undo(scene.carol, deed), again)
    assert await scene.is_done(kind)


@pytest.mark.parametrize("kind", KINDS)
async def test_an_undoing_is_believed_of_the_one_alone_who_did_it(scene: Scene, kind: str) -> None:
    """Who says first that they take back what somebody else is about to do changes nothing."""
    mallory = scene.world.elsewhere.actor("mallory@there.example")
    far = scene.world.elsewhere.actor("mallory@far.example")
    deed = scene.deed(kind)
    await scene.world.tell(mallory, undo(mallory, deed, "id"))
    await scene.world.tell(far, undo(far, deed, "id"))
    await scene.world.tell(scene.carol, deed)
    assert await scene.is_done(kind)


@pytest.mark.parametrize("kind", KINDS)
async def test_two_processes_do_a_deed_once(scene: Scene, kind: str) -> None:
    world, door = scene.world, scene.world.door
    other = Incoming(door.house, door.resolver, door.fetcher)
    await world.account_id(scene.carol)
    dave = world.elsewhere.actor("dave@far.example")
    deed = scene.deed(kind)
    for number in range(3):
        same = {**deed, "id": f"{deed['id']}/{number}"}
        await world.elsewhere.deliver(world.client, scene.carol, same)
        await world.elsewhere.deliver(world.client, dave, dave.create())
    await asyncio.gather(door.incoming.drain(), other.drain())
    assert await scene.is_done(kind)


async def test_a_boost_and_its_undoing_at_the_same_moment_end_undone(scene: Scene) -> None:
    """In two processes: neither sees yet what the other does."""
    house, announce = scene.world.door.house, scene.deed("Announce")
    carol_id = await scene.world.account_id(scene.carol)

    async def happens(conn: Connection, document: Document) -> None:
        act = parse_activity(document)
        await receive(
            conn, Received(house=house, activity=act, document=document, actor_id=carol_id, at=ids.now_ms())
        )

    async def taken_back() -> None:
        async with house.db.write() as conn:
            await happens(conn, undo(scene.carol, announce))

    async with house.db.write() as conn:
        await happens(conn, announce)
        other = asyncio.create_task(taken_back(), context=contextvars.Context())
        await asyncio.wait([other], timeout=0.3)
    await other
    assert not await scene.is_done("Announce")


Act = Callable[[], Awaitable[Any]]


@pytest.mark.parametrize("order", list(itertools.permutations(("Follow", "Undo", "Accept"))), ids="-".join)
async def test_a_request_taken_back_stays_so_whenever_it_is_granted(
    scene: Scene, order: tuple[str, ...]
) -> None:
    """Somebody elsewhere asks a locked person, and changes their mind."""
    world, carol = scene.world, scene.carol
    bob = await world.make.account("bob", locked=True)
    wants = carol.activity("Follow", actor_of(world, bob), to=[actor_of(world, bob)])
    carol_id = await world.account_id(carol)

    async def grant() -> None:
        for follower, target in await request_pairs(world):
            assert (follower, target) == ("carol", "bob")
            async with world.door.house.db.write() as conn:
                await follow.accept(conn, bob.id, carol_id)

    acts: dict[str, Act] = {
        "Follow": lambda: tell_thrice(world, carol, wants),
        "Undo": lambda: tell_thrice(world, carol, undo(carol, wants)),
        "Accept": grant,
    }
    for name in order:
        await acts[name]()
    assert await follow_pairs(world) == [("alice", "carol")]
    assert await request_pairs(world) == []
    assert await counters(world, "bob") == (0, 0, 0)
    assert ("Accept", wants["id"]) not in await answers(world) or order.index("Accept") == 1


@pytest.mark.parametrize("order", list(itertools.permutations(("Undo", "Accept", "Reject"))), ids="-".join)
async def test_what_we_asked_and_took_back_is_not_granted(scene: Scene, order: tuple[str, ...]) -> None:
    """Somebody here asks, and changes their mind while yes and no are on their way."""
    world, alice = scene.world, scene.alice
    dave = world.elsewhere.actor("dave@far.example")
    dave_id = await world.account_id(dave)
    async with world.door.house.db.write() as conn:
        await follow.follow(conn, alice.id, dave_id)
    mine = {"type": "Follow", "actor": actor_of(world, alice), "object": dave.uri}

    async def withdraw() -> None:
        async with world.door.house.db.write() as conn:
            await follow.unfollow(conn, alice.id, dave_id)

    acts: dict[str, Act] = {
        "Undo": withdraw,
        "Accept": lambda: tell_thrice(world, dave, dave.activity("Accept", mine)),
        "Reject": lambda: tell_thrice(world, dave, dave.activity("Reject", mine)),
    }
    for name in order:
        await acts[name]()
    assert await follow_pairs(world) == [("alice", "carol")]
    assert await request_pairs(world) == []
    assert await counters(world, "dave") == (0, 0, 0)
