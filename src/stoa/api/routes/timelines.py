"""Timelines (methods/timelines)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta, Struct, field

from stoa.api import rendered
from stoa.api.routing import Call, route
from stoa.asgi.responses import Response, json_bytes
from stoa.core.errors import NotFound
from stoa.core.statuses.model import StatusHead
from stoa.core.timelines import lists, views
from stoa.core.timelines.views import Wish
from stoa.db import Connection
from stoa.db.paging import Page

Name = Annotated[str, Meta(max_length=256)]


class _Public(Struct):
    local: bool = False
    remote: bool = False
    only_media: bool = False

    def wish(self) -> Wish:
        return Wish(local=self.local, remote=self.remote, only_media=self.only_media)


class _Tagged(_Public):
    any_of_these: list[Name] = field(name="any", default_factory=list)
    all_of_these: list[Name] = field(name="all", default_factory=list)
    none_of_these: list[Name] = field(name="none", default_factory=list)


async def _answer(conn: Connection, call: Call, heads: Sequence[StatusHead], page: Page) -> Response:
    body = await rendered.statuses(conn, call.house, heads, call.viewer_id)
    return json_bytes(body, headers=call.link([head.id for head in heads], page))


async def home(call: Call) -> Response:
    """GET /api/v1/timelines/home."""
    page = call.page()
    async with call.house.db.read() as conn:
        return await _answer(conn, call, await views.home(conn, call.me, page), page)


async def public(call: Call) -> Response:
    """GET /api/v1/timelines/public."""
    asked, page = await call.args(_Public), call.page()
    async with call.house.db.read() as conn:
        heads = await views.public(conn, call.viewer_id, page, asked.wish())
        return await _answer(conn, call, heads, page)


async def tag(call: Call) -> Response:
    """GET /api/v1/timelines/tag/:hashtag."""
    asked, page = await call.args(_Tagged), call.page()
    async with call.house.db.read() as conn:
        heads = await views.tagged(
            conn,
            call.viewer_id,
            call.request.params["hashtag"],
            page,
            asked.wish(),
            any_of_these=asked.any_of_these,
            all_of_these=asked.all_of_these,
            none_of_these=asked.none_of_these,
        )
        return await _answer(conn, call, heads, page)


class _Linking(Struct):
    url: str


async def link(call: Call) -> Response:
    """GET /api/v1/timelines/link: public statuses about a page.  404 where there are none at all."""
    asked, page = await call.args(_Linking), call.page()
    async with call.house.db.read() as conn:
        heads = await views.linking(conn, call.viewer_id, asked.url, page)
        if not heads and page == Page(page.limit):
            raise NotFound
        return await _answer(conn, call, heads, page)


async def in_list(call: Call) -> Response:
    """GET /api/v1/timelines/list/:list_id."""
    list_id, page = call.id("list_id"), call.page()
    async with call.house.db.read() as conn:
        await lists.get(conn, list_id, call.me)
        return await _answer(conn, call, await views.in_list(conn, list_id, call.me, page), page)


_BASE = "/api/v1/timelines"

ROUTES = [
    route("GET", f"{_BASE}/home", home, scopes="read:statuses", kept=True),
    route("GET", f"{_BASE}/public", public, auth="optional", scopes="read:statuses", kept=True),
    route("GET", f"{_BASE}/tag/{{hashtag}}", tag, auth="optional", scopes="read:statuses", kept=True),
    route("GET", f"{_BASE}/link", link, auth="optional", scopes="read:statuses"),
    route("GET", f"{_BASE}/list/{{list_id}}", in_list, scopes="read:lists", kept=True),
]
