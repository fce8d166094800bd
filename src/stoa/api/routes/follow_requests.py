"""Who asks to follow, and what they are answered (methods/follow_requests)."""

from __future__ import annotations

from stoa.api import rendered
from stoa.api.entities import relationship as relationship_entity
from stoa.api.routing import Call, route
from stoa.asgi.responses import Response, json, json_bytes
from stoa.core.relationships import follow, views


async def list_requests(call: Call) -> Response:
    """GET /api/v1/follow_requests."""
    page = call.page(default=40, most=80)
    async with call.house.db.read() as conn:
        rows = await views.requests(conn, call.me, page)
        body = await rendered.accounts(conn, call.house, [row.account_id for row in rows], call.me)
    return json_bytes(body, headers=call.link([row.id for row in rows], page))


async def authorize(call: Call) -> Response:
    """POST /api/v1/follow_requests/:account_id/authorize."""
    follower_id = call.id("account_id")
    async with call.house.db.write() as conn:
        await follow.accept(conn, call.me, follower_id)
        found = await views.relationship(conn, call.me, follower_id)
    return json(relationship_entity.render(found))


async def reject(call: Call) -> Response:
    """POST /api/v1/follow_requests/:account_id/reject."""
    follower_id = call.id("account_id")
    async with call.house.db.write() as conn:
        await follow.reject(conn, call.me, follower_id)
        found = await views.relationship(conn, call.me, follower_id)
    return json(relationship_entity.render(found))


_ONE = "/api/v1/follow_requests/{account_id}"

ROUTES = [
    route("GET", "/api/v1/follow_requests", list_requests, scopes="read:follows"),
    route("POST", f"{_ONE}/authorize", authorize, scopes="write:follows"),
    route("POST", f"{_ONE}/reject", reject, scopes="write:follows"),
]
