"""Blocks of others: both no longer see each other, nobody is told, and what was between them ends."""

from __future__ import annotations

import pytest

from tests.federation.elsewhere import Actor
from tests.federation.receive.conftest import World
from tests.federation.receive.deeds import actor_of, block_pairs, follow_pairs, letters, undo
from tests.make import Person


@pytest.fixture
async def alice(world: World) -> Person:
    return await world.make.account("alice")


@pytest.fixture
async def carol(world: World, alice: Person) -> Actor:
    """She and alice follow each other."""
    carol = world.elsewhere.actor("carol@there.example")
    await world.follows(alice, carol)
    await world.tell(carol, carol.activity("Follow", actor_of(world, alice)))
    return carol


async def test_who_is_blocked_no_longer_sees_the_blocker_and_is_not_told(
    world: World, alice: Person, carol: Actor
) -> None:
    create = carol.create()
    await world.tell(carol, create)
    post = await world.post(create["object"]["id"])
    assert post is not None
    told, said = await world.told(alice), await letters(world)
    await world.tell(carol, carol.activity("Block", actor_of(world, alice)))
    assert await follow_pairs(world) == []
    assert await block_pairs(world) == [("carol", "alice")]
    assert await world.home(alice) == []
    path = f"/api/v1/statuses/{post.id}"
    assert (await world.client.get(path, token=alice.token)).status == 404
    assert [one for one in await world.told(alice) if one not in told] == []
    assert await letters(world) == said
    (shown,) = (
        await world.client.get(
            f"/api/v1/accounts/relationships?id[]={await world.account_id(carol)}", token=alice.token
        )
    ).ok()
    assert (shown["blocked_by"], shown["following"]) == (True, False)
    answer = await world.client.post(
        f"/api/v1/accounts/{await world.account_id(carol)}/follow", token=alice.token
    )
    assert answer.status == 403


@pytest.mark.parametrize("how", ["id", "embedded", "bare"])
async def test_a_block_is_taken_back(world: World, alice: Person, carol: Actor, how: str) -> None:
    deed = carol.activity("Block", actor_of(world, alice))
    await world.tell(carol, deed)
    await world.tell(carol, undo(carol, deed, how))
    assert await block_pairs(world) == []
    assert await follow_pairs(world) == []


async def test_nobody_takes_back_the_block_of_another(world: World, alice: Person, carol: Actor) -> None:
    mallory = world.elsewhere.actor("mallory@there.example")
    deed = carol.activity("Block", actor_of(world, alice))
    await world.tell(carol, deed)
    await world.tell(mallory, undo(mallory, deed, "id"))
    assert await block_pairs(world) == [("carol", "alice")]


async def test_a_ban_from_a_community_is_no_block_of_an_account(
    world: World, alice: Person, carol: Actor
) -> None:
    ban = carol.activity("Block", actor_of(world, alice), target="https://there.example/c/porches")
    await world.tell(carol, ban)
    assert await block_pairs(world) == []
    await world.tell(carol, carol.activity("Block", actor_of(world, alice)))
    await world.tell(carol, undo(carol, ban))
    assert await block_pairs(world) == [("carol", "alice")]


async def test_a_block_among_others_is_none_of_our_business(world: World, carol: Actor) -> None:
    dave = world.elsewhere.actor("dave@far.example")
    await world.account_id(dave)
    await world.tell(carol, carol.activity("Block", dave.uri))
    assert await block_pairs(world) == []
