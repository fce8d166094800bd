"""Favourites, and who gave them (methods/favourites; methods/statuses, favourite)."""

from __future__ import annotations

from stoa.api import rendered
from stoa.api.routing import Call, route
from stoa.asgi.responses import Response, json_bytes
from stoa.core.statuses import favourite as verbs
from stoa.core.statuses import lists


async def favourite(call: Call) -> Response:
    """POST /api/v1/statuses/:id/favourite."""
    async with call.house.db.write() as conn:
        await verbs.favourite(conn, call.me, call.id())
    return await _status(call)


async def unfavourite(call: Call) -> Response:
    """POST /api/v1/statuses/:id/unfavourite."""
    async with call.house.db.write() as conn:
        await verbs.unfavourite(conn, call.me, call.id())
    return await _status(call)


async def _status(call: Call) -> Response:
    async with call.house.db.read() as conn:
        return json_bytes(await rendered.status(conn, call.house, call.id(), call.viewer_id))


async def favourited_by(call: Call) -> Response:
    """GET /api/v1/statuses/:id/favourited_by."""
    page = call.page(default=40, most=80)
    async with call.house.db.read() as conn:
        found = await lists.favourited_by(conn, call.id(), page, call.viewer_id)
        body = await rendered.accounts(conn, call.house, [one.id for one in found], call.viewer_id)
    return json_bytes(body, headers=call.link([one.key for one in found], page))


async def list_favourites(call: Call) -> Response:
    """GET /api/v1/favourites."""
    page = call.page()
    async with call.house.db.read() as conn:
        found = await lists.favourites_of(conn, call.me, page)
        body = await rendered.statuses(conn, call.house, [one.head for one in found], call.me)
    return json_bytes(body, headers=call.link([one.key for one in found], page))


ROUTES = [
    route("POST", "/api/v1/statuses/{id}/favourite", favourite, scopes="write:favourites"),
    route("POST", "/api/v1/statuses/{id}/unfavourite", unfavourite, scopes="write:favourites"),
    route(
        "GET",
        "/api/v1/statuses/{id}/favourited_by",
        favourited_by,
        auth="optional",
        scopes="read:statuses",
    ),
    route("GET", "/api/v1/favourites", list_favourites, scopes="read:favourites"),
]
