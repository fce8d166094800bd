"""Notifications, one by one (methods/notifications, version 1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from msgspec import Meta, Struct

from stoa.api import rendered
from stoa.api.entities import notification as entity
from stoa.api.entities import report as report_entity
from stoa.api.routing import Call, route
from stoa.asgi.responses import Response, json
from stoa.core.errors import NotFound
from stoa.core.moderation import views as report_views
from stoa.core.notifications import store, views
from stoa.core.notifications.model import NotificationView
from stoa.db import Connection

Types = Annotated[list[Annotated[str, Meta(max_length=64)]], Meta(max_length=64)]


class _Wish(Struct):
    types: Types = []
    exclude_types: Types = []
    account_id: int | None = None

    def narrow(self) -> dict[str, Any]:
        return {"types": self.types, "exclude_types": self.exclude_types, "from_id": self.account_id}


async def list_all(call: Call) -> Response:
    """GET /api/v1/notifications."""
    asked, page = await call.args(_Wish), call.page(default=40, most=80)
    async with call.house.db.read() as conn:
        found = await views.page(conn, call.me, page, **asked.narrow())
        entities = await _entities(conn, call, found)
    return json(entities, headers=call.link([one.id for one in found], page))


async def show(call: Call) -> Response:
    """GET /api/v1/notifications/:id."""
    async with call.house.db.read() as conn:
        found = await _entities(conn, call, [await views.get(conn, call.id(), call.me)])
    if not found:
        raise NotFound
    return json(found[0])


async def _entities(
    conn: Connection, call: Call, found: Sequence[NotificationView]
) -> list[dict[str, Any]]:
    told = {one.report_id for one in found if one.report_id is not None}
    reports = await report_views.load(conn, told) if told else {}
    who = {one.from_account_id for one in found} | {one.target_id for one in reports.values()}
    people = await rendered.accounts_by_id(conn, call.house, who)
    about = {one.status_id for one in found if one.status_id is not None}
    statuses = await rendered.statuses_by_id(conn, call.house, about, call.me) if about else {}
    shown = {
        one.id: report_entity.render(one, people[one.target_id])
        for one in reports.values()
        if one.target_id in people
    }
    return [
        entity.render(
            one,
            people[one.from_account_id],
            statuses.get(one.status_id or 0),
            shown.get(one.report_id or 0),
        )
        for one in found
        # Gone between two queries: as if the page had been asked for later.
        if one.from_account_id in people
        and (one.status_id is None or one.status_id in statuses)
        and (one.report_id is None or one.report_id in shown)
    ]


class _Count(_Wish):
    limit: int = 100


async def unread_count(call: Call) -> Response:
    """GET /api/v1/notifications/unread_count."""
    asked = await call.args(_Count)
    limit = max(1, min(asked.limit, 1000))
    async with call.house.db.read() as conn:
        found = await views.unread_count(conn, call.me, limit, **asked.narrow())
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
