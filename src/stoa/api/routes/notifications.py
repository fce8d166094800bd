"""Notifications, one by one (methods/notifications, version 1)."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from stoa.api import notices
from stoa.api.routing import Call, route
from stoa.asgi.responses import Response, json
from stoa.core.errors import NotFound
from stoa.core.notifications import store, views

Types = Annotated[list[Annotated[str, Meta(max_length=64)]], Meta(max_length=64)]


class Wanted(Struct):
    """By what a list of notifications is narrowed."""

    types: Types = []
    exclude_types: Types = []
    account_id: int | None = None
    include_filtered: bool = False
    supported_types: Types | None = None

    def wish(self) -> views.Wish:
        """The same in the words of core."""
        return views.Wish(self.types, self.exclude_types, self.account_id, self.include_filtered)


async def list_all(call: Call) -> Response:
    """GET /api/v1/notifications."""
    asked, page = await call.args(Wanted), call.page(default=40, most=80)
    async with call.house.db.read() as conn:
        found = await views.page(conn, call.me, page, asked.wish())
        entities = await notices.notifications(conn, call.house, found, call.me, asked.supported_types)
    return json(entities, headers=call.link([one.id for one in found], page))


class _Supported(Struct):
    supported_types: Types | None = None


async def show(call: Call) -> Response:
    """GET /api/v1/notifications/:id."""
    asked = await call.args(_Supported)
    async with call.house.db.read() as conn:
        one = await views.get(conn, call.id(), call.me)
        found = await notices.notifications(conn, call.house, [one], call.me, asked.supported_types)
    if not found:
        raise NotFound
    return json(found[0])


class _Count(Wanted):
    limit: int = 100


async def unread_count(call: Call) -> Response:
    """GET /api/v1/notifications/unread_count."""
    asked = await call.args(_Count)
    limit = max(1, min(asked.limit, 1000))
    async with call.house.db.read() as conn:
        found = await views.unread_count(conn, call.me, limit, asked.wish())
    return json({"count": found})


async def clear(call: Call) -> Response:
    """POST /api/v1/notifications/clear."""
    async with call.house.db.write() as conn:
        await store.clear(conn, call.me)
    return json({})


async def dismiss(call: Call) -> Response:
    """POST /api/v1/notifications/:id/dismiss."""
    async with call.house.db.write() as conn:
        await views.dismiss(conn, call.id(), call.me)
    return json({})


_BASE = "/api/v1/notifications"

ROUTES = [
    route("GET", _BASE, list_all, scopes="read:notifications", kept=True),
    route("GET", f"{_BASE}/unread_count", unread_count, scopes="read:notifications"),
    route("POST", f"{_BASE}/clear", clear, scopes="write:notifications"),
    route("GET", f"{_BASE}/{{id}}", show, scopes="read:notifications"),
    route("POST", f"{_BASE}/{{id}}/dismiss", dismiss, scopes="write:notifications"),
]
