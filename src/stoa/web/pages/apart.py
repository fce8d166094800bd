"""Whom a member keeps away: people muted and blocked, whole servers; and who asks to follow them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Literal

from stoa.asgi import responses
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.core.accounts import views as account_views
from stoa.core.errors import Unprocessable
from stoa.core.house import House
from stoa.core.relationships import domain_blocks, views
from stoa.db import Connection, Row
from stoa.db.paging import Page as Part
from stoa.web import listing
from stoa.web.forms import signed_form, text_of
from stoa.web.pages import Page
from stoa.web.pages.members import member
from stoa.web.session import Viewer
from stoa.web.templating import page

PER_PAGE = 40
Which = Literal["requests", "mutes", "blocks"]
_READ: dict[Which, Callable[[Connection, int, Part], Awaitable[list[Row]]]] = {
    "requests": views.requests,
    "mutes": views.muted,
    "blocks": views.blocked,
}


async def _people(request: Request, house: House, which: Which) -> Response:
    viewer = await member(request, house)
    part = listing.page_of(request, PER_PAGE)
    async with house.db.read() as conn:
        rows = await _READ[which](conn, viewer.account_id, part)
        people = await account_views.load(conn, [row.account_id for row in rows])
    return page(
        request,
        house,
        "settings/people.html",
        viewer=viewer,
        which=which,
        people=[
            (people[row.account_id], row.expires_at if which == "mutes" else None)
            for row in rows
            if row.account_id in people
        ],
        links=listing.links(request, [row.id for row in rows], part),
    )


async def requests(request: Request, house: House) -> Response:
    """GET /settings/requests: who asks to follow."""
    return await _people(request, house, "requests")


async def mutes(request: Request, house: House) -> Response:
    """GET /settings/mutes."""
    return await _people(request, house, "mutes")


async def blocks(request: Request, house: House) -> Response:
    """GET /settings/blocks."""
    return await _people(request, house, "blocks")


async def servers(request: Request, house: House) -> Response:
    """GET /settings/servers: servers of which the member wants to hear nothing."""
    return await _servers(request, house, await member(request, house))


async def change_servers(request: Request, house: House) -> Response:
    """POST /settings/servers: block the one named as `domain`, or `unblock` one."""
    viewer = await member(request, house)
    form = await signed_form(request, house, viewer)
    domain, freed = text_of(form, "domain", most=500), text_of(form, "unblock", most=500)
    try:
        async with house.db.write() as conn:
            if freed:
                await domain_blocks.unblock(conn, viewer.account_id, freed)
            else:
                await domain_blocks.block(conn, viewer.account_id, domain)
    except Unprocessable as refusal:
        return await _servers(request, house, viewer, domain=domain, problem=str(refusal))
    return responses.redirect("/settings/servers", 303)


async def _servers(
    request: Request, house: House, viewer: Viewer, *, domain: str = "", problem: str = ""
) -> Response:
    part = listing.page_of(request, PER_PAGE)
    async with house.db.read() as conn:
        rows = await domain_blocks.page(conn, viewer.account_id, part)
    return page(
        request,
        house,
        "settings/servers.html",
        viewer=viewer,
        status=422 if problem else 200,
        servers=[row.domain for row in rows],
        links=listing.links(request, [row.id for row in rows], part),
        domain=domain,
        problem=problem,
    )


PAGES: list[Page] = [
    ("GET", "/settings/requests", requests),
    ("GET", "/settings/mutes", mutes),
    ("GET", "/settings/blocks", blocks),
    ("GET", "/settings/servers", servers),
    ("POST", "/settings/servers", change_servers),
]
