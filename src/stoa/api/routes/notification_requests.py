"""Notification policies, and the requests of those whom they keep back (methods/notifications)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from stoa.api import rendered
from stoa.api.entities import notification_request as entity
from stoa.api.routing import Call, route
from stoa.asgi.responses import Response, json
from stoa.core.errors import NotFound
from stoa.core.notifications import policy, requests
from stoa.core.notifications.policy import Verdict
from stoa.core.notifications.requests import Request
from stoa.db import Connection


async def show_policy(call: Call) -> Response:
    """GET /api/v2/notifications/policy."""
    async with call.house.db.read() as conn:
        decided, waiting = await policy.of(conn, call.me), await requests.waiting(conn, call.me)
    return json(entity.policy(decided, waiting))


class _Policy(Struct):
    for_not_following: Verdict | None = None
    for_not_followers: Verdict | None = None
    for_new_accounts: Verdict | None = None
    for_private_mentions: Verdict | None = None
    for_limited_accounts: Verdict | None = None


async def change_policy(call: Call) -> Response:
    """PATCH /api/v2/notifications/policy; what is not given stays."""
    asked = await call.args(_Policy)
    wanted = {name: value for name, value in msgspec.structs.asdict(asked).items() if value is not None}
    decided = await _changed(call, wanted)
    async with call.house.db.read() as conn:
        waiting = await requests.waiting(conn, call.me)
    return json(entity.policy(decided, waiting))


async def show_first_policy(call: Call) -> Response:
    """GET /api/v1/notifications/policy."""
    async with call.house.db.read() as conn:
        decided, waiting = await policy.of(conn, call.me), await requests.waiting(conn, call.me)
    return json(entity.first_version(decided, waiting))


class _FirstPolicy(Struct):
    filter_not_following: bool | None = None
    filter_not_followers: bool | None = None
    filter_new_accounts: bool | None = None
    filter_private_mentions: bool | None = None


async def change_first_policy(call: Call) -> Response:
    """PUT /api/v1/notifications/policy; what is not given stays."""
    asked = await call.args(_FirstPolicy)
    wanted = {
        name.replace("filter_", "for_"): "filter" if value else "accept"
        for name, value in msgspec.structs.asdict(asked).items()
        if value is not None
    }
    decided = await _changed(call, wanted)
    async with call.house.db.read() as conn:
        waiting = await requests.waiting(conn, call.me)
    return json(entity.first_version(decided, waiting))


async def _changed(call: Call, wanted: dict[str, Any]) -> policy.Policy:
    async with call.house.db.write() as conn:
        decided = msgspec.structs.replace(await policy.of(conn, call.me), **wanted)
        await policy.change(conn, call.me, decided)
    return decided


async def list_all(call: Call) -> Response:
    """GET /api/v1/notifications/requests."""
    page = call.page(default=40, most=80)
    async with call.house.db.read() as conn:
        found = await requests.page(conn, call.me, page)
        entities = await _rendered(conn, call, found)
    return json(entities, headers=call.link([one.id for one in found], page))


async def show(call: Call) -> Response:
    """GET /api/v1/notifications/requests/:id."""
    async with call.house.db.read() as conn:
        found = await _rendered(conn, call, [await requests.get(conn, call.id(), call.me)])
    if not found:
        raise NotFound
    return json(found[0])


async def _rendered(conn: Connection, call: Call, found: Sequence[Request]) -> list[dict[str, Any]]:
    people = await rendered.accounts_by_id(conn, call.house, {one.from_account_id for one in found})
    last = {one.last_status_id for one in found if one.last_status_id is not None}
    statuses = await rendered.statuses_by_id(conn, call.house, last, call.me) if last else {}
    return [
        entity.render(one, people[one.from_account_id], statuses.get(one.last_status_id or 0))
        for one in found
        if one.from_account_id in people
    ]


async def accept(call: Call) -> Response:
    """POST /api/v1/notifications/requests/:id/accept."""
    async with call.house.db.write() as conn:
        asked = await requests.get(conn, call.id(), call.me)
        await requests.accept(conn, call.me, [asked.from_account_id])
    return json({})


async def dismiss(call: Call) -> Response:
    """POST /api/v1/notifications/requests/:id/dismiss."""
    async with call.house.db.write() as conn:
        asked = await requests.get(conn, call.id(), call.me)
        await requests.dismiss(conn, call.me, [asked.from_account_id])
    return json({})


class _Several(Struct):
    id: Annotated[list[int], Meta(max_length=100)]


async def accept_several(call: Call) -> Response:
    """POST /api/v1/notifications/requests/accept; those that are not there are left out."""
    asked = await call.args(_Several)
    async with call.house.db.write() as conn:
        found = await requests.find(conn, asked.id, call.me)
        await requests.accept(conn, call.me, [one.from_account_id for one in found])
    return json({})


async def dismiss_several(call: Call) -> Response:
    """POST /api/v1/notifications/requests/dismiss; those that are not there are left out."""
    asked = await call.args(_Several)
    async with call.house.db.write() as conn:
        found = await requests.find(conn, asked.id, call.me)
        await requests.dismiss(conn, call.me, [one.from_account_id for one in found])
    return json({})


async def merged(call: Call) -> Response:
    """GET /api/v1/notifications/requests/merged: always, since accepting merges before it answers."""
    return json({"merged": True})


_V1, _V2 = "/api/v1/notifications", "/api/v2/notifications"
_READ, _WRITE = "read:notifications", "write:notifications"

ROUTES = [
    route("GET", f"{_V2}/policy", show_policy, scopes=_READ),
    route("PATCH", f"{_V2}/policy", change_policy, scopes=_WRITE),
    route("GET", f"{_V1}/policy", show_first_policy, scopes=_READ),
    route("PUT", f"{_V1}/policy", change_first_policy, scopes=_WRITE),
    route("GET", f"{_V1}/requests", list_all, scopes=_READ),
    route("POST", f"{_V1}/requests/accept", accept_several, scopes=_WRITE),
    route("POST", f"{_V1}/requests/dismiss", dismiss_several, scopes=_WRITE),
    route("GET", f"{_V1}/requests/merged", merged, scopes=_READ),
    route("GET", f"{_V1}/requests/{{id}}", show, scopes=_READ),
    route("POST", f"{_V1}/requests/{{id}}/accept", accept, scopes=_WRITE),
    route("POST", f"{_V1}/requests/{{id}}/dismiss", dismiss, scopes=_WRITE),
]
