"""Servers that one does not want to hear of (methods/domain_blocks)."""

from __future__ import annotations

from msgspec import Struct

from stoa.api.routing import Call, route
from stoa.asgi.responses import Response, json
from stoa.core.relationships import domain_blocks


async def list_all(call: Call) -> Response:
    """GET /api/v1/domain_blocks."""
    page = call.page(default=100, most=200)
    async with call.house.db.read() as conn:
        rows = await domain_blocks.page(conn, call.me, page)
    return json([row.domain for row in rows], headers=call.link([row.id for row in rows], page))


class _Domain(Struct):
    domain: str = ""


async def block(call: Call) -> Response:
    """POST /api/v1/domain_blocks."""
    asked = await call.args(_Domain)
    async with call.house.db.write() as conn:
        await domain_blocks.block(conn, call.me, asked.domain)
    return json({})


async def unblock(call: Call) -> Response:
    """DELETE /api/v1/domain_blocks."""
    asked = await call.args(_Domain)
    async with call.house.db.write() as conn:
        await domain_blocks.unblock(conn, call.me, asked.domain)
    return json({})


_BASE = "/api/v1/domain_blocks"

ROUTES = [
    route("GET", _BASE, list_all, scopes="read:blocks follow"),
    route("POST", _BASE, block, scopes="write:blocks follow"),
    route("DELETE", _BASE, unblock, scopes="write:blocks follow"),
]
