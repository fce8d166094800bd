"""The page of somebody's year: for whoever has its address, whose key only its owner is told; and where
members have it made.
"""

from __future__ import annotations

from typing import Any

from stoa import ids
from stoa.asgi import responses
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.core.annual_reports import make
from stoa.core.annual_reports.model import newest
from stoa.core.errors import NotFound
from stoa.core.house import House
from stoa.locales.speaking import gettext, gettext_noop, locale
from stoa.web import showing
from stoa.web.forms import signed_form
from stoa.web.pages import Page, profile
from stoa.web.pages.members import member
from stoa.web.session import viewer_of
from stoa.web.templating import page

# What the archetypes of the API are on screen: a name, and a sentence that praises it.
_KINDS = {
    "lurker": (gettext_noop("The reader"), gettext_noop("Few words, and a year of listening to others.")),
    "booster": (gettext_noop("The booster"), gettext_noop("What others said well was carried further.")),
    "pollster": (
        gettext_noop("The pollster"),
        gettext_noop("Rather than guess what people think, ask them."),
    ),
    "replier": (gettext_noop("The conversationalist"), gettext_noop("There was an answer for everybody.")),
    "oracle": (gettext_noop("The writer"), gettext_noop("Words of their own, and many of them.")),
}
# Of the picture of the months, in its own measure.
_HEIGHT = 80


async def show(request: Request, house: House) -> Response:
    """GET /@{acct}/wrapstodon/{year}/{key}: the address that Mastodon 4.6 gives such a page."""
    viewer = await viewer_of(request, house)
    viewer_id = viewer.account_id if viewer else None
    year = _year(request)
    async with house.db.read() as conn:
        account = await profile.find(conn, house, request.params["acct"], viewer_id)
        report = await make.shared(conn, account.id, year, request.params["key"])
        data: Any = report.data
        boosted = data["top_statuses"]["by_reblogs"]
        posts = await showing.load_some(conn, [] if boosted is None else [int(boosted)], viewer_id)
    months = data["time_series"]
    name, sentence = map(gettext, _KINDS[data["archetype"]])
    return page(
        request,
        house,
        "year.html",
        viewer=viewer,
        account=account,
        year=report.year,
        kind=name,
        sentence=sentence,
        bars=_bars([one["statuses"] for one in months]),
        written=sum(one["statuses"] for one in months),
        gained=sum(one["followers"] for one in months),
        tag=data["top_hashtags"][0] if data["top_hashtags"] else None,
        posts=posts,
        canonical=house.addresses.annual_report(account.username, report.year, report.share_key),
        headers={"x-robots-tag": "noindex"},
    )


def _bars(counts: list[int]) -> list[tuple[str, int, int, int]]:
    """Of each month its name, its count, and the height of its bar and of what is free above it."""
    most = max(*counts, 1)
    names = locale().months["stand-alone"]["wide"]
    heights = [0 if one == 0 else max(2, round(one / most * _HEIGHT)) for one in counts]
    return [
        (names[number], count, height, _HEIGHT - height)
        for number, (count, height) in enumerate(zip(counts, heights, strict=True), 1)
    ]


async def own(request: Request, house: House) -> Response:
    """GET /settings/years: a member's years, and the last one to be looked back on."""
    viewer = await member(request, house)
    last = newest(ids.now_ms())
    async with house.db.read() as conn:
        reports = await make.made(conn, viewer.account_id)
        now = await make.state(conn, viewer.account_id, last)
    address = house.addresses.annual_report
    return page(
        request,
        house,
        "years.html",
        viewer=viewer,
        years=[(one.year, address(viewer.username, one.year, one.share_key)) for one in reports],
        last=last,
        state=now.state,
    )


async def look_back(request: Request, house: House) -> Response:
    """POST /settings/years/{year}: have it made."""
    viewer = await member(request, house)
    await signed_form(request, house, viewer)
    year = _year(request)
    async with house.db.write() as conn:
        await make.begin(conn, viewer.account_id, year)
    return responses.redirect("/settings/years", 303)


def _year(request: Request) -> int:
    text = request.params["year"]
    if not (text.isascii() and text.isdigit() and len(text) == 4):
        raise NotFound
    return int(text)


PAGES: list[Page] = [
    ("GET", "/@{acct}/wrapstodon/{year}/{key}", show),
    ("GET", "/settings/years", own),
    ("POST", "/settings/years/{year}", look_back),
]
