"""Conversations: threads of direct posts (methods/conversations)."""

from __future__ import annotations

from stoa.api import notices
from stoa.api.routing import Call, route
from stoa.asgi.responses import Response, json
from stoa.core.timelines import conversations


async def list_all(call: Call) -> Response:
    """GET /api/v1/conversations; paged by their last statuses."""
    page = call.page()
    async with call.house.db.read() as conn:
        found = await conversations.mine(conn, call.me, page)
        entities = await notices.conversations(conn, call.house, found, call.me)
    return json(entities, headers=call.link([one.last_status_id for one in found], page))


async def read(call: Call) -> Response:
    """POST /api/v1/conversations/:id/read."""
    return await _mark(call, unread=False)


async def unread(call: Call) -> Response:
    """POST /api/v1/conversations/:id/unread."""
    return await _mark(call, unread=True)


async def _mark(call: Call, *, unread: bool) -> Response:
    async with call.house.db.write() as conn:
        view = await conversations.mark(conn, call.id(), call.me, unread=unread)
        (marked,) = await notices.conversations(conn, call.house, [view], call.me)
    return json(marked)


async def remove(call: Call) -> Response:
    """DELETE /api/v1/conversations/:id."""
    async with call.house.db.write() as conn:
        await conversations.remove(conn, call.id(), call.me)
    return json({})


_BASE = "/api/v1/conversations"

ROUTES = [
    route("GET", _BASE, list_all, scopes="read:statuses"),
    route("DELETE", f"{_BASE}/{{id}}", remove, scopes="write:conversations"),
    route("POST", f"{_BASE}/{{id}}/read", read, scopes="write:conversations"),
    route("POST", f"{_BASE}/{{id}}/unread", unread, scopes="write:conversations"),
]
