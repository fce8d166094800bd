"""Notifications, several of a kind as one (methods/grouped_notifications; v2_alpha is the same)."""

from __future__ import annotations

from typing import Literal

import orjson
from msgspec import Struct

from stoa.api import notices, rendered
from stoa.api.routes.notifications import Types, Wanted
from stoa.api.routing import ApiRoute, Call, route
from stoa.asgi.responses import Response, json
from stoa.core.notifications import groups, store
from stoa.core.notifications.model import GROUPED


class _Groups(Wanted):
    expand_accounts: Literal["full", "partial_avatars"] = "full"
    grouped_types: Types | None = None

    @property
    def grouped(self) -> frozenset[str]:
        return frozenset(GROUPED if self.grouped_types is None else self.grouped_types)


async def list_all(call: Call) -> Response:
    """GET /api/v2/notifications."""
    asked, page = await call.args(_Groups), call.page(default=40, most=80)
    async with call.house.db.read() as conn:
        found = await groups.page(conn, call.me, page, asked.wish(), asked.grouped)
        results = await notices.grouped(
            conn,
            call.house,
            found.groups,
            call.me,
            partial=asked.expand_accounts == "partial_avatars",
            supported=asked.supported_types,
        )
    edges = [] if found.newest is None or found.oldest is None else [found.newest, found.oldest]
    return json(results, headers=call.link(edges, page))


class _Supported(Struct):
    supported_types: Types | None = None


async def show(call: Call) -> Response:
    """GET /api/v2/notifications/:group_key."""
    asked = await call.args(_Supported)
    async with call.house.db.read() as conn:
        found = await groups.get(conn, call.request.params["group_key"], call.me)
        results = await notices.grouped(conn, call.house, [found], call.me, supported=asked.supported_types)
    return json(results)


async def dismiss(call: Call) -> Response:
    """POST /api/v2/notifications/:group_key/dismiss; what is not there is gone already."""
    async with call.house.db.write() as conn:
        await store.remove_group(conn, call.request.params["group_key"], call.me)
    return json({})


async def accounts(call: Call) -> Response:
    """GET /api/v2/notifications/:group_key/accounts."""
    page = call.page(default=40, most=80)
    async with call.house.db.read() as conn:
        found = await groups.members(conn, call.request.params["group_key"], call.me, page)
        people = await rendered.accounts_by_id(conn, call.house, {one.from_account_id for one in found})
    who = dict.fromkeys(one.from_account_id for one in found if one.from_account_id in people)
    entities = [orjson.Fragment(people[one]) for one in who]
    return json(entities, headers=call.link([one.id for one in found], page))


class _Count(_Groups):
    limit: int = 100


async def unread_count(call: Call) -> Response:
    """GET /api/v2/notifications/unread_count."""
    asked = await call.args(_Count)
    limit = max(1, min(asked.limit, 1000))
    async with call.house.db.read() as conn:
        found = await groups.unread_count(conn, call.me, limit, asked.wish(), asked.grouped)
    return json({"count": found})


_READ, _WRITE = "read:notifications", "write:notifications"


def _routes(base: str) -> list[ApiRoute]:
    return [
        route("GET", base, list_all, scopes=_READ, kept=True),
        route("GET", f"{base}/unread_count", unread_count, scopes=_READ),
        route("GET", f"{base}/{{group_key}}", show, scopes=_READ),
        route("POST", f"{base}/{{group_key}}/dismiss", dismiss, scopes=_WRITE),
    ]


ROUTES = [
    *_routes("/api/v2/notifications"),
    # Reading, whatever the documentation calls it: either scope opens it.
    route(
        "GET",
        "/api/v2/notifications/{group_key}/accounts",
        accounts,
        scopes=f"{_READ} {_WRITE}",
    ),
    *_routes("/api/v2_alpha/notifications"),
]
