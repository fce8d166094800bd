"""Files for statuses: sent, described, taken away (methods/media)."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from stoa.api.entities import media as entity
from stoa.api.routes.status_forms import Description, focus_of
from stoa.api.routing import Call, route
from stoa.asgi.errors import HTTPError
from stoa.asgi.requests import MIB, Upload
from stoa.asgi.responses import Response, json
from stoa.core.media import change, store, upload
from stoa.core.media.model import Limits


class _New(msgspec.Struct, frozen=True):
    file: Upload | None = None
    thumbnail: Upload | None = None
    description: Description | None = None
    focus: str | None = None


async def create(call: Call) -> Response:
    """POST /api/v1/media and /api/v2/media: a MediaAttachment, ready for use."""
    house = call.house
    asked = await call.args(_New, upload_limit=2 * house.settings.max_picture_bytes + MIB)
    if asked.file is None:
        raise HTTPError(422, "Validation failed: File can't be blank")
    focus = None if asked.focus is None else focus_of(asked.focus)
    limits = _limits(call)
    stored = await upload.take(asked.file.path, house.storage, limits)
    preview = (
        None
        if asked.thumbnail is None
        else await upload.take_preview(asked.thumbnail.path, house.storage, limits)
    )
    async with house.db.write() as conn:
        media_id = await upload.add(
            conn, call.me, stored, preview=preview, description=asked.description, focus=focus
        )
    return await _shown(call, media_id)


async def show(call: Call) -> Response:
    """GET /api/v1/media/:id."""
    return await _shown(call, call.id())


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


async def _shown(call: Call, media_id: int) -> Response:
    async with call.house.db.read() as conn:
        file = await store.get_owned(conn, call.me, media_id)
    return json(entity.render(file, call.house.addresses))


ROUTES = [
    route("POST", "/api/v1/media", create, scopes="write:media"),
    route("POST", "/api/v2/media", create, scopes="write:media"),
    route("GET", "/api/v1/media/{id}", show, scopes="write:media"),
    route("PUT", "/api/v1/media/{id}", update, scopes="write:media"),
    route("DELETE", "/api/v1/media/{id}", discard, scopes="write:media"),
]
