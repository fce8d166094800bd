"""What a member marked: bookmarks, favourites; and who favourited or boosted a post."""

from __future__ import annotations

from typing import Literal

from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.core.accounts import views as account_views
from stoa.core.errors import NotFound
from stoa.core.house import House
from stoa.core.statuses import lists
from stoa.web import listing, showing
from stoa.web.pages import Page, number
from stoa.web.pages.members import member
from stoa.web.templating import page


async def _marked(request: Request, house: House, which: Literal["bookmarks", "favourites"]) -> Response:
    viewer = await member(request, house)
    part = listing.page_of(request)
    read = lists.bookmarks_of if which == "bookmarks" else lists.favourites_of
    async with house.db.read() as conn:
        rows = await read(conn, viewer.account_id, part)
        shown = await showing.load(conn, [row.head for row in rows], viewer.account_id)
    return page(
        request,
        house,
        "saved.html",
        viewer=viewer,
        which=which,
        posts=shown,
        links=listing.links(request, [row.key for row in rows], part),
    )


async def bookmarks(request: Request, house: House) -> Response:
    """GET /bookmarks."""
    return await _marked(request, house, "bookmarks")


async def favourites(request: Request, house: House) -> Response:
    """GET /favourites."""
    return await _marked(request, house, "favourites")


async def _who(request: Request, house: House, which: Literal["favourited", "boosted"]) -> Response:
    viewer = await member(request, house)
    status_id = number(request.params["id"])
    part = listing.page_of(request, 40)
    read = lists.favourited_by if which == "favourited" else lists.reblogged_by
    async with house.db.read() as conn:
        rows = await read(conn, status_id, part, viewer.account_id)
        shown = await showing.load_some(conn, [status_id], viewer.account_id)
        if not shown:
            raise NotFound
        people = await account_views.load(conn, [row.id for row in rows])
    return page(
        request,
        house,
        "who.html",
        viewer=viewer,
        which=which,
        post=shown[0],
        people=[people[row.id] for row in rows if row.id in people],
        links=listing.links(request, [row.key for row in rows], part),
    )


async def favourited_by(request: Request, house: House) -> Response:
    """GET /posts/{id}/favourited."""
    return await _who(request, house, "favourited")


async def boosted_by(request: Request, house: House) -> Response:
    """GET /posts/{id}/boosted."""
    return await _who(request, house, "boosted")


PAGES: list[Page] = [
    ("GET", "/bookmarks", bookmarks),
    ("GET", "/favourites", favourites),
    ("GET", "/posts/{id}/favourited", favourited_by),
    ("GET", "/posts/{id}/boosted", boosted_by),
]
