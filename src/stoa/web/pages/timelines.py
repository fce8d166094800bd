"""Timelines: the front page, everything public, everything local, and hashtags."""

from __future__ import annotations

from stoa import text
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.core.errors import NotFound
from stoa.core.house import House
from stoa.core.timelines import tags
from stoa.core.timelines import views as timelines
from stoa.core.timelines.views import Wish
from stoa.web import filtering, listing, server, showing
from stoa.web.forms import signed_form
from stoa.web.pages import Page
from stoa.web.pages.members import back, member
from stoa.web.session import viewer_of
from stoa.web.templating import page

_LOCAL = Wish(local=True)
_ALL = Wish()
MAX_TAG = 200


async def front(request: Request, house: House) -> Response:
    """GET /: home for members; for visitors who we are, and what was written here last."""
    viewer = await viewer_of(request, house)
    part = listing.page_of(request)
    async with house.db.read() as conn:
        if viewer is None:
            rows = await timelines.public(conn, None, part, _LOCAL)
        else:
            rows = await timelines.home(conn, viewer.account_id, part)
        viewer_id = viewer.account_id if viewer else None
        shown = await showing.load(conn, rows, viewer_id)
        shown = await filtering.narrowed(conn, shown, viewer_id, "home" if viewer else "public")
        size = None if viewer else await server.size(conn)
    return page(
        request,
        house,
        "home.html" if viewer else "front.html",
        viewer=viewer,
        posts=shown,
        size=size,
        links=listing.links(request, [head.id for head in rows], part),
        first=part.max_id is None and part.min_id is None,
    )


async def _public(request: Request, house: House, wish: Wish) -> Response:
    viewer = await viewer_of(request, house)
    viewer_id = viewer.account_id if viewer else None
    part = listing.page_of(request)
    async with house.db.read() as conn:
        rows = await timelines.public(conn, viewer_id, part, wish)
        shown = await showing.load(conn, rows, viewer_id)
        shown = await filtering.narrowed(conn, shown, viewer_id, "public")
    return page(
        request,
        house,
        "public.html",
        viewer=viewer,
        local=wish.local,
        posts=shown,
        links=listing.links(request, [head.id for head in rows], part),
    )


async def public(request: Request, house: House) -> Response:
    """GET /public: public posts from here and from elsewhere."""
    return await _public(request, house, _ALL)


async def local(request: Request, house: House) -> Response:
    """GET /public/local: public posts from here."""
    return await _public(request, house, _LOCAL)


async def tagged(request: Request, house: House) -> Response:
    """GET /tags/{tag}: public posts with a hashtag."""
    name = request.params["tag"].removeprefix("#")
    if not text.normalise_hashtag(name) or len(name) > MAX_TAG:
        raise NotFound
    viewer = await viewer_of(request, house)
    viewer_id = viewer.account_id if viewer else None
    part = listing.page_of(request)
    async with house.db.read() as conn:
        rows = await timelines.tagged(conn, viewer_id, name, part)
        shown = await showing.load(conn, rows, viewer_id)
        shown = await filtering.narrowed(conn, shown, viewer_id, "public")
        about = await tags.get(conn, name, viewer_id)
    return page(
        request,
        house,
        "tag.html",
        viewer=viewer,
        tag=name,
        about=about,
        posts=shown,
        links=listing.links(request, [head.id for head in rows], part),
    )


async def follow_tag(request: Request, house: House) -> Response:
    """POST /tags/{tag}/{deed}: have its posts at home from now on, or no longer."""
    viewer = await member(request, house)
    form = await signed_form(request, house, viewer)
    deed = {"follow": tags.follow, "unfollow": tags.unfollow}.get(request.params["deed"])
    if deed is None:
        raise NotFound
    async with house.db.write() as conn:
        await deed(conn, viewer.account_id, request.params["tag"])
    return back(request, form)


PAGES: list[Page] = [
    ("GET", "/", front),
    ("GET", "/public", public),
    ("GET", "/public/local", local),
    ("GET", "/tags/{tag}", tagged),
    ("POST", "/tags/{tag}/{deed}", follow_tag),
]
