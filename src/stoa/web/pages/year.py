"""The page of somebody's year: for whoever has its address, whose key only its owner is told."""

from __future__ import annotations

from typing import Any

from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.core.annual_reports import make
from stoa.core.errors import NotFound
from stoa.core.house import House
from stoa.locales.speaking import gettext, gettext_noop
from stoa.web import showing
from stoa.web.pages import Page, profile
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
_MONTHS = str.split("January February March April May June July August September October November December")
# Of the picture of the months, in its own measure.
_HEIGHT = 80


async def show(request: Request, house: House) -> Response:
    """GET /@{acct}/wrapstodon/{year}/{key}: the address that Mastodon 4.6 gives such a page."""
    viewer = await viewer_of(request, house)
    viewer_id = viewer.account_id if viewer else None
    year = request.params["year"]
    if not (year.isascii() and year.isdigit() and len(year) == 4):
        raise NotFound
    async with house.db.read() as conn:
        account = await profile.find(conn, house, request.params["acct"], viewer_id)
        report = await make.shared(conn, account.id, int(year), request.params["key"])
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
    heights = [0 if one == 0 else max(2, round(one / most * _HEIGHT)) for one in counts]
    return [
        (month, count, height, _HEIGHT - height)
        for month, count, height in zip(_MONTHS, counts, heights, strict=True)
    ]


PAGES: list[Page] = [("GET", "/@{acct}/wrapstodon/{year}/{key}", show)]
