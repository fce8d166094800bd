"""Films, moving GIFs and sounds that members send: taken in at once, made ready by and by.

What was sent lies beside the storage, under the number of its attachment and known to nobody, until it
is made ready: one file after the other, by a durable job, so that neither a restart loses one nor many
of them hold up what else is to be done.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
import time
from pathlib import Path

from sqlalchemy import bindparam, func, select, update

from stoa import ids
from stoa.core.errors import Unprocessable
from stoa.core.media import convert, store, strays
from stoa.core.media._wire import Container
from stoa.core.media.attachments import Kind
from stoa.core.media.model import Film, FilmLimits, MediaError
from stoa.core.media.storage import key_for
from stoa.core.media.upload import Preview, require_room
from stoa.core.ports import Storage
from stoa.db import Connection, Database, Query, Row, any_of
from stoa.db.tables import media_attachments
from stoa.jobs import queue
from stoa.settings import Settings

MAKE = "make_films"
"""The kind of job that makes ready whatever waits for it."""

MAX_WAITING = 10
"""Films and sounds of one person that wait to be made ready."""

_ABANDONED_SECONDS = 24 * 3600
_LOST = "The file was lost before it could be processed; send it again."

_media = media_attachments.c
_next = Query(
    select(_media.id, _media.account_id).where(_media.state == "waiting").order_by(_media.id).limit(1)
)
_still_waiting = Query(select(_media.id).where(any_of(_media.id, "ids"), _media.state == "waiting"))
_of_person = Query(
    select(func.count())
    .select_from(media_attachments)
    .where(_media.account_id == bindparam("owner"), _media.state == "waiting")
)
_row = Query(select(_media.meta, _media.preview_key).where(_media.id == bindparam("media_id")))
_ready = Query(
    update(media_attachments)
    .where(_media.id == bindparam("media_id"), _media.state == "waiting")
    .values(
        state="",
        kind=bindparam("new_kind"),
        mime=bindparam("new_mime"),
        meta=bindparam("new_meta", type_=_media.meta.type),
        key=bindparam("new_key"),
        bytes=bindparam("size"),
    )
)
_shown_by = Query(
    update(media_attachments)
    .where(_media.id == bindparam("media_id"))
    .values(preview_key=bindparam("new_preview"), blurhash=bindparam("new_blurhash"))
)
_failed = Query(
    update(media_attachments)
    .where(_media.id == bindparam("media_id"), _media.state == "waiting")
    .values(state="failed", failure=bindparam("words"))
)


def limits_of(settings: Settings) -> FilmLimits:
    """What one film or sound may ask of this server."""
    return FilmLimits(
        max_bytes=settings.max_film_bytes,
        max_pixels=settings.max_film_pixels,
        max_frame_rate=settings.max_film_frame_rate,
        max_seconds=settings.max_film_seconds,
    )


async def keep(file: Path, settings: Settings) -> int:
    """Keep what was sent for `add`; the number it is kept under.  Raises MediaError if it is too large."""
    media_id = ids.new_id()
    await asyncio.to_thread(_keep, file, _path(settings, media_id), limits_of(settings).max_bytes)
    return media_id


def _keep(file: Path, target: Path, max_bytes: int) -> None:
    if file.stat().st_size > max_bytes:
        most = max_bytes / (1024 * 1024)
        raise MediaError(f"The file is too large; at most {most:.3g} MB are allowed.")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(file, target)
    except OSError:  # another disk, or one that knows no links
        shutil.copyfile(file, target)
    with target.open("rb") as kept:
        os.fsync(kept.fileno())


async def add(
    conn: Connection,
    account_id: int,
    media_id: int,
    container: Container,
    *,
    preview: Preview | None = None,
    description: str | None = None,
    focus: tuple[float, float] | None = None,
) -> int:
    """An attachment that is made ready once this has committed; its id.  Raises Unprocessable if too
    many wait already.
    """
    await require_room(conn, account_id)
    if await conn.scalar(_of_person, owner=account_id) >= MAX_WAITING:
        raise Unprocessable(f"{MAX_WAITING} films and sounds of yours are being made ready; wait a little.")
    await strays.schedule_sweep(conn, ids.now_ms() + strays.DAY_MS)
    await store.add(
        conn,
        media_id=media_id,
        account_id=account_id,
        kind=_kind(container),
        mime="",
        description=description or None,
        focus=focus,
        blurhash=None if preview is None else preview.blurhash,
        meta={} if preview is None else {"small": preview.small},
        preview_key=None if preview is None else preview.key,
        size=0 if preview is None else preview.size,
        state="waiting",
    )
    await queue.add(conn, MAKE, {})
    return media_id


def _kind(container: Container) -> Kind:
    """What it seems to be, until it is known."""
    if container == "gif":
        return "gifv"
    return "video" if container in ("mov", "matroska", "avi") else "audio"


def _path(settings: Settings, media_id: int) -> Path:
    return settings.media_folder / ".waiting" / str(media_id)


class FilmUploads:
    """What one process makes ready.  One for a database."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._busy = False
        self._again = False

    async def make_ready(self, settings: Settings, storage: Storage) -> None:
        """Job: make ready all that waits, first come, first served; nothing where that is being done.

        Raises MediaUnavailable if the server cannot do it now, to be tried again.
        """
        self._again = True
        if self._busy:
            return
        self._busy = True
        try:
            while self._again:
                self._again = False
                while (row := await self._next()) is not None:
                    await self._make(row, settings, storage)
        finally:
            self._busy = False

    async def _next(self) -> Row | None:
        async with self._db.read() as conn:
            return await conn.first(_next)

    async def _make(self, row: Row, settings: Settings, storage: Storage) -> None:
        sent = _path(settings, row.id)
        try:
            with tempfile.TemporaryDirectory(prefix="at-work-", dir=sent.parent) as folder:
                made = await convert.film(sent, limits_of(settings), folder=Path(folder))
                await self._put(row.id, made, storage)
        except (MediaError, FileNotFoundError) as error:
            words = _LOST if isinstance(error, FileNotFoundError) else str(error)
            async with self._db.write() as conn:
                await conn.run(_failed, media_id=row.id, words=words)
        sent.unlink(missing_ok=True)

    async def _put(self, media_id: int, made: Film, storage: Storage) -> None:
        key = key_for(made.sha256, made.extension)
        size = made.original.stat().st_size
        await storage.save(key, made.original)
        preview_key = None
        if made.preview_sha256 is not None:
            preview_key = key_for(made.preview_sha256, "webp")
            size += made.preview.stat().st_size
            await storage.save(preview_key, made.preview)
        async with self._db.write() as conn:
            row = await conn.first(_row, media_id=media_id)
            # Its owner may have given it another picture, which then stays.
            given = None if row is None else row.preview_key
            meta = dict(made.meta)
            if row is not None and given is not None:
                meta["small"] = row.meta.get("small", {})
            done = await conn.run(
                _ready,
                media_id=media_id,
                new_kind=made.kind,
                new_mime=made.mime,
                new_meta=meta,
                new_key=key,
                size=size,
            )
            if done and given is None:
                await conn.run(
                    _shown_by, media_id=media_id, new_preview=preview_key, new_blurhash=made.blurhash
                )
            elif not done:  # taken away meanwhile
                await strays.look_at(conn, [one for one in (key, preview_key) if one is not None])

    async def sweep(self, settings: Settings) -> None:
        """Remove what was sent for attachments that are no more."""
        folder = settings.media_folder / ".waiting"
        old = await asyncio.to_thread(_old, folder, time.time() - _ABANDONED_SECONDS)
        async with self._db.read(long=True) as conn:
            needed = set(await conn.scalars(_still_waiting, ids=list(old)))
        for media_id, path in old.items():
            if media_id not in needed:
                path.unlink(missing_ok=True)
        await asyncio.to_thread(_clear, folder, time.time() - _ABANDONED_SECONDS)


def _old(folder: Path, before: float) -> dict[int, Path]:
    if not folder.is_dir():
        return {}
    files = [file for file in folder.iterdir() if file.name.isdigit()]
    return {int(file.name): file for file in files if file.stat().st_mtime < before}


def _clear(folder: Path, before: float) -> None:
    # What a crash left of a job in hand.
    if folder.is_dir():
        for left in folder.glob("at-work-*"):
            if left.stat().st_mtime < before:
                shutil.rmtree(left, ignore_errors=True)


def of(db: Database) -> FilmUploads:
    """That of *db*."""
    found: FilmUploads | None = db.memory.get(FilmUploads)
    if found is None:
        found = db.memory[FilmUploads] = FilmUploads(db)
    return found
