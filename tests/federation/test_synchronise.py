"""Followers as another server lists them (FEP-8fcf): what is not on its list ends, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import bindparam, select, update

from stoa.core.relationships import follow
from stoa.db import Query
from stoa.db.tables import accounts, follow_requests, follows, jobs
from stoa.federation import synchronise
from stoa.federation.deliver.sync import HEADER, digest, header
from stoa.ids import Addresses
from tests.federation.elsewhere import Actor, Asked
from tests.federation.receive.conftest import World, world
from tests.make import Person

__all__ = ["world"]

URL = "https://there.example/users/carol/followers_synchronization"
_age = Query(update(follows).values(created_at=1).where(follows.c.follower_id == bindparam("follower")))


def uri(world: World, person: Person) -> str:
    return world.door.house.addresses.actor(person.id)


def stated(listed: list[str], *, collection: str | None = None, url: str = URL) -> str:
    collection = collection or "https://there.example/users/carol/followers"
    return f'collectionId="{collection}", url="{url}", digest="{digest(listed)}"'


def lists(world: World, listed: list[str], **said: Any) -> None:
    world.elsewhere.put({
        "@context": "https://www.w3.org/ns/activitystreams", "id": URL, "type": "OrderedCollection",
        "orderedItems": listed, **said,
    })  # fmt: skip


async def village(world: World) -> tuple[Actor, Person, Person]:
    """carol, and alice and bob, who have followed her for long."""
    carol = world.elsewhere.actor()
    people = [await world.make.account(name) for name in ("alice", "bob")]
    for one in people:
        await world.follows(one, carol)
        async with world.door.house.db.write() as conn:
            await conn.run(_age, follower=one.id)
    await world.jobs("deliver.profile")
    await world.door.sender.drain(at=2**50)
    world.elsewhere.asked.clear()
    return carol, people[0], people[1]


async def hear(world: World, carol: Actor, value: str, *, signed: bool = True) -> int:
    """Deliver a post for followers with the header, and do what it has us do; how many jobs."""
    given = {HEADER: value}
    answer = await world.elsewhere.deliver(
        world.client, carol, carol.create(to=[carol.followers], cc=[]),
        signed=given if signed else None, headers=None if signed else given,
    )  # fmt: skip
    assert answer.status == 202
    await world.door.incoming.drain()
    return await world.jobs(synchronise.SYNCHRONISE)


async def following(world: World, table: Any = follows) -> list[str]:
    rows = await world.all(select(accounts.c.username).join(table, table.c.follower_id == accounts.c.id))
    return sorted(row.username for row in rows)


async def sent(world: World) -> list[tuple[str, str]]:
    """(type, actor) of what goes out."""
    await world.door.sender.drain(at=2**50)
    return [(one.json["type"], one.json["actor"]) for one in world.elsewhere.delivered]


async def test_whoever_agrees_asks_nothing(world: World) -> None:
    carol, alice, bob = await village(world)
    assert await hear(world, carol, stated([uri(world, bob), uri(world, alice)])) == 0
    assert world.elsewhere.fetched == []


async def test_who_is_not_on_the_list_follows_no_longer(world: World) -> None:
    carol, alice, _ = await village(world)
    lists(world, [uri(world, alice)])
    assert await hear(world, carol, stated([uri(world, alice)])) == 1
    assert await following(world) == ["alice"]
    (row,) = await world.all(select(accounts.c.followers_count).where(accounts.c.uri == carol.uri))
    assert row.followers_count == 1
    assert await sent(world) == []
    asked = next(one for one in world.elsewhere.asked if one.url == URL)
    assert "signature" in {name.lower() for name in asked.headers}


async def test_nobody_on_the_list_is_nobody(world: World) -> None:
    carol, _, _ = await village(world)
    lists(world, [])
    await hear(world, carol, stated([]))
    assert await following(world) == []


async def test_who_is_on_the_list_and_does_not_follow_says_so(world: World) -> None:
    carol, alice, bob = await village(world)
    eve = await world.make.account("eve")
    everybody = [uri(world, one) for one in (alice, bob, eve)]
    lists(world, [*everybody])
    await hear(world, carol, stated(everybody))
    assert await following(world) == ["alice", "bob"]
    assert await sent(world) == [("Undo", uri(world, eve))]
    undo = world.elsewhere.delivered[0].json
    assert (undo["object"]["type"], undo["object"]["object"]) == ("Follow", carol.uri)


async def test_who_asked_and_is_on_the_list_has_a_yes(world: World) -> None:
    carol, alice, bob = await village(world)
    eve = await world.make.account("eve")
    async with world.door.house.db.write() as conn:
        await follow.follow(conn, eve.id, await _id(world, carol))
    everybody = [uri(world, one) for one in (alice, bob, eve)]
    lists(world, everybody)
    await hear(world, carol, stated(everybody))
    assert await following(world) == ["alice", "bob", "eve"]
    assert await following(world, follow_requests) == []


async def _id(world: World, actor: Actor) -> int:
    return await world.door.resolver.actor(actor.uri)


async def test_a_list_that_is_not_the_one_announced_changes_nothing(world: World) -> None:
    carol, alice, _ = await village(world)
    lists(world, [])
    assert await hear(world, carol, stated([uri(world, alice)])) == 1
    assert await following(world) == ["alice", "bob"]


BROKEN: list[Callable[[str], dict[str, Any]]] = [
    lambda page: {"next": f"{page}?page=2"},
    lambda page: {"next": "https://far.example/page2"},
    lambda page: {"next": page},
]


@pytest.mark.parametrize("broken", BROKEN, ids=["next page missing", "next page elsewhere", "in a circle"])
async def test_a_list_that_cannot_be_read_to_its_end_changes_nothing(
    world: World, broken: Callable[[str], dict[str, Any]]
) -> None:
    """CVE-2025-32947 among others."""
    carol, alice, _ = await village(world)
    lists(world, [uri(world, alice)], **broken(URL))
    await hear(world, carol, stated([uri(world, alice)]))
    assert await following(world) == ["alice", "bob"]
    assert len(world.elsewhere.fetched) <= synchronise.MAX_PAGES


async def test_a_list_on_several_pages_is_read_whole(world: World) -> None:
    carol, alice, _ = await village(world)
    eve = await world.make.account("eve")
    people = [uri(world, alice), uri(world, eve)]
    lists(world, people[:1], next=f"{URL}?page=2")
    world.elsewhere.documents[f"{URL}?page=2"] = {
        "@context": "https://www.w3.org/ns/activitystreams", "id": f"{URL}?page=2",
        "type": "OrderedCollectionPage", "orderedItems": people[1:],
    }  # fmt: skip
    await hear(world, carol, stated(people))
    assert await following(world) == ["alice"]
    assert await sent(world) == [("Undo", uri(world, eve))]


async def test_whoever_follows_while_the_list_is_on_its_way_stays(world: World) -> None:
    carol, alice, _ = await village(world)
    eve = await world.make.account("eve")

    async def slowly(asked: Asked) -> dict[str, Any]:
        await world.follows(eve, carol)
        return {
            "@context": "https://www.w3.org/ns/activitystreams", "id": URL, "type": "OrderedCollection",
            "orderedItems": [uri(world, alice)],
        }  # fmt: skip

    world.elsewhere.documents[URL] = slowly
    await hear(world, carol, stated([uri(world, alice)]))
    assert await following(world) == ["alice", "eve"]


NOT_BELIEVED = [
    pytest.param({"collection": "https://there.example/users/dave/followers"}, id="of somebody else"),
    pytest.param({"url": "https://far.example/list"}, id="to be read elsewhere"),
    pytest.param({"url": "http://there.example/list"}, id="to be read by another scheme"),
]


@pytest.mark.parametrize("said", NOT_BELIEVED)
async def test_only_the_signers_own_followers_are_compared(world: World, said: dict[str, Any]) -> None:
    carol, _, _ = await village(world)
    world.elsewhere.actor("dave@there.example")
    assert await hear(world, carol, stated([], **said)) == 0
    assert await following(world) == ["alice", "bob"]


async def test_a_header_that_is_not_signed_does_not_count(world: World) -> None:
    carol, _, _ = await village(world)
    lists(world, [])
    assert await hear(world, carol, stated([]), signed=False) == 0
    assert await following(world) == ["alice", "bob"]


async def test_many_headers_are_one_question(world: World) -> None:
    carol, _, _ = await village(world)
    for _ in range(3):
        await world.elsewhere.deliver(
            world.client, carol, carol.create(to=[carol.followers]), signed={HEADER: stated([])}
        )
    rows = await world.all(select(jobs.c.id).where(jobs.c.kind == synchronise.SYNCHRONISE))
    assert len(rows) == 1


GOOD = stated(["https://home.example/1"])
BAD = [
    "", "x", 'digest="0"', GOOD + ', digest="0"', GOOD.replace("https", "file"), GOOD[:-5] + '"',
    "x" * 7_000, GOOD.replace(", ", ";"), GOOD.replace('"', ""), GOOD + ", rest",
]  # fmt: skip


@pytest.mark.parametrize("value", BAD, ids=lambda value: value[:30])
def test_a_header_that_makes_no_sense_is_none(value: str) -> None:
    assert synchronise.read(value) is None


def test_a_header_as_we_send_it_can_be_read() -> None:
    addresses = Addresses("https://home.example")
    actor = addresses.actor(1)
    found = synchronise.read(header(actor, [actor], addresses))
    assert found == (
        addresses.followers(actor),
        addresses.followers_synchronization(actor),
        digest([actor]),
    )
    assert synchronise.read(f'url="{URL}",digest="{digest([])}",collectionId="{URL}"') is not None
