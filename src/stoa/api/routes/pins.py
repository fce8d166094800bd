"""Pinning one's own posts, and leaving conversations in peace (methods/statuses, pin and mute)."""

from __future__ import annotations

from stoa.api import rendered
from stoa.api.routing import Call, route
from stoa.asgi.responses import Response, json_bytes
from stoa.core.statuses import mute as muting
from stoa.core.statuses import pin as pinning


async def pin(call: Call) -> Response:
    """POST /api/v1/statuses/:id/pin."""
    async with call.house.db.write() as conn:
        await pinning.pin(conn, call.me, call.id(), call.house.settings)
    return await _status(call)


async def unpin(call: Call) -> Response:
    """POST /api/v1/statuses/:id/unpin."""
    async with call.house.db.write() as conn:
        await pinning.unpin(conn, call.me, call.id())
    return await _status(call)


async def mute(call: Call) -> Response:
    """POST /api/v1/statuses/:id/mute."""
    async with call.house.db.write() as conn:
        await muting.mute(conn, call.me, call.id())
    return await _status(call)


async def unmute(call: Call) -> Response:
    """POST /api/v1/statuses/:id/unmute."""
    async with call.house.db.write() as conn:
        await muting.unmute(conn, call.me, call.id())
    return await _status(call)


async def _status(call: Call) -> Response:
    async with call.house.db.read() as conn:
        return json_bytes(await rendered.status(conn, call.house, call.id(), call.viewer_id))


ROUTES = [
    route("POST", "/api/v1/statuses/{id}/pin", pin, scopes="write:accounts"),
    route("POST", "/api/v1/statuses/{id}/unpin", unpin, scopes="write:accounts"),
    route("POST", "/api/v1/statuses/{id}/mute", mute, scopes="write:mutes"),
    route("POST", "/api/v1/statuses/{id}/unmute", unmute, scopes="write:mutes"),
]
