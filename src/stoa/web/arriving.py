"""Files that come with the writing form: taken in, and put among those of what is written."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec

from stoa.asgi.requests import Upload
from stoa.core.errors import Unprocessable
from stoa.core.house import House
from stoa.core.media import convert, film_uploads, upload
from stoa.core.media.model import Limits
from stoa.web.drafts import Picture, Typed


async def with_picture(house: House, account_id: int, typed: Typed, form: Mapping[str, Any]) -> Typed:
    """*typed* with the picture that came along, stored; raises Unprocessable, MediaUnavailable."""
    file = form.get("picture")
    if not isinstance(file, Upload) or not file.size:
        return typed
    if len(typed.pictures) >= house.settings.max_attachments:
        raise Unprocessable(f"A post can have at most {house.settings.max_attachments} files.")
    words = typed.picture_words
    media_id = await take(house, account_id, file, words)
    return msgspec.structs.replace(
        typed, pictures=(*typed.pictures, Picture(media_id, words)), picture_words=""
    )


async def take(house: House, account_id: int, file: Upload, words: str) -> int:
    """Store the file with *words* for its description; its id.  Raises as `with_picture` does."""
    settings = house.settings
    limits = Limits(max_bytes=settings.max_picture_bytes, max_pixels=settings.max_picture_pixels)
    container = await asyncio.to_thread(convert.container_of, file.path)
    if container is None:
        stored = await upload.take(file.path, house.storage, limits)
        async with house.db.write() as conn:
            return await upload.add(conn, account_id, stored, description=words)
    media_id = await film_uploads.keep(file.path, settings)
    async with house.db.write() as conn:
        await film_uploads.add(conn, account_id, media_id, container, description=words)
    return media_id
