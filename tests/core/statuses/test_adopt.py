"""A reply that came first takes its place when what it answers comes."""

from __future__ import annotations

from typing import Any

from stoa.core.house import House
from stoa.core.statuses import context, mute, visibility
from stoa.core.statuses.adopt import adopt
from tests.make import Make


async def _adopt(house: House, child: int, parent: int, author: int) -> bool:
    async with house.db.write() as conn:
        row = await visibility.require_answerable(conn, parent, author)
        return await adopt(conn, child, row)


async def _said(make: Make, author: int, number: int, **draft: Any) -> int:
    uri = f"https://there.example/notes/{number}"
    return await make.status(author, uri=uri, content="<p>Hello.</p>", **draft)


async def _below(house: House, status_id: int) -> list[int]:
    async with house.db.read() as conn:
        return [one.id for one in (await context.around(conn, status_id, None)).descendants]


async def test_all_that_hangs_on_a_reply_comes_with_it(house: House, make: Make) -> None:
    carl = await make.remote("carl@there.example")
    child = await _said(make, carl, 2, answers_unknown=True)
    grandchild = await _said(make, carl, 3, in_reply_to_id=child)
    parent = await _said(make, carl, 1)
    assert await _adopt(house, child, parent, carl)
    assert await _below(house, parent) == [child, grandchild]
    assert not await _adopt(house, child, grandchild, carl)


async def test_nothing_answers_what_answers_it(house: House, make: Make) -> None:
    carl = await make.remote("carl@there.example")
    one = await _said(make, carl, 1, answers_unknown=True)
    other = await _said(make, carl, 2, in_reply_to_id=one)
    assert not await _adopt(house, one, other, carl)
    assert not await _adopt(house, one, one, carl)


async def test_who_left_a_part_in_peace_has_left_the_whole(house: House, make: Make) -> None:
    carl = await make.remote("carl@there.example")
    alice = await make.account("alice")
    parent, child = await _said(make, carl, 1), await _said(make, carl, 2, answers_unknown=True)
    async with house.db.write() as conn:
        await mute.mute(conn, alice.id, child)
        await mute.mute(conn, alice.id, parent)
    assert await _adopt(house, child, parent, carl)
    async with house.db.write() as conn:
        await mute.unmute(conn, alice.id, child)
    async with house.db.read() as conn:
        shown = await context.around(conn, parent, alice.id)
    assert [one.muted for one in shown.descendants] == [False]
