"""Avatars and headers: made safe, and put into the storage.  No database is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from stoa.core.accounts.profile import Picture
from stoa.core.media import process
from stoa.core.media.model import Limits
from stoa.core.media.storage import key_for
from stoa.core.ports import Storage


async def store(
    kind: Literal["avatar", "header"], upload: Path, storage: Storage, limits: Limits
) -> Picture:
    """The picture in the file *upload*, cut to size and stored, with a version that does not move.

    Raises MediaError if it cannot be taken, MediaUnavailable if the server cannot do it now.
    """
    make = process.avatar if kind == "avatar" else process.header
    made = await make(upload, limits=limits)
    try:
        key = key_for(made.sha256, made.extension)
        await storage.save(key, made.original)
        static_key = key_for(made.preview_sha256, made.preview_extension)
        if static_key != key:
            await storage.save(static_key, made.preview)
    finally:
        made.original.unlink(missing_ok=True)
        made.preview.unlink(missing_ok=True)
    return Picture(key, static_key)
