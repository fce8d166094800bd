"""Series for those who read them: what is in one, all of it as a page or a book, feeds, and being told
when there is more.
"""

from __future__ import annotations

from stoa.asgi import responses
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.core.accounts import views as account_views
from stoa.core.accounts.model import AccountView
from stoa.core.errors import NotFound
from stoa.core.house import House
from stoa.core.series import curate, views
from stoa.core.series.model import SeriesView
from stoa.db import Connection
from stoa.web import showing, volume
from stoa.web.forms import signed_form
from stoa.web.pages import Page, books, feeds, number, profile, reading
from stoa.web.pages.members import member
from stoa.web.session import viewer_of
from stoa.web.showing import Shown
from stoa.web.templating import page


async def _read(
    conn: Connection, request: Request, viewer_id: int | None
) -> tuple[SeriesView, AccountView, list[Shown]]:
    """The series of an address, whose it is, and the parts that the viewer sees.  Raises NotFound."""
    found, rows = await views.read(conn, number(request.params["id"]), viewer_id)
    owner = (await account_views.load(conn, [found.account_id])).get(found.account_id)
    if owner is None or request.params["acct"] != owner.acct:
        raise NotFound
    parts = await showing.load(conn, rows, viewer_id)
    if not parts and viewer_id != owner.id:
        raise NotFound
    return found, owner, parts


async def show(request: Request, house: House) -> Response:
    """GET /@{acct}/series/{id}: its parts in order."""
    viewer = await viewer_of(request, house)
    viewer_id = viewer.account_id if viewer else None
    async with house.db.read() as conn:
        found, owner, parts = await _read(conn, request, viewer_id)
        told = viewer_id is not None and await views.is_followed(conn, found.id, viewer_id)
    path = f"/@{owner.acct}/series/{found.id}"
    return page(
        request,
        house,
        "series.html",
        viewer=viewer,
        series=found,
        owner=owner,
        parts=parts,
        minutes=volume.minutes(parts),
        told=told,
        path=path,
        canonical=found.url or f"{house.addresses.base}{path}",
    )


async def of(request: Request, house: House) -> Response:
    """GET /@{acct}/series: those of somebody."""
    viewer = await viewer_of(request, house)
    viewer_id = viewer.account_id if viewer else None
    async with house.db.read() as conn:
        owner = await profile.find(conn, house, request.params["acct"], viewer_id)
        listed = await views.of_account(conn, owner.id, viewer_id)
    return page(request, house, "series_of.html", viewer=viewer, owner=owner, listed=listed)


async def read(request: Request, house: House) -> Response:
    """GET /@{acct}/series/{id}/read: all parts as one page."""
    viewer = await viewer_of(request, house)
    async with house.db.read() as conn:
        found, owner, parts = await _read(conn, request, viewer.account_id if viewer else None)
    if not parts:
        raise NotFound
    path = f"/@{owner.acct}/series/{found.id}"
    return reading.shown(
        request, house, viewer, parts, address=f"{path}/read", title=found.title, series=path
    )


async def book(request: Request, house: House) -> Response:
    """GET /@{acct}/series/{id}/read.epub."""
    viewer = await viewer_of(request, house)
    async with house.db.read() as conn:
        found, owner, parts = await _read(conn, request, viewer.account_id if viewer else None)
    if not parts:
        raise NotFound
    return await books.answer(
        request,
        house,
        parts,
        address=f"{house.addresses.base}/@{owner.acct}/series/{found.id}",
        name=f"{owner.username}-series-{found.id}",
        by_everybody=viewer is None,
        title=found.title,
    )


async def feed(request: Request, house: House) -> Response:
    """GET /@{acct}/series/{id}.rss and .atom."""
    async with house.db.read() as conn:
        found, owner, _ = await _read(conn, request, None)
    if not owner.local:
        raise NotFound
    return await feeds.of_series(request, house, found, owner.acct)


async def follow(request: Request, house: House) -> Response:
    """POST /series/{id}/follow: to be told of every new part."""
    return await _follow(request, house, wanted=True)


async def unfollow(request: Request, house: House) -> Response:
    """POST /series/{id}/unfollow."""
    return await _follow(request, house, wanted=False)


async def _follow(request: Request, house: House, *, wanted: bool) -> Response:
    viewer = await member(request, house)
    await signed_form(request, house, viewer)
    series_id = number(request.params["id"])
    async with house.db.write() as conn:
        found, _ = await views.read(conn, series_id, viewer.account_id)
        if wanted:
            await curate.follow(conn, viewer.account_id, series_id)
        else:
            await curate.unfollow(conn, viewer.account_id, series_id)
        owner = await account_views.get(conn, found.account_id)
    return responses.redirect(f"/@{owner.acct}/series/{series_id}", 303)


PAGES: list[Page] = [
    ("GET", "/@{acct}/series", of),
    ("GET", "/@{acct}/series/{id}", show),
    ("GET", "/@{acct}/series/{id}/read", read),
    ("GET", "/@{acct}/series/{id}/read.epub", book),
    ("GET", "/@{acct}/series/{id}.rss", feed),
    ("GET", "/@{acct}/series/{id}.atom", feed),
    ("POST", "/series/{id}/follow", follow),
    ("POST", "/series/{id}/unfollow", unfollow),
]
