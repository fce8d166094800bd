"""Whom one mutes and blocks (methods/mutes, methods/blocks)."""

from __future__ import annotations

import orjson

from stoa.api import rendered
from stoa.api.routing import Call, route
from stoa.asgi.responses import Response, json_bytes
from stoa.core.relationships import views
from stoa.ids import iso


async def blocks(call: Call) -> Response:
    """GET /api/v1/blocks."""
    page = call.page(default=40, most=80)
    async with call.house.db.read() as conn:
        rows = await views.blocked(conn, call.me, page)
        body = await rendered.accounts(conn, call.house, [row.account_id for row in rows], call.me)
    return json_bytes(body, headers=call.link([row.id for row in rows], page))


async def mutes(call: Call) -> Response:
    """GET /api/v1/mutes: MutedAccount is an Account that also says when the mute ends."""
    page = call.page(default=40, most=80)
    async with call.house.db.read() as conn:
        rows = await views.muted(conn, call.me, page)
        people = await rendered.accounts_by_id(conn, call.house, [row.account_id for row in rows])
    entities = [
        b'%s,"mute_expires_at":%s}'
        % (
            people[row.account_id][:-1],
            orjson.dumps(None if row.expires_at is None else iso(row.expires_at)),
        )
        for row in rows
        if row.account_id in people
    ]
    body = b"[%s]" % b",".join(entities)
    return json_bytes(body, headers=call.link([row.id for row in rows], page))


ROUTES = [
    route("GET", "/api/v1/blocks", blocks, scopes="read:blocks"),
    route("GET", "/api/v1/mutes", mutes, scopes="read:mutes"),
]
