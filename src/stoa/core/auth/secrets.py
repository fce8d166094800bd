"""The house's own secret: made at the first start, kept in the database, never shown."""

from __future__ import annotations

import secrets as randomness

from sqlalchemy import bindparam, select

from stoa.db import Database, Query, insert
from stoa.db.tables import secrets

_find = Query(select(secrets.c.value).where(secrets.c.name == bindparam("name")))
_add = insert(secrets, "name", "value", ignore=True)


async def signing_key(db: Database) -> str:
    """What signs the things we hand to browsers and want back unchanged."""
    async with db.read() as conn:
        key: str | None = await conn.scalar(_find, name="signing_key")
    if key is None:
        async with db.write() as conn:  # two processes may start at once; the first one's counts
            await conn.run(_add, name="signing_key", value=randomness.token_urlsafe(48))
            key = await conn.scalar(_find, name="signing_key")
            assert key is not None
    return key
