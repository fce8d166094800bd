"""An author's own thread as one text: a page to read and to print, and a book to take along."""

from __future__ import annotations

from email.utils import formatdate

from stoa.asgi import responses
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.core.errors import NotFound
from stoa.core.house import House
from stoa.core.statuses import chain
from stoa.db import Connection
from stoa.text import excerpt
from stoa.web import languages, showing, volume
from stoa.web.pages import Page, books, number
from stoa.web.session import Viewer, viewer_of
from stoa.web.showing import Shown
from stoa.web.templating import page


async def parts_of(conn: Connection, status_id: int, viewer_id: int | None) -> list[Shown]:
    """The thread that a post is a part of, two parts at least.  Raises NotFound."""
    rows = await chain.parts(conn, status_id, viewer_id)
    parts = await showing.load(conn, rows, viewer_id)
    if len(parts) < 2 or status_id not in (one.status.id for one in parts):
        raise NotFound
    return parts


def start_of(request: Request, count: int) -> int:
    """From which part on is asked for, counted from 0.  Raises NotFound."""
    said = request.query.get("from", "1")
    wanted = number(said if isinstance(said, str) else "") - 1
    if not 0 <= wanted < count:
        raise NotFound
    return wanted


async def show(request: Request, house: House) -> Response:
    """GET /@{acct}/{id}/read: all parts in order; from any part to the address of the first."""
    viewer = await viewer_of(request, house)
    status_id = number(request.params["id"])
    async with house.db.read() as conn:
        parts = await parts_of(conn, status_id, viewer.account_id if viewer else None)
    first = parts[0]
    if status_id != first.status.id or request.params["acct"] != first.account.acct:
        place = "" if status_id == first.status.id else f"#p{status_id}"
        return responses.redirect(f"{first.path}/read{place}")
    return shown(request, house, viewer, parts, address=f"{first.path}/read")


def shown(
    request: Request,
    house: House,
    viewer: Viewer | None,
    parts: list[Shown],
    *,
    address: str,
    title: str | None = None,
    series: str | None = None,
) -> Response:
    """The page of *parts* at *address*; *series* is where the series is told of that they are."""
    first = parts[0]
    bound = volume.bind(parts, title=title, start=start_of(request, len(parts)))
    base = f"{house.addresses.base}{address}"
    return page(
        request,
        house,
        "read.html",
        viewer=viewer,
        series=series,
        headers={"last-modified": formatdate(bound.changed / 1000, usegmt=True)},
        volume=bound,
        canonical=base if bound.parts[0].number == 1 else f"{base}?from={bound.parts[0].number}",
        address=address,
        book=f"{address}.epub",
        description=excerpt(first.prose.description, 250),
        language=languages.name(first.status.language),
    )


async def book(request: Request, house: House) -> Response:
    """GET /@{acct}/{id}/read.epub: the same as a file for readers of books."""
    viewer = await viewer_of(request, house)
    status_id = number(request.params["id"])
    async with house.db.read() as conn:
        parts = await parts_of(conn, status_id, viewer.account_id if viewer else None)
    first = parts[0]
    if status_id != first.status.id or request.params["acct"] != first.account.acct:
        return responses.redirect(f"{first.path}/read.epub")
    return await books.answer(
        request,
        house,
        parts,
        address=f"{house.addresses.base}{first.path}/read",
        name=f"{first.account.username}-{first.status.id}",
        by_everybody=viewer is None,
    )


PAGES: list[Page] = [
    ("GET", "/@{acct}/{id}/read", show),
    ("GET", "/@{acct}/{id}/read.epub", book),
]
