"""What the house keeps to itself: a secret made at the first start, and under which address it opened."""

from __future__ import annotations

import secrets as randomness
from collections.abc import Callable

from sqlalchemy import bindparam, select

from stoa.db import Database, Query, insert, upsert
from stoa.db.tables import secrets

_find = Query(select(secrets.c.value).where(secrets.c.name == bindparam("name")))
_add = insert(secrets, "name", "value", ignore=True)
_put = upsert(secrets, "name", "value", key=("name",))


async def signing_key(db: Database) -> str:
    """What signs the things we hand to browsers and want back unchanged."""
    return await once(db, "signing_key", lambda: randomness.token_urlsafe(48))


async def once(db: Database, name: str, make: Callable[[], str]) -> str:
    """The secret *name*, which *make* makes the first time."""
    async with db.read() as conn:
        value: str | None = await conn.scalar(_find, name=name)
    if value is None:
        async with db.write() as conn:  # two processes may start at once; the first one's counts
            await conn.run(_add, name=name, value=make())
            value = await conn.scalar(_find, name=name)
            assert value is not None
    return value


async def address_of_last_time(db: Database) -> str | None:
    """Under which address the server opened last, such as `https://stoa.example`."""
    async with db.read() as conn:
        found: str | None = await conn.scalar(_find, name="base_url")
    return found


async def note_address(db: Database, base_url: str) -> None:
    """The server opens under *base_url*."""
    async with db.write() as conn:
        await conn.run(_put, name="base_url", value=base_url)
