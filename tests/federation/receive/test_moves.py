"""Moves of others: only by their own word and with the new one's, and those here go along."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from stoa.core.accounts import store as accounts_store
from stoa.core.relationships import move
from stoa.db import Query, insert
from stoa.db.tables import accounts, domain_blocks, follow_requests, follows
from tests.federation.elsewhere import Actor, Document
from tests.federation.receive.conftest import World
from tests.make import Person


def moved(old: Actor, target: str) -> Document:
    return old.activity("Move", old.uri, target=target)


async def scene(world: World, **said: Any) -> tuple[Person, Actor, Actor]:
    """alice, who follows carol, and where carol goes on, who says so (or *said*)."""
    alice, old = await world.make.account("alice"), world.elsewhere.actor("carol@there.example")
    new = world.elsewhere.actor("carla@far.example", **{"alsoKnownAs": [old.uri], **said})
    await world.follows(alice, old)
    return alice, old, new


async def followed(world: World) -> list[str]:
    """The ids of those whom people here follow or ask to follow."""
    await world.jobs(move.GO_ALONG)
    found = []
    for table in (follows, follow_requests):
        rows = await world.all(select(accounts.c.uri).join(table, table.c.target_id == accounts.c.id))
        found += [row.uri for row in rows]
    return sorted(found)


async def target_of(world: World, old: Actor) -> str | None:
    new = accounts.alias()
    rows = await world.all(
        select(new.c.uri)
        .join(accounts, accounts.c.moved_to_id == new.c.id)
        .where(accounts.c.uri == old.uri)
    )
    return rows[0].uri if rows else None


async def test_followers_here_go_along(world: World) -> None:
    alice, old, new = await scene(world)
    await world.tell(old, moved(old, new.uri))
    assert await followed(world) == [new.uri]
    assert await target_of(world, old) == new.uri
    await world.door.sender.drain()
    sent = {(one.json["type"], one.url) for one in world.elsewhere.delivered}
    assert ("Follow", new.inbox) in sent
    assert ("Undo", old.inbox) in sent
    shown = (await world.client.get(f"/api/v1/accounts/{await world.account_id(old)}")).ok()
    assert shown["moved"]["acct"] == new.acct
    again = await world.client.post(
        f"/api/v1/accounts/{await world.account_id(old)}/follow", token=alice.token
    )
    assert again.status == 403


async def test_somebody_who_moves_here_brings_those_here(world: World) -> None:
    _, old, _ = await scene(world)
    bob = await world.make.account("bob", also_known_as=[old.uri])
    here = world.door.house.addresses.actor(bob.id)
    await world.tell(old, moved(old, here))
    assert await followed(world) == [here]
    assert [kind for kind, _ in await world.told(bob)] == ["follow"]


async def test_a_target_that_does_not_say_so_gets_nobody(world: World) -> None:
    _, old, new = await scene(world, alsoKnownAs=["https://there.example/users/somebody"])
    await world.tell(old, moved(old, new.uri))
    assert await followed(world) == [old.uri]
    assert await target_of(world, old) is None


async def test_what_the_target_said_once_does_not_count(world: World) -> None:
    _, old, new = await scene(world)
    account_id = await world.account_id(new)
    new.document["alsoKnownAs"] = []
    await world.tell(old, moved(old, new.uri))
    assert await followed(world) == [old.uri]
    async with world.door.house.db.read() as conn:
        rows = await conn.all(Query(select(accounts.c.also_known_as).where(accounts.c.id == account_id)))
    assert rows[0].also_known_as == []


async def test_what_the_target_says_now_counts(world: World) -> None:
    _, old, new = await scene(world, alsoKnownAs=[])
    await world.account_id(new)
    new.document["alsoKnownAs"] = old.uri
    await world.tell(old, moved(old, new.uri))
    assert await followed(world) == [new.uri]


async def test_nobody_is_moved_by_somebody_else(world: World) -> None:
    _, old, new = await scene(world)
    evil = world.elsewhere.actor("evil@there.example")
    forged = {**moved(old, new.uri), "id": f"{evil.uri}#move/1"}
    answer = await world.elsewhere.deliver(world.client, evil, forged)
    assert answer.status == 401
    # In one's own name, of another; and the other way round, which is Mitra's "pull".
    for said in (
        {**evil.activity("Move", old.uri, target=new.uri)},
        new.activity("Move", old.uri, target=new.uri),
    ):
        answer = await world.elsewhere.deliver(
            world.client, evil if said["actor"] == evil.uri else new, said
        )
        assert answer.status == 400
    await world.door.incoming.drain()
    assert await followed(world) == [old.uri]


@pytest.mark.parametrize("how", ["suspended", "moved on", "refused", "itself", "gone"])
async def test_nobody_moves_to_who_is_not_there(world: World, how: str) -> None:
    _, old, new = await scene(world)
    target = new.uri
    if how == "refused":
        async with world.door.house.db.write() as conn:
            await conn.run(
                insert(domain_blocks, "id", "domain", "severity", "created_at"),
                id=1, domain="far.example", severity="suspend", created_at=1,
            )  # fmt: skip
    elif how == "itself":
        target = old.uri
    elif how == "gone":
        world.elsewhere.documents[new.uri] = 410
    elif how == "moved on":
        third = world.elsewhere.actor("third@far.example", alsoKnownAs=[new.uri])
        await world.account_id(third)
        new.document["movedTo"] = third.uri
    else:
        account_id = await world.account_id(new)
        async with world.door.house.db.write() as conn:
            await accounts_store.change(conn, account_id, suspended_at=1)
    await world.tell(old, moved(old, target))
    assert await followed(world) == [old.uri]
    assert await target_of(world, old) is None


async def test_nobody_has_us_look_at_others_by_moving_again_and_again(world: World) -> None:
    _, old, new = await scene(world)
    third = world.elsewhere.actor("third@third.example", alsoKnownAs=[old.uri])
    await world.tell(old, moved(old, new.uri))
    await world.tell(old, moved(old, third.uri))
    assert await followed(world) == [new.uri]
    assert third.uri not in world.elsewhere.fetched
    assert await target_of(world, old) == new.uri
    async with world.door.house.db.write() as conn:
        long_ago = move.COOLDOWN_ELSEWHERE_DAYS * move.DAY_MS + 1000
        rows = await conn.all(
            Query(select(accounts.c.id, accounts.c.moved_at).where(accounts.c.uri == old.uri))
        )
        await accounts_store.change(conn, rows[0].id, moved_at=rows[0].moved_at - long_ago)
    await world.tell(old, moved(old, third.uri))
    assert await target_of(world, old) == third.uri


async def test_a_target_that_cannot_be_asked_is_asked_again(world: World) -> None:
    _, old, new = await scene(world)
    document = world.elsewhere.documents[new.uri]
    world.elsewhere.documents[new.uri] = 503
    await world.tell(old, moved(old, new.uri))
    assert await followed(world) == [old.uri]
    world.elsewhere.documents[new.uri] = document
    await world.door.incoming.drain(at=2**50)
    assert await followed(world) == [new.uri]


async def test_the_profile_may_say_it_before_the_move(world: World) -> None:
    _, old, new = await scene(world)
    await world.account_id(new)
    old.document["movedTo"] = new.uri
    await world.tell(old, old.activity("Update", old.document))
    assert await target_of(world, old) == new.uri
    assert await followed(world) == [old.uri]
    await world.tell(old, moved(old, new.uri))
    assert await followed(world) == [new.uri]


async def test_whoever_has_moved_away_from_here_is_not_followed(world: World) -> None:
    bob, new = await world.make.account("bob"), await world.make.account("new")
    carol = world.elsewhere.actor("carol@there.example")
    async with world.door.house.db.write() as conn:
        await accounts_store.change(conn, bob.id, moved_to_id=new.id)
    await world.tell(carol, carol.activity("Follow", world.door.house.addresses.actor(bob.id)))
    assert await world.all(select(follows.c.id)) == []
    await world.door.sender.drain()
    assert [one.json["type"] for one in world.elsewhere.delivered] == ["Reject"]
