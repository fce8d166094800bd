"""A disk that is full, as each database finds it: what is large has no room, what is small still has."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from stoa.core.house import House
from stoa.db.sqlite import SqliteDatabase

LARGE = 200_000
"""Characters for which there is no room."""
_PAGES = 40  # for what is small

_FULL = """
CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF length(NEW::text) >= 100000 THEN
    RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full';
  END IF;
  RETURN NEW;
END $$
"""


@contextlib.asynccontextmanager
async def full_disk(house: House, table: str) -> AsyncIterator[None]:
    """A row of LARGE in *table* finds no room while the block lasts."""
    if isinstance(house.db, SqliteDatabase):
        writer = house.db._writer
        most = writer.pragma("max_page_count")
        writer.pragma("max_page_count", writer.pragma("page_count") + _PAGES)
        try:
            yield
        finally:
            writer.pragma("max_page_count", most)
        return
    async with house.db._pool.acquire() as raw:
        await raw.execute(_FULL)
        await raw.execute(
            f"CREATE TRIGGER full_disk BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION full_disk()"
        )
    try:
        yield
    finally:
        async with house.db._pool.acquire() as raw:
            await raw.execute("DROP FUNCTION full_disk CASCADE")
