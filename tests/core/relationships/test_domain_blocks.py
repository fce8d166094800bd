"""Servers that a member does not want to hear of."""

from __future__ import annotations

from typing import Any

import pytest

from stoa import ids
from stoa.core.errors import Forbidden, Unprocessable
from stoa.core.house import House
from stoa.core.notifications import views as notifications
from stoa.core.relationships import domain_blocks, follow, severances, views
from stoa.core.statuses import context, favourite
from stoa.core.timelines import views as timelines
from stoa.db.paging import Page
from stoa.jobs.worker import InDatabase, Worker
from tests.make import Make, Person

PAGE = Page(limit=40)


async def do(house: House, verb: Any, *given: Any, **named: Any) -> Any:
    async with house.db.write() as conn:
        return await verb(conn, *given, **named)


async def drain(house: House) -> None:
    worker = Worker(house.db, {domain_blocks.LEAVE: InDatabase(domain_blocks.leave)})
    await worker.drain(at=ids.now_ms() + 1000)


async def told(house: House, who: Person) -> list[str]:
    async with house.db.read() as conn:
        return [one.type for one in await notifications.page(conn, who.id, PAGE)]


async def village(house: House, make: Make) -> tuple[Person, int, int]:
    alice = await make.account("alice")
    return alice, await make.remote("carl@there.example"), await make.remote("dora@else.example")


async def posted(make: Make, author: int, text: str = "Hello.", **draft: Any) -> int:
    return await make.status(
        author, text, content=f"<p>{text}</p>", uri=f"https://x.example/{ids.new_id()}", **draft
    )


async def test_nobody_there_is_met(house: House, make: Make) -> None:
    alice, carl, dora = await village(house, make)
    mine = await make.status(alice)
    await do(house, domain_blocks.block, alice.id, "There.Example.")
    theirs = await posted(make, carl, in_reply_to_id=mine, mention_ids=[alice.id])
    other = await posted(make, dora, in_reply_to_id=mine, mention_ids=[alice.id])
    for author in (carl, dora):
        await do(house, favourite.favourite, author, mine)
    public = await posted(make, carl), await posted(make, dora)
    assert await told(house, alice) == ["favourite", "mention"]
    async with house.db.read() as conn:
        shown = {one.id for one in await timelines.public(conn, alice.id, PAGE)}
        found = await context.around(conn, mine, alice.id)
        assert (await views.relationship(conn, alice.id, carl)).domain_blocking
        assert not (await views.relationship(conn, alice.id, dora)).domain_blocking
    assert public[1] in shown
    assert public[0] not in shown
    below = {one.id for one in found.descendants}
    assert other in below
    assert theirs not in below
    await do(house, domain_blocks.unblock, alice.id, "there.example")
    async with house.db.read() as conn:
        assert public[0] in {one.id for one in await timelines.public(conn, alice.id, PAGE)}


async def test_what_was_told_of_them_is_gone(house: House, make: Make) -> None:
    alice, carl, dora = await village(house, make)
    mine = await make.status(alice)
    for author in (carl, dora):
        await do(house, favourite.favourite, author, mine)
    await do(house, domain_blocks.block, alice.id, "there.example")
    await do(house, domain_blocks.unblock, alice.id, "there.example")
    assert await told(house, alice) == ["favourite"]


async def test_follows_both_ways_end_and_one_is_told(house: House, make: Make) -> None:
    alice, carl, dora = await village(house, make)
    bob = await make.account("bob")
    await do(house, follow.follow, carl, alice.id)
    for target in (carl, dora):
        await do(house, follow.follow, alice.id, target)
        await do(house, follow.accept, target, alice.id)
    await do(house, follow.follow, bob.id, carl)
    await do(house, follow.accept, carl, bob.id)
    await do(house, domain_blocks.block, alice.id, "there.example")
    await drain(house)
    async with house.db.read() as conn:
        gone = await views.relationship(conn, alice.id, carl)
        kept = await views.relationship(conn, alice.id, dora)
        others = await views.relationship(conn, bob.id, carl)
    assert (gone.following, gone.followed_by, kept.following, others.following) == (
        False,
        False,
        True,
        True,
    )
    async with house.db.read() as conn:
        (one,) = await notifications.page(conn, alice.id, PAGE)
        assert one.type == "severed_relationships"
        lost = await severances.load(conn, [one.severance_id or 0])
    (loss,) = lost.values()
    assert (loss.type, loss.target_name) == ("user_domain_block", "there.example")
    assert (loss.followers_count, loss.following_count) == (1, 1)


async def test_requests_end_and_nobody_asks_anew(house: House, make: Make) -> None:
    _, carl, dora = await village(house, make)
    locked = await make.account("locked", locked=True)
    await do(house, follow.follow, carl, locked.id)
    await do(house, domain_blocks.block, locked.id, "there.example")
    await drain(house)
    async with house.db.read() as conn:
        assert not (await views.relationship(conn, locked.id, carl)).requested_by
    for follower, target in ((carl, locked.id), (locked.id, carl)):
        with pytest.raises(Forbidden):
            await do(house, follow.follow, follower, target)
    await do(house, follow.follow, dora, locked.id)


async def test_a_block_that_ended_ends_no_follows(house: House, make: Make) -> None:
    alice, carl, _ = await village(house, make)
    await do(house, follow.follow, carl, alice.id)
    await do(house, domain_blocks.block, alice.id, "there.example")
    await do(house, domain_blocks.unblock, alice.id, "there.example")
    await drain(house)
    async with house.db.read() as conn:
        assert (await views.relationship(conn, alice.id, carl)).followed_by


@pytest.mark.parametrize("name", ["", "no server", "https://there.example/", "x" * 300])
async def test_what_names_no_server_is_refused(house: House, make: Make, name: str) -> None:
    alice = await make.account("alice")
    with pytest.raises(Unprocessable):
        await do(house, domain_blocks.block, alice.id, name)
