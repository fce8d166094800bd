"""Lists and who is in them (methods/lists)."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from stoa.api import rendered
from stoa.api.entities import list as entity
from stoa.api.routing import Call, route
from stoa.asgi.responses import Response, json, json_bytes
from stoa.core.timelines import lists
from stoa.db.paging import Page

MAX_AT_ONCE = 100


async def list_all(call: Call) -> Response:
    """GET /api/v1/lists."""
    async with call.house.db.read() as conn:
        return json([entity.render(one) for one in await lists.mine(conn, call.me)])


async def show(call: Call) -> Response:
    """GET /api/v1/lists/:id."""
    async with call.house.db.read() as conn:
        return json(entity.render(await lists.get(conn, call.id(), call.me)))


class _New(Struct):
    title: str = ""
    replies_policy: lists.RepliesPolicy = "list"
    exclusive: bool = False


async def create(call: Call) -> Response:
    """POST /api/v1/lists."""
    asked = await call.args(_New)
    async with call.house.db.write() as conn:
        made = await lists.create(
            conn,
            call.me,
            asked.title,
            replies_policy=asked.replies_policy,
            exclusive=asked.exclusive,
        )
    return json(entity.render(made))


class _Change(Struct):
    title: str | None = None
    replies_policy: lists.RepliesPolicy | None = None
    exclusive: bool | None = None


async def change(call: Call) -> Response:
    """PUT /api/v1/lists/:id."""
    asked = await call.args(_Change)
    async with call.house.db.write() as conn:
        changed = await lists.change(
            conn,
            call.id(),
            call.me,
            title=asked.title,
            replies_policy=asked.replies_policy,
            exclusive=asked.exclusive,
        )
    return json(entity.render(changed))


async def remove(call: Call) -> Response:
    """DELETE /api/v1/lists/:id."""
    async with call.house.db.write() as conn:
        await lists.remove(conn, call.id(), call.me)
    return json({})


class _Limit(Struct):
    limit: int | None = None


async def members(call: Call) -> Response:
    """GET /api/v1/lists/:id/accounts; limit 0 means all of them."""
    page = call.page(default=40, most=80)
    if (await call.args(_Limit)).limit == 0:
        page = Page(limit=lists.MAX_MEMBERS)
    async with call.house.db.read() as conn:
        found = await lists.members(conn, call.id(), call.me, page)
        body = await rendered.accounts(conn, call.house, found, call.me)
    return json_bytes(body, headers=call.link(found, page))


class _Members(Struct):
    account_ids: Annotated[list[int], Meta(max_length=MAX_AT_ONCE)] = []


async def add_members(call: Call) -> Response:
    """POST /api/v1/lists/:id/accounts."""
    asked = await call.args(_Members)
    async with call.house.db.write() as conn:
        await lists.add_members(conn, call.id(), call.me, asked.account_ids)
    return json({})


async def remove_members(call: Call) -> Response:
    """DELETE /api/v1/lists/:id/accounts."""
    asked = await call.args(_Members)
    async with call.house.db.write() as conn:
        await lists.remove_members(conn, call.id(), call.me, asked.account_ids)
    return json({})


_BASE = "/api/v1/lists"
_ONE = f"{_BASE}/{{id}}"

ROUTES = [
    route("GET", _BASE, list_all, scopes="read:lists"),
    route("POST", _BASE, create, scopes="write:lists"),
    route("GET", _ONE, show, scopes="read:lists"),
    route("PUT", _ONE, change, scopes="write:lists"),
    route("DELETE", _ONE, remove, scopes="write:lists"),
    route("GET", f"{_ONE}/accounts", members, scopes="read:lists"),
    route("POST", f"{_ONE}/accounts", add_members, scopes="write:lists"),
    route("DELETE", f"{_ONE}/accounts", remove_members, scopes="write:lists"),
]
