"""Statuses for later (methods/scheduled_statuses)."""

from __future__ import annotations

import msgspec

from stoa.api.entities import scheduled_status
from stoa.api.routes.status_forms import moment
from stoa.api.routing import Call, route
from stoa.asgi.responses import Response, json
from stoa.core.media import store as media_store
from stoa.core.statuses import schedule
from stoa.core.statuses.schedule import Scheduled
from stoa.db import Connection


async def list_scheduled(call: Call) -> Response:
    """GET /api/v1/scheduled_statuses."""
    page = call.page()
    async with call.house.db.read() as conn:
        found = await schedule.list_page(conn, call.me, page)
        body = await _entities(call, conn, found)
    return json(body, headers=call.link([one.id for one in found], page))


async def show(call: Call) -> Response:
    """GET /api/v1/scheduled_statuses/:id."""
    async with call.house.db.read() as conn:
        found = await schedule.get(conn, call.me, call.id())
        return json((await _entities(call, conn, [found]))[0])


class _Moving(msgspec.Struct, frozen=True):
    scheduled_at: str | None = None


async def move(call: Call) -> Response:
    """PUT /api/v1/scheduled_statuses/:id."""
    asked = await call.args(_Moving)
    if asked.scheduled_at is not None:
        at = moment("scheduled_at", asked.scheduled_at)
        async with call.house.db.write() as conn:
            await schedule.move(conn, call.me, call.id(), at)
    return await show(call)


async def cancel(call: Call) -> Response:
    """DELETE /api/v1/scheduled_statuses/:id."""
    async with call.house.db.write() as conn:
        await schedule.cancel(conn, call.me, call.id())
    return json({})


async def _entities(call: Call, conn: Connection, found: list[Scheduled]) -> list[object]:
    wanted = [media_id for one in found for media_id in one.draft.media_ids]
    files = {file.id: file for file in await media_store.owned(conn, call.me, wanted)} if wanted else {}
    return [
        scheduled_status.render(
            one.id,
            one.scheduled_at,
            one.draft,
            [files[media_id] for media_id in one.draft.media_ids if media_id in files],
            call.house.addresses,
        )
        for one in found
    ]


ROUTES = [
    route("GET", "/api/v1/scheduled_statuses", list_scheduled, scopes="read:statuses"),
    route("GET", "/api/v1/scheduled_statuses/{id}", show, scopes="read:statuses"),
    route("PUT", "/api/v1/scheduled_statuses/{id}", move, scopes="write:statuses"),
    route("DELETE", "/api/v1/scheduled_statuses/{id}", cancel, scopes="write:statuses"),
]
