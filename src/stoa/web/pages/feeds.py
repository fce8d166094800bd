"""RSS and Atom: an author's posts and a hashtag's, with their whole text.

A feed shows what a visitor sees, whoever asks: readers of feeds carry no session.
"""

from __future__ import annotations

import re
from email.utils import formatdate
from typing import NamedTuple

from markupsafe import escape

from stoa import ids, text
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.core.errors import NotFound
from stoa.core.house import House
from stoa.core.series import views as series_views
from stoa.core.series.model import SeriesView
from stoa.core.timelines import views as timelines
from stoa.db.paging import Page as Part
from stoa.locales.speaking import gettext
from stoa.web import prose, showing
from stoa.web.pages import Page
from stoa.web.pages.profile import find
from stoa.web.showing import Shown
from stoa.web.templating import cached, render

_PART = Part(limit=20)
_WISH = timelines.Shown(exclude_replies=True, exclude_reblogs=True)
_RSS = "application/rss+xml; charset=utf-8"
_ATOM = "application/atom+xml; charset=utf-8"


class Item(NamedTuple):
    """A post in a feed; *html* is all of it."""

    shown: Shown
    link: str
    title: str
    html: str


async def account_rss(request: Request, house: House) -> Response:
    """GET /@{acct}.rss."""
    return await _of_account(request, house, "rss.xml", _RSS)


async def account_atom(request: Request, house: House) -> Response:
    """GET /@{acct}.atom."""
    return await _of_account(request, house, "atom.xml", _ATOM)


async def _of_account(request: Request, house: House, template: str, content_type: str) -> Response:
    async with house.db.read() as conn:
        account = await find(conn, house, request.params["acct"], None)
        if not account.local:
            raise NotFound
        rows = await timelines.of_account(conn, account.id, None, _PART, _WISH)
        shown = await showing.load(conn, rows, None, language=showing.ORIGINAL)
    base = house.addresses.base
    return _feed(
        request,
        house,
        template,
        content_type,
        shown,
        title=f"{account.name} (@{account.username}@{house.settings.domain})",
        page=f"{base}/@{account.acct}",
        description=text.plain_text(account.note_html)
        or gettext("Posts by %(name)s") % {"name": account.name},
        picture=base + face if (face := showing.avatar(account)) else None,
        updated=max([account.created_at, *(_changed(one) for one in shown)]),
    )


async def tag_rss(request: Request, house: House) -> Response:
    """GET /tags/{tag}.rss."""
    name = request.params["tag"].removeprefix("#")
    if not text.normalise_hashtag(name):
        raise NotFound
    async with house.db.read() as conn:
        rows = await timelines.tagged(conn, None, name, _PART)
        shown = await showing.load(conn, rows, None, language=showing.ORIGINAL)
    return _feed(
        request,
        house,
        "rss.xml",
        _RSS,
        shown,
        title=f"#{name} on {house.settings.title}",
        page=house.addresses.tag(name),
        description=gettext("Public posts tagged #%(tag)s") % {"tag": name},
        picture=None,
        updated=max((_changed(one) for one in shown), default=0),
    )


async def of_series(request: Request, house: House, series: SeriesView, acct: str) -> Response:
    """The newest parts of a series; *request* ends in .rss or .atom."""
    async with house.db.read() as conn:
        _, rows = await series_views.read(conn, series.id, None)
        shown = await showing.load(conn, rows[-_PART.limit :][::-1], None)
    if not shown:
        raise NotFound
    is_rss = request.path.endswith(".rss")
    return _feed(
        request,
        house,
        "rss.xml" if is_rss else "atom.xml",
        _RSS if is_rss else _ATOM,
        shown,
        title=f"{series.title} – {shown[0].account.name}",
        page=f"{house.addresses.base}/@{acct}/series/{series.id}",
        description=series.description or gettext("Posts by %(name)s") % {"name": shown[0].account.name},
        picture=None,
        updated=max(_changed(one) for one in shown),
    )


def _changed(shown: Shown) -> int:
    return shown.status.edited_at or shown.status.created_at


def _feed(
    request: Request,
    house: House,
    template: str,
    content_type: str,
    shown: list[Shown],
    *,
    title: str,
    page: str,
    description: str,
    picture: str | None,
    updated: int,
) -> Response:
    base = house.addresses.base
    body = render(
        house,
        template,
        items=[item(one, base) for one in shown],
        title=title,
        page=page,
        own=f"{base}{request.path}",
        description=description,
        picture=picture,
        updated=updated,
        rfc822=lambda ms: formatdate(ms / 1000, usegmt=True),
    )
    headers = {
        "cache-control": "public, max-age=300",
        "last-modified": formatdate((updated or ids.now_ms()) / 1000, usegmt=True),
    }
    return cached(request, _NOT_XML.sub("", body), content_type, headers)


# XML 1.0 has no way to write these, not even escaped.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def item(shown: Shown, base: str) -> Item:
    """What a feed has of the post; addresses begin with *base*."""
    status = shown.status
    parts = []
    if status.spoiler_text:
        parts.append(f"<p><strong>Content warning:</strong> {escape(status.spoiler_text)}</p><hr>")
    parts.append(prose.with_emojis(status.content, status.emojis, base))
    for media in status.media:
        path = showing.original(media)
        address = f"{base}{path}" if path else media.remote_url
        if not address:
            continue
        if media.kind in ("image", "gifv") and path:
            parts.append(f'<p><img src="{escape(address)}" alt="{escape(media.description or "")}"></p>')
        else:
            parts.append(
                f'<p><a href="{escape(address)}">{escape(media.description or gettext("A file"))}</a></p>'
            )
    if shown.poll is not None:
        options = "".join(f"<li>{escape(option.title)}</li>" for option in shown.poll.options)
        parts.append(f"<ul>{options}</ul>")
    title = (
        gettext("Content warning: %(text)s") % {"text": status.spoiler_text}
        if status.spoiler_text
        else shown.prose.name
    )
    return Item(shown, status.url or f"{base}{shown.path}", title, "".join(parts))


PAGES: list[Page] = [
    ("GET", "/@{acct}.rss", account_rss),
    ("GET", "/@{acct}.atom", account_atom),
    ("GET", "/tags/{tag}.rss", tag_rss),
]
