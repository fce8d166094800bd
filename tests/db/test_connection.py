"""What every query relies on, on both databases."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from sqlalchemy import bindparam, select, update

from stoa import db, ids
from stoa.core.house import House
from stoa.db import Query, any_of, insert
from stoa.db.tables import tags
from tests.db.filling import LARGE, full_disk

_add = insert(tags, "id", "name", "key", "created_at")
_by_keys = Query(select(tags.c.key).where(any_of(tags.c.key, "keys")).order_by(tags.c.key))
_touch = Query(update(tags).where(tags.c.key == bindparam("key")).values(created_at=tags.c.created_at + 1))
_by_key = Query(select(tags.c.id).where(tags.c.key == bindparam("key")))


async def _tag(conn: db.Connection, key: str) -> None:
    await conn.run(_add, id=ids.new_id(), name=key, key=key, created_at=1)


async def test_a_block_that_raises_leaves_nothing(house: House) -> None:
    async def fail() -> None:
        async with house.db.write() as conn:
            await _tag(conn, "stoa")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with house.db.read() as conn:
        assert await conn.first(_by_key, key="stoa") is None


async def test_a_part_that_raises_leaves_nothing_of_itself_alone(house: House) -> None:
    async with house.db.write() as conn:
        await _tag(conn, "before")
        with contextlib.suppress(ZeroDivisionError):
            async with conn.savepoint():
                await _tag(conn, "within")
                conn.after_commit.append(pytest.fail)
                raise ZeroDivisionError
        with contextlib.suppress(db.UniqueViolation):
            async with conn.savepoint():
                await _tag(conn, "before")
        async with conn.savepoint():
            await _tag(conn, "later")
    async with house.db.read() as conn:
        assert await conn.scalars(_by_keys, keys=["before", "within", "later"]) == ["before", "later"]


async def test_those_who_wait_for_each_other_hear_of_it(house: House) -> None:
    if house.db.dialect == "sqlite":
        return  # one writer: nobody holds what another wants
    for key in ("one", "two"):
        async with house.db.write() as conn:
            await _tag(conn, key)
    both_in = asyncio.Barrier(2)

    async def rename(first: str, second: str) -> None:
        async with house.db.write() as conn:
            await conn.run(_touch, key=first)
            await both_in.wait()
            await conn.run(_touch, key=second)

    results = await asyncio.gather(rename("one", "two"), rename("two", "one"), return_exceptions=True)
    assert [type(one) for one in results if one is not None] == [db.Conflict]


async def test_a_full_disk_is_no_room_and_nothing_is_kept(house: House) -> None:
    async def fill() -> None:
        async with house.db.write() as conn:
            await _tag(conn, "before")
            await _tag(conn, "x" * LARGE)

    async with full_disk(house, "tags"):
        with pytest.raises(db.Unavailable):
            await fill()
    async with house.db.write() as conn:
        assert await conn.first(_by_key, key="before") is None
        await _tag(conn, "x" * LARGE)


async def test_after_a_full_disk_nothing_is_kept_in_parts(house: House) -> None:
    """SQLite undoes the whole transaction by itself, and would commit each later statement alone."""
    async with full_disk(house, "tags"):
        with contextlib.suppress(db.Unavailable):
            async with house.db.write() as conn:
                await _tag(conn, "before")
                with contextlib.suppress(db.Unavailable):
                    async with conn.savepoint():
                        await _tag(conn, "x" * LARGE)
                with contextlib.suppress(db.Unavailable):
                    async with conn.savepoint():
                        await _tag(conn, "part")
                await _tag(conn, "after")
    async with house.db.read() as conn:
        kept = await conn.scalars(_by_keys, keys=["before", "part", "after"])
    assert kept in ([], ["after", "before", "part"])


async def test_the_same_key_twice_is_a_unique_violation(house: House) -> None:
    async with house.db.write() as conn:
        await _tag(conn, "stoa")
    with pytest.raises(db.UniqueViolation):
        async with house.db.write() as conn:
            await _tag(conn, "stoa")


async def test_a_list_is_one_parameter_whatever_its_length(house: House) -> None:
    async with house.db.write() as conn:
        for key in ("a", "b", "c"):
            await _tag(conn, key)
    async with house.db.read() as conn:
        assert await conn.scalars(_by_keys, keys=["c", "a", "x"]) == ["a", "c"]
        assert await conn.scalars(_by_keys, keys=[]) == []
    async with house.db.read(long=True) as conn:
        assert await conn.scalars(_by_keys, keys=["b"]) == ["b"]


async def test_the_version_changes_with_every_commit_and_only_then(house: House) -> None:
    before = house.db.version()
    if before is None:
        return  # PostgreSQL does not say, and nothing is kept
    async with house.db.read() as conn:
        await conn.all(_by_keys, keys=["a"])
    assert house.db.version() == before
    async with house.db.write() as conn:
        await _tag(conn, "stoa")
    assert house.db.version() != before
