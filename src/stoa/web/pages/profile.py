"""Profiles: what somebody wrote, with replies or only pictures, and who follows whom."""

from __future__ import annotations

from typing import Literal

from markupsafe import Markup

from stoa import text
from stoa.asgi.errors import HTTPError
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.core.accounts import views as account_views
from stoa.core.accounts.model import AccountView
from stoa.core.collections import views as collections
from stoa.core.errors import NotFound
from stoa.core.house import House
from stoa.core.relationships import views as relationship_views
from stoa.core.timelines import views as timelines
from stoa.core.timelines.views import Shown as Wish
from stoa.db import Connection
from stoa.db.paging import Page as Part
from stoa.locales.speaking import gettext
from stoa.web import filtering, listing, metadata, prose, showing
from stoa.web.pages import Page
from stoa.web.session import viewer_of
from stoa.web.templating import page

Tab = Literal["posts", "replies", "media"]

_WISHES: dict[Tab, Wish] = {
    "posts": Wish(exclude_replies=True),
    "replies": Wish(),
    "media": Wish(only_media=True, exclude_reblogs=True),
}
_PINNED = Wish(pinned=True)


async def find(conn: Connection, house: House, acct: str, viewer_id: int | None) -> AccountView:
    """The account with a profile here.  Raises NotFound: unknown, not let in yet, or suspended; HTTPError
    401 to visitors where its server says that only members may see it.
    """
    account_id = await account_views.find_by_acct(conn, acct, house.settings.domain)
    if account_id is None:
        raise NotFound
    row = await relationship_views.target(conn, account_id, viewer_id)
    if row.suspended_at is not None:
        raise NotFound
    account = await account_views.get(conn, account_id)
    if viewer_id is None and await showing.hidden_from_visitors(conn, [account]):
        raise HTTPError(401, "This profile is for members. Please sign in.")
    return account


async def _show(request: Request, house: House, tab: Tab) -> Response:
    viewer = await viewer_of(request, house)
    viewer_id = viewer.account_id if viewer else None
    part = listing.page_of(request)
    async with house.db.read() as conn:
        account = await find(conn, house, request.params["acct"], viewer_id)
        rows = await timelines.of_account(conn, account.id, viewer_id, part, _WISHES[tab])
        first = tab == "posts" and part.max_id is None and part.min_id is None
        pins = (
            await timelines.of_account(conn, account.id, viewer_id, Part(limit=20), _PINNED)
            if first
            else []
        )
        shown = await showing.load(conn, [*pins, *rows], viewer_id)
        shown = await filtering.narrowed(conn, shown, viewer_id, "account")
        recommends = await collections.of(conn, account.id, viewer_id, limit=1)
        moved = await account_views.load(conn, [account.moved_to_id]) if account.moved_to_id else {}
        relationship = (
            await relationship_views.relationship(conn, viewer_id, account.id) if viewer_id else None
        )
    pinned = {head.id for head in pins}
    bio = text.plain_text(account.note_html)
    return page(
        request,
        house,
        "profile.html",
        viewer=viewer,
        account=account,
        tab=tab,
        pinned=list({one.head.id: one for one in shown if one.head.id in pinned}.values()),
        posts=[one for one in shown if one.head.id not in pinned],
        links=listing.links(request, [head.id for head in rows], part),
        relationship=relationship,
        has_collections=bool(recommends),
        moved_to=moved.get(account.moved_to_id or 0),
        header=showing.header(account),
        bio=Markup(  # noqa: S704  sanitised when it was stored
            prose.with_emojis(account.note_html, account.emojis)
        ),
        description=text.excerpt(bio, 250) or gettext("Posts by %(name)s") % {"name": account.name},
        json_ld=metadata.json_ld(metadata.of_person(account, house.addresses, bio)),
    )


async def posts(request: Request, house: House) -> Response:
    """GET /@{acct}: posts that answer nobody else, and what is pinned."""
    return await _show(request, house, "posts")


async def with_replies(request: Request, house: House) -> Response:
    """GET /@{acct}/with_replies: all posts."""
    return await _show(request, house, "replies")


async def media(request: Request, house: House) -> Response:
    """GET /@{acct}/media: posts with pictures."""
    return await _show(request, house, "media")


async def _people(request: Request, house: House, which: Literal["followers", "following"]) -> Response:
    viewer = await viewer_of(request, house)
    viewer_id = viewer.account_id if viewer else None
    part = listing.page_of(request, 40)
    read = relationship_views.followers if which == "followers" else relationship_views.following
    async with house.db.read() as conn:
        account = await find(conn, house, request.params["acct"], viewer_id)
        rows = await read(conn, account.id, viewer_id, part)
        found = await account_views.load(conn, [row.account_id for row in rows])
    return page(
        request,
        house,
        "people.html",
        viewer=viewer,
        account=account,
        which=which,
        people=[found[row.account_id] for row in rows if row.account_id in found],
        links=listing.links(request, [row.id for row in rows], part),
        hidden=account.hide_collections and viewer_id != account.id,
    )


async def followers(request: Request, house: House) -> Response:
    """GET /@{acct}/followers."""
    return await _people(request, house, "followers")


async def following(request: Request, house: House) -> Response:
    """GET /@{acct}/following."""
    return await _people(request, house, "following")


PAGES: list[Page] = [
    ("GET", "/@{acct}", posts),
    ("GET", "/@{acct}/with_replies", with_replies),
    ("GET", "/@{acct}/media", media),
    ("GET", "/@{acct}/followers", followers),
    ("GET", "/@{acct}/following", following),
]
