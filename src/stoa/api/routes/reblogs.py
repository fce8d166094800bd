"""Boosts, and who made them (methods/statuses, boost)."""

from __future__ import annotations

from typing import Literal

import msgspec

from stoa.api import rendered
from stoa.api.routing import Call, route
from stoa.asgi.responses import Response, json_bytes
from stoa.core.statuses import defaults, lists
from stoa.core.statuses import reblog as verbs


class _Reblog(msgspec.Struct, frozen=True):
    visibility: Literal["public", "unlisted", "private"] | None = None


async def reblog(call: Call) -> Response:
    """POST /api/v1/statuses/:id/reblog: the Status that is the boost."""
    asked = await call.args(_Reblog)
    house = call.house
    async with house.db.write() as conn:
        visibility = asked.visibility or (await defaults.preferred(conn, call.me)).visibility
        made = await verbs.reblog(conn, call.me, call.id(), house.addresses, visibility=visibility)
    return await _status(call, made)


async def unreblog(call: Call) -> Response:
    """POST /api/v1/statuses/:id/unreblog: the Status that was boosted."""
    async with call.house.db.write() as conn:
        original_id = await verbs.unreblog(conn, call.me, call.id())
    return await _status(call, original_id)


async def _status(call: Call, status_id: int) -> Response:
    async with call.house.db.read() as conn:
        return json_bytes(await rendered.status(conn, call.house, status_id, call.viewer_id))


async def reblogged_by(call: Call) -> Response:
    """GET /api/v1/statuses/:id/reblogged_by."""
    page = call.page(default=40, most=80)
    async with call.house.db.read() as conn:
        found = await lists.reblogged_by(conn, call.id(), page, call.viewer_id)
        body = await rendered.accounts(conn, call.house, [one.id for one in found], call.viewer_id)
    return json_bytes(body, headers=call.link([one.key for one in found], page))


ROUTES = [
    route("POST", "/api/v1/statuses/{id}/reblog", reblog, scopes="write:statuses"),
    route("POST", "/api/v1/statuses/{id}/unreblog", unreblog, scopes="write:statuses"),
    route(
        "GET", "/api/v1/statuses/{id}/reblogged_by", reblogged_by, auth="optional", scopes="read:statuses"
    ),
]
