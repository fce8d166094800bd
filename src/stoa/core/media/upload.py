"""Files that members send: made safe, stored, and known as attachments that wait for a post.

The files lie in the storage before the row that names them is written, so no row names what is not
there; what a crash leaves behind is a stray (`core.media.strays`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import bindparam, func, select

from stoa import ids
from stoa.core.errors import Unprocessable
from stoa.core.media import process, store, strays
from stoa.core.media.model import Limits, Picture
from stoa.core.media.storage import key_for
from stoa.core.ports import Storage
from stoa.db import Connection, Query
from stoa.db.tables import media_attachments

# How many files of one person may wait to be used.
MAX_WAITING = 100

_waiting = Query(
    select(func.count())
    .select_from(media_attachments)
    .where(media_attachments.c.account_id == bindparam("owner"), media_attachments.c.status_id.is_(None))
)


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """A picture whose files are in the storage."""

    mime: str
    key: str
    preview_key: str
    blurhash: str
    meta: dict[str, Any]
    size: int  # bytes of original and preview


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """A picture that stands for another one where there is little room."""

    key: str
    blurhash: str
    small: dict[str, Any]
    size: int


async def take(file: Path, storage: Storage, limits: Limits) -> Stored:
    """The picture in *file*, made safe and put into the storage.

    Raises MediaError if it cannot be taken, MediaUnavailable if the server cannot do it now.
    """
    made = await process.picture(file, limits=limits)
    try:
        key = key_for(made.sha256, made.extension)
        await storage.save(key, made.original)
        preview_key = key_for(made.preview_sha256, made.preview_extension)
        if preview_key != key:
            await storage.save(preview_key, made.preview)
        size = made.original.stat().st_size + made.preview.stat().st_size
    finally:
        _discard(made)
    original = {"width": made.width, "height": made.height, "size": made.size, "aspect": made.aspect}
    return Stored(
        mime=made.mime,
        key=key,
        preview_key=preview_key,
        blurhash=made.blurhash,
        meta={"original": original, "small": _small(made)},
        size=size,
    )


async def take_preview(file: Path, storage: Storage, limits: Limits) -> Preview:
    """The picture in *file* as a preview of another one.  Raises as `take` does."""
    made = await process.picture(file, limits=limits)
    try:
        key = key_for(made.preview_sha256, made.preview_extension)
        await storage.save(key, made.preview)
        size = made.preview.stat().st_size
    finally:
        _discard(made)
    return Preview(key=key, blurhash=made.blurhash, small=_small(made), size=size)


async def require_room(conn: Connection, account_id: int) -> None:
    """Raises Unprocessable if too many files of the account wait for a post."""
    if await conn.scalar(_waiting, owner=account_id) >= MAX_WAITING:
        raise Unprocessable(f"{MAX_WAITING} files wait to be used in a post already; use them first.")


async def add(
    conn: Connection,
    account_id: int,
    stored: Stored,
    *,
    preview: Preview | None = None,
    description: str | None = None,
    focus: tuple[float, float] | None = None,
) -> int:
    """An attachment that waits for a post; its id.  Raises Unprocessable if too many wait already."""
    await require_room(conn, account_id)
    now = ids.now_ms()
    await strays.schedule_sweep(conn, now + strays.DAY_MS)
    return await store.add(
        conn,
        account_id=account_id,
        kind="image",
        mime=stored.mime,
        description=description or None,
        focus=focus,
        blurhash=stored.blurhash if preview is None else preview.blurhash,
        meta=stored.meta if preview is None else {**stored.meta, "small": preview.small},
        key=stored.key,
        preview_key=stored.preview_key if preview is None else preview.key,
        size=stored.size + (0 if preview is None else preview.size),
    )


def _small(made: Picture) -> dict[str, Any]:
    return {
        "width": made.preview_width,
        "height": made.preview_height,
        "size": made.preview_size,
        "aspect": made.preview_aspect,
    }


def _discard(made: Picture) -> None:
    made.original.unlink(missing_ok=True)
    made.preview.unlink(missing_ok=True)
