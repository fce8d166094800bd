"""Statuses that were read lately: given out again while they are what they were."""

from __future__ import annotations

import pytest

from stoa.core.accounts import store as accounts
from stoa.core.house import House
from stoa.core.statuses import remembered, store, views
from stoa.core.statuses.model import StatusView
from stoa.core.statuses.remembered import Remembered
from tests.make import Make


async def read(house: House, *status_ids: int) -> dict[int, StatusView]:
    async with house.db.read() as conn:
        versions = {one: view.version for one, view in (await views.load(conn, status_ids)).items()}
        return await remembered.load(conn, versions)


async def test_what_was_read_is_not_read_again_but_its_author_is(house: House, make: Make) -> None:
    alice = await make.account("alice", display_name="Alice")
    one, other = await make.status(alice, "One"), await make.status(alice, "Other")
    first = await read(house, one, other)
    assert set(first) == {one, other}
    assert (await read(house, one))[one] is first[one]
    async with house.db.write() as conn:
        await accounts.change(conn, alice.id, display_name="Alice in Chains")
    again = await read(house, one)
    assert again[one].account.display_name == "Alice in Chains"
    async with house.db.write() as conn:
        await store.change(conn, one, title="A title")
    assert (await read(house, one))[one].title == "A title"
    assert await read(house, 1) == {}


async def test_what_may_be_undone_is_not_kept(house: House, make: Make) -> None:
    post = await make.status(await make.account("alice"), "One")

    async def undone() -> None:
        async with house.db.write() as conn:
            await store.change(conn, post, title="Never")
            version = (await views.get(conn, post)).version
            assert (await remembered.load(conn, {post: version}))[post].title == "Never"
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await undone()
    async with house.db.write() as conn:
        await store.change(conn, post, title="At last")
    assert (await read(house, post))[post].title == "At last"


async def test_the_longest_unused_make_room(house: House, make: Make) -> None:
    alice = await make.account("alice")
    posts = [await make.status(alice, "x" * 100) for _ in range(3)]
    found = await read(house, *posts)
    memory = Remembered(budget=2_600)
    for one in posts[:2]:
        memory.put(found[one])
    assert memory.get(posts[0], found[posts[0]].version) is not None
    memory.put(found[posts[2]])
    assert memory.get(posts[1], found[posts[1]].version) is None
    assert memory.get(posts[0], found[posts[0]].version) is not None
    assert memory.get(posts[0], found[posts[0]].version + 1) is None
