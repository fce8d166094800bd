"""Somebody is gone, and what they left behind goes bit by bit, with every count right."""

from __future__ import annotations

from sqlalchemy import select

from stoa.core.house import House
from stoa.core.statuses import leave
from stoa.core.statuses.favourite import favourite
from stoa.db import Query
from stoa.db.tables import accounts, favourites, statuses
from tests.make import Make

_left = Query(select(statuses.c.account_id))
_counts = Query(select(statuses.c.favourites_count, statuses.c.replies_count))
_likes = Query(select(favourites.c.id))
_posts = Query(select(accounts.c.statuses_count))


async def test_it_takes_as_many_turns_as_needed_and_then_no_more(house: House, make: Make) -> None:
    carl = await make.remote("carl@there.example")
    alice = await make.account("alice")
    mine = await make.status(alice)
    for number in range(leave.AT_ONCE + 5):
        uri = f"https://there.example/notes/{number}"
        await make.status(carl, uri=uri, content="<p>Yes.</p>", in_reply_to_id=mine)
    async with house.db.write() as conn:
        await favourite(conn, carl, mine)
    turns = 0
    while True:
        async with house.db.write() as conn:
            if not await leave.remove_some(conn, carl):
                break
        turns += 1
    assert turns == 3
    async with house.db.read() as conn:
        assert await conn.scalars(_left) == [alice.id]
        assert tuple((await conn.all(_counts))[0]) == (0, 0)
        assert await conn.all(_likes) == []
        assert sorted(await conn.scalars(_posts)) == [0, 1]
