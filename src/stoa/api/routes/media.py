"""Files for statuses: sent, described, taken away (methods/media)."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from stoa.api.entities import media as entity
from stoa.api.routes.status_forms import Description, focus_of
from stoa.api.routing import Call, route
from stoa.asgi.errors import HTTPError
from stoa.asgi.requests import MIB, Upload
from stoa.asgi.responses import Response, json
from stoa.core.media import change, convert, film_uploads, store, upload
from stoa.core.media.model import Limits

PATIENCE = 20.0
"""Seconds that the old way of sending waits for a film."""

_GLANCE = 0.25


class _New(msgspec.Struct, frozen=True):
    file: Upload | None = None
    thumbnail: Upload | None = None
    description: Description | None = None
    focus: str | None = None


async def create(call: Call) -> Response:
    """POST /api/v2/media: a MediaAttachment; 202 and without an address while it is made ready."""
    return await _create(call, patience=0.0)


async def create_and_wait(call: Call) -> Response:
    """POST /api/v1/media: the same, where apps expect it to be ready."""
    return await _create(call, patience=PATIENCE)


async def _create(call: Call, *, patience: float) -> Response:
    house = call.house
    settings = house.settings
    most = max(settings.max_picture_bytes, settings.max_film_bytes) + settings.max_picture_bytes
    asked = await call.args(_New, upload_limit=most + MIB)
    if asked.file is None:
        raise HTTPError(422, "Validation failed: File can't be blank")
    focus = None if asked.focus is None else focus_of(asked.focus)
    limits = _limits(call)
    container = await asyncio.to_thread(convert.container_of, asked.file.path)
    stored = None if container else await upload.take(asked.file.path, house.storage, limits)
    preview = (
        None
        if asked.thumbnail is None
        else await upload.take_preview(asked.thumbnail.path, house.storage, limits)
    )
    about: dict[str, Any] = {"preview": preview, "description": asked.description, "focus": focus}
    if stored is not None:
        async with house.db.write() as conn:
            media_id = await upload.add(conn, call.me, stored, **about)
        return await _shown(call, media_id)
    assert container is not None
    media_id = await film_uploads.keep(asked.file.path, settings)
    async with house.db.write() as conn:
        await film_uploads.add(conn, call.me, media_id, container, **about)
    for _ in range(int(patience / _GLANCE)):
        async with house.db.read() as conn:
            if (await store.get_owned(conn, call.me, media_id)).state != "waiting":
                break
        await asyncio.sleep(_GLANCE)
    return await _shown(call, media_id, meanwhile=202)


async def show(call: Call) -> Response:
    """GET /api/v1/media/:id; 206 while it is made ready, 422 once it is known that it never will be."""
    return await _shown(call, call.id(), meanwhile=206)


class _Change(msgspec.Struct, frozen=True):
    thumbnail: Upload | None = None
    description: Description | UnsetType | None = UNSET
    focus: str | None = None


async def update(call: Call) -> Response:
    """PUT /api/v1/media/:id."""
    house = call.house
    asked = await call.args(_Change, upload_limit=house.settings.max_picture_bytes + MIB)
    columns: dict[str, object] = {}
    if asked.description is not UNSET:
        columns["description"] = asked.description or None
    if asked.focus is not None:
        columns["focus_x"], columns["focus_y"] = focus_of(asked.focus)
    preview = None
    if asked.thumbnail is not None:
        async with house.db.read() as conn:  # before a stranger's picture costs us anything
            await store.get_owned(conn, call.me, call.id())
        preview = await upload.take_preview(asked.thumbnail.path, house.storage, _limits(call))
    async with house.db.write() as conn:
        await change.change(conn, call.me, call.id(), preview=preview, **columns)
    return await _shown(call, call.id())


async def discard(call: Call) -> Response:
    """DELETE /api/v1/media/:id."""
    async with call.house.db.write() as conn:
        await change.discard(conn, call.me, call.id())
    return json({})


def _limits(call: Call) -> Limits:
    settings = call.house.settings
    return Limits(max_bytes=settings.max_picture_bytes, max_pixels=settings.max_picture_pixels)


async def _shown(call: Call, media_id: int, *, meanwhile: int = 200) -> Response:
    async with call.house.db.read() as conn:
        file = await store.get_owned(conn, call.me, media_id)
    if file.state == "failed":
        raise HTTPError(422, file.failure or "The file could not be processed.")
    status = meanwhile if file.state == "waiting" else 200
    return json(entity.render(file, call.house.addresses), status)


ROUTES = [
    route("POST", "/api/v1/media", create_and_wait, scopes="write:media"),
    route("POST", "/api/v2/media", create, scopes="write:media"),
    route("GET", "/api/v1/media/{id}", show, scopes="write:media"),
    route("PUT", "/api/v1/media/{id}", update, scopes="write:media"),
    route("DELETE", "/api/v1/media/{id}", discard, scopes="write:media"),
]
