"""Announcements (methods/announcements)."""

from __future__ import annotations

from stoa.api.entities import announcement as entity
from stoa.api.routing import Call, route
from stoa.asgi.responses import Response, json
from stoa.core.announcements import publish, views


async def list_all(call: Call) -> Response:
    """GET /api/v1/announcements: those that have not ended."""
    async with call.house.db.read() as conn:
        found = await views.shown(conn, call.me, call.house.addresses)
    return json([entity.render(one, call.house.addresses) for one in found])


async def dismiss(call: Call) -> Response:
    """POST /api/v1/announcements/:id/dismiss."""
    async with call.house.db.write() as conn:
        await publish.dismiss(conn, call.id(), call.me)
    return json({})


async def react(call: Call) -> Response:
    """PUT /api/v1/announcements/:id/reactions/:name."""
    async with call.house.db.write() as conn:
        await publish.react(conn, call.id(), call.me, call.request.params["name"])
    return json({})


async def unreact(call: Call) -> Response:
    """DELETE /api/v1/announcements/:id/reactions/:name."""
    async with call.house.db.write() as conn:
        await publish.unreact(conn, call.id(), call.me, call.request.params["name"])
    return json({})


_ONE = "/api/v1/announcements/{id}"

ROUTES = [
    route("GET", "/api/v1/announcements", list_all),
    route("POST", f"{_ONE}/dismiss", dismiss, scopes="write:accounts"),
    route("PUT", f"{_ONE}/reactions/{{name}}", react, scopes="write:favourites"),
    route("DELETE", f"{_ONE}/reactions/{{name}}", unreact, scopes="write:favourites"),
]
