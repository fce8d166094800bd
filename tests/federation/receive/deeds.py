"""What is there of the deeds of others, and what was said to them."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
from sqlalchemy import select

from stoa.core.statuses import views
from stoa.core.statuses.model import StatusView
from stoa.db.tables import accounts, blocks, favourites, follow_requests, follows, outgoing, statuses
from tests.federation.elsewhere import Actor, Document
from tests.federation.receive.conftest import World
from tests.make import Person

_one, _other = accounts.alias(), accounts.alias()


def actor_of(world: World, person: Person) -> str:
    """The ActivityPub id of somebody here."""
    return world.door.house.addresses.actor(person.id)


def note_of(world: World, person: Person, status_id: int) -> str:
    """The ActivityPub id of a post from here."""
    return world.door.house.addresses.note(actor_of(world, person), status_id)


async def post_here(world: World, status_id: int) -> StatusView:
    """A post as it is stored."""
    async with world.door.house.db.read() as conn:
        return await views.get(conn, status_id)


async def pairs(world: World, table: Any) -> list[tuple[str, str]]:
    """(who, whom) of follows, follow_requests or blocks."""
    one, other = (
        (table.c.account_id, table.c.target_id)
        if table is blocks
        else (table.c.follower_id, table.c.target_id)
    )
    rows = await world.all(
        select(_one.c.username, _other.c.username.label("whom"))
        .select_from(table.join(_one, _one.c.id == one).join(_other, _other.c.id == other))
        .order_by(table.c.id)
    )
    return [(row.username, row.whom) for row in rows]


async def follow_pairs(world: World) -> list[tuple[str, str]]:
    """Who follows whom."""
    return await pairs(world, follows)


async def request_pairs(world: World) -> list[tuple[str, str]]:
    """Who asks to follow whom."""
    return await pairs(world, follow_requests)


async def block_pairs(world: World) -> list[tuple[str, str]]:
    """Who blocks whom."""
    return await pairs(world, blocks)


async def likes(world: World) -> list[tuple[str, int]]:
    """Who likes which status."""
    rows = await world.all(
        select(accounts.c.username, favourites.c.status_id).select_from(
            favourites.join(accounts, accounts.c.id == favourites.c.account_id)
        )
    )
    return [(row.username, row.status_id) for row in rows]


async def boosts(world: World) -> list[tuple[str, int, str]]:
    """Who boosts which status, for whom."""
    rows = await world.all(
        select(accounts.c.username, statuses.c.reblog_of_id, statuses.c.visibility)
        .select_from(statuses.join(accounts, accounts.c.id == statuses.c.account_id))
        .where(statuses.c.reblog_of_id.is_not(None))
        .order_by(statuses.c.id)
    )
    return [(row.username, row.reblog_of_id, row.visibility) for row in rows]


async def counters(world: World, username: str) -> tuple[int, int, int]:
    """(followers, following, posts) of an account."""
    (row,) = await world.all(
        select(accounts.c.followers_count, accounts.c.following_count, accounts.c.statuses_count).where(
            accounts.c.username == username
        )
    )
    return row.followers_count, row.following_count, row.statuses_count


async def counts(world: World, status_id: int) -> tuple[int, int, int]:
    """(favourites, boosts, replies) of a status."""
    (row,) = await world.all(
        select(statuses.c.favourites_count, statuses.c.reblogs_count, statuses.c.replies_count).where(
            statuses.c.id == status_id
        )
    )
    return row.favourites_count, row.reblogs_count, row.replies_count


async def letters(world: World) -> list[Document]:
    """All that waits to be sent, in the order in which it was said."""
    rows = await world.all(select(outgoing.c.body).order_by(outgoing.c.id))
    return [orjson.loads(row.body) for row in rows]


async def answers(world: World) -> list[tuple[str, str | None]]:
    """(type, id of what it answers) of each Accept and Reject that waits to be sent."""
    return [
        (one["type"], one["object"].get("id"))
        for one in await letters(world)
        if one["type"] in ("Accept", "Reject")
    ]


def undo(actor: Actor, deed: Document, how: str = "embedded") -> Document:
    """*actor* takes *deed* back: by "id" alone, "embedded", or embedded with its "bare" id dropped."""
    if how == "id":
        return actor.activity("Undo", deed["id"])
    inner = {name: value for name, value in deed.items() if name != "@context"}
    if how == "bare":
        del inner["id"]
    return {**actor.activity("Undo", inner), "to": deed.get("to", [])}


async def tell_thrice(world: World, actor: Actor, *activities: Document) -> None:
    """*actor* delivers each of *activities* three times, one after the other, each time three at once."""
    for activity in activities:
        three = (world.elsewhere.deliver(world.client, actor, activity) for _ in range(3))
        assert {answer.status for answer in await asyncio.gather(*three)} == {202}
        await asyncio.gather(*(world.door.incoming.drain() for _ in range(2)))
