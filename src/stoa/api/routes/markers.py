"""How far one has read (methods/markers)."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from stoa.api.entities import marker as entity
from stoa.api.routing import Call, route
from stoa.asgi.responses import Response, json
from stoa.core.timelines import markers


class _Load(Struct):
    timeline: list[str] = []


async def load(call: Call) -> Response:
    """GET /api/v1/markers: those asked for that are there, by name."""
    asked = await call.args(_Load)
    wanted = [one for one in markers.TIMELINES if one in asked.timeline]
    async with call.house.db.read() as conn:
        found = await markers.load(conn, call.me, wanted)
    return json({name: entity.render(marker) for name, marker in found.items()})


class _Place(Struct):
    last_read_id: Annotated[int, Meta(ge=0)] | None = None


class _Save(Struct):
    home: _Place | None = None
    notifications: _Place | None = None


async def save(call: Call) -> Response:
    """POST /api/v1/markers: the markers that were set.

    Two apps that save at once are served one after the other, so there is never a conflict (409).
    """
    asked = await call.args(_Save)
    given = {"home": asked.home, "notifications": asked.notifications}
    last_read = {
        name: place.last_read_id
        for name, place in given.items()
        if place is not None and place.last_read_id is not None
    }
    async with call.house.db.write() as conn:
        found = await markers.save(conn, call.me, last_read)
    return json({name: entity.render(marker) for name, marker in found.items()})


ROUTES = [
    route("GET", "/api/v1/markers", load, scopes="read:statuses"),
    route("POST", "/api/v1/markers", save, scopes="write:statuses"),
]
