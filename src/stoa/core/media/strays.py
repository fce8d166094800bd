"""Files and attachments that nobody needs any more, and their removal.

A file is saved before the row that names it, so for a while a file without a row is nothing strange:
only what has lain untouched for longer than any upload takes is a stray.  Uploads touch their files
(`core.media.upload`), also those that were there already.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from itertools import islice
from typing import Any

from sqlalchemy import bindparam, select, union_all

from stoa import ids
from stoa.core.media import store
from stoa.core.ports import Held, Storage
from stoa.db import Connection, Database, Query, any_of
from stoa.db.tables import (
    accounts,
    card_images,
    custom_emojis,
    drafts,
    media_attachments,
    scheduled_statuses,
)
from stoa.jobs import queue

LOOK = "remove_files"
"""The kind of job that removes files if nobody needs them; its payload is {"keys": […]}."""

SWEEP = "sweep_media"
"""The kind of job that looks for all strays, once a day."""

UNATTACHED_MS = 24 * 3600 * 1000
UPLOADING_SECONDS = 3600
BATCH = 500
DAY_MS = 24 * 3600 * 1000

_unattached = Query(
    select(media_attachments.c.id)
    .where(
        media_attachments.c.status_id.is_(None),
        media_attachments.c.created_at < bindparam("before"),
        media_attachments.c.id > bindparam("after"),
    )
    .order_by(media_attachments.c.id)
    .limit(BATCH)
)
_waiting = Query(union_all(select(scheduled_statuses.c.media_ids), select(drafts.c.media_ids)))


def _column(column: Any) -> Any:
    return select(column.label("key")).where(any_of(column, "keys"))


_needed = Query(
    union_all(
        _column(media_attachments.c.key),
        _column(media_attachments.c.preview_key),
        _column(accounts.c.avatar_key),
        _column(accounts.c.avatar_static_key),
        _column(accounts.c.header_key),
        _column(accounts.c.header_static_key),
        _column(custom_emojis.c.key),
        _column(custom_emojis.c.static_key),
        _column(card_images.c.key),
    )
)


async def look_at(conn: Connection, keys: Iterable[str]) -> None:
    """Once this transaction has committed, have the files of *keys* removed if nobody needs them."""
    wanted = sorted(set(keys))
    if wanted:
        await queue.add(conn, LOOK, {"keys": wanted})


async def remove_files(db: Database, storage: Storage, payload: Any) -> None:
    """Job: remove those files of the payload that no row names and no upload has just touched."""
    await _remove_unneeded(db, storage, _untouched(await storage.held(payload["keys"])))


async def sweep(db: Database, storage: Storage) -> None:
    """Job: remove attachments nobody used for a day, and every file that no row names.

    What scheduled statuses and drafts will use stays.  Comes back by itself after a day.
    """
    now = ids.now_ms()
    await _remove_unattached(db, now - UNATTACHED_MS)
    async for found in storage.all_held():
        old = iter(_untouched(found))
        while batch := list(islice(old, BATCH)):
            await _remove_unneeded(db, storage, batch)
    async with db.write() as conn:
        await schedule_sweep(conn, now + DAY_MS)


async def schedule_sweep(conn: Connection, at: int) -> None:
    """Have the sweep run at *at* (unix milliseconds); one a day is enough."""
    await queue.add(conn, SWEEP, {}, run_at=at, unique_key=f"{SWEEP}:{at // DAY_MS}")


async def _remove_unattached(db: Database, before: int) -> None:
    after = 0
    while True:
        async with db.read(long=True) as conn:
            old = await conn.scalars(_unattached, before=before, after=after)
            waiting = {one for row in await conn.scalars(_waiting) for one in row} if old else set()
        if not old:
            return
        after = old[-1]
        async with db.write() as conn:
            for media_id in old:
                if media_id not in waiting:
                    await store.remove_unattached(conn, media_id)


async def _remove_unneeded(db: Database, storage: Storage, old: list[str]) -> None:
    """Remove those files of *old*, which were untouched a moment ago, that no row names.

    The database is asked, then the clock, then the file is removed: whoever names it after the
    database was asked has touched it before, and so the clock keeps it.
    """
    if not old:
        return
    async with db.read(long=True) as conn:
        needed = set(await conn.scalars(_needed, keys=old))
    for key in old:
        if key not in needed and _untouched(await storage.held([key])):
            await storage.delete(key)


def _untouched(files: dict[str, Held]) -> list[str]:
    before = time.time() - UPLOADING_SECONDS
    return [key for key, held in files.items() if held.saved_at < before]
