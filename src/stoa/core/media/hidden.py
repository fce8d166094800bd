"""Files that are not given away, even to those who know their address: of members who are suspended.

Which these are is looked up when this process has suspended somebody or let them in again, and every
BELIEVED_SECONDS, for another may have.  A file that somebody else uses too stays where it is.
"""

from __future__ import annotations

import asyncio
import time

from sqlalchemy import or_, select, union_all

from stoa.db import Connection, Database, Query, any_of
from stoa.db.tables import accounts, custom_emojis, media_attachments, users

BELIEVED_SECONDS = 30.0

_PICTURES = ("avatar_key", "avatar_static_key", "header_key", "header_static_key")
_suspended = Query(
    select(accounts.c.id, accounts.c.suspended_at)
    .select_from(users.join(accounts, accounts.c.id == users.c.account_id))
    .where(accounts.c.suspended_at.is_not(None))
)
_files = Query(
    union_all(
        *[
            select(media_attachments.c[name].label("key")).where(
                any_of(media_attachments.c.account_id, "people"), media_attachments.c[name].is_not(None)
            )
            for name in ("key", "preview_key")
        ],
        *[
            select(accounts.c[name].label("key")).where(
                any_of(accounts.c.id, "people"), accounts.c[name].is_not(None)
            )
            for name in _PICTURES
        ],
    )
)
_shown_otherwise = Query(
    union_all(
        *[
            select(media_attachments.c[name].label("key")).where(
                any_of(media_attachments.c[name], "keys"), ~any_of(media_attachments.c.account_id, "people")
            )
            for name in ("key", "preview_key")
        ],
        *[
            select(accounts.c[name].label("key")).where(
                any_of(accounts.c[name], "keys"), ~any_of(accounts.c.id, "people")
            )
            for name in _PICTURES
        ],
        select(custom_emojis.c.key).where(
            or_(any_of(custom_emojis.c.key, "keys"), any_of(custom_emojis.c.static_key, "keys"))
        ),
    )
)


class Hidden:
    """One for a database and process."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._people: dict[int, int] = {}
        self._keys: frozenset[str] = frozenset()
        self._read_at = -BELIEVED_SECONDS
        self._seen = 0
        self._reading = asyncio.Lock()
        self.changes = 0

    async def hides(self, key: str) -> bool:
        """Whether the file *key* is not given away."""
        if self.changes != self._seen or time.monotonic() - self._read_at > BELIEVED_SECONDS:
            async with self._reading:
                changes = self.changes
                if changes != self._seen or time.monotonic() - self._read_at > BELIEVED_SECONDS:
                    await self._look()
                    self._read_at, self._seen = time.monotonic(), changes
        return key in self._keys

    async def _look(self) -> None:
        async with self._db.read(long=True) as conn:
            people = {row.id: row.suspended_at for row in await conn.all(_suspended)}
            if people == self._people and self._seen == self.changes:
                return
            keys = set(await conn.scalars(_files, people=list(people))) if people else set()
            if keys:
                keys -= set(await conn.scalars(_shown_otherwise, keys=sorted(keys), people=list(people)))
        self._people, self._keys = people, frozenset(keys)


def of(db: Database) -> Hidden:
    """That of *db*."""
    found: Hidden | None = db.memory.get(Hidden)
    if found is None:
        found = db.memory[Hidden] = Hidden(db)
    return found


def changed(conn: Connection) -> None:
    """This transaction suspends somebody, or lets somebody in again."""

    def tell() -> None:
        found: Hidden | None = conn.memory.get(Hidden)
        if found is not None:
            found.changes += 1

    conn.after_commit.append(tell)
