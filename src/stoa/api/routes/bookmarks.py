"""Bookmarks (methods/bookmarks; methods/statuses, bookmark)."""

from __future__ import annotations

from stoa.api import rendered
from stoa.api.routing import Call, route
from stoa.asgi.responses import Response, json_bytes
from stoa.core.statuses import bookmark as verbs
from stoa.core.statuses import lists


async def bookmark(call: Call) -> Response:
    """POST /api/v1/statuses/:id/bookmark."""
    async with call.house.db.write() as conn:
        await verbs.bookmark(conn, call.me, call.id())
    return await _status(call)


async def unbookmark(call: Call) -> Response:
    """POST /api/v1/statuses/:id/unbookmark."""
    async with call.house.db.write() as conn:
        await verbs.unbookmark(conn, call.me, call.id())
    return await _status(call)


async def _status(call: Call) -> Response:
    async with call.house.db.read() as conn:
        return json_bytes(await rendered.status(conn, call.house, call.id(), call.viewer_id))


async def list_bookmarks(call: Call) -> Response:
    """GET /api/v1/bookmarks."""
    page = call.page()
    async with call.house.db.read() as conn:
        found = await lists.bookmarks_of(conn, call.me, page)
        body = await rendered.statuses(conn, call.house, [one.head for one in found], call.me)
    return json_bytes(body, headers=call.link([one.key for one in found], page))


ROUTES = [
    route("POST", "/api/v1/statuses/{id}/bookmark", bookmark, scopes="write:bookmarks"),
    route("POST", "/api/v1/statuses/{id}/unbookmark", unbookmark, scopes="write:bookmarks"),
    route("GET", "/api/v1/bookmarks", list_bookmarks, scopes="read:bookmarks"),
]
