"""What many people use just now: hashtags, posts and links, for everybody to read."""

from __future__ import annotations

from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.core.house import House
from stoa.core.links import views as links
from stoa.core.timelines import tags
from stoa.core.trends import views
from stoa.core.trends.model import read_by
from stoa.web import filtering, showing
from stoa.web.pages import Page
from stoa.web.session import viewer_of
from stoa.web.templating import page

_TAGS = 10
_LINKS = 5
_POSTS = 20


async def explore(request: Request, house: House) -> Response:
    """GET /explore."""
    viewer = await viewer_of(request, house)
    viewer_id = viewer.account_id if viewer else None
    mode = house.settings.trends
    languages = read_by(request.header("accept-language"))
    async with house.db.read() as conn:
        wanted = await views.trending_tags(conn, mode, languages=languages, limit=_TAGS, offset=0)
        found = await tags.load(conn, wanted, viewer_id) if wanted else {}
        pages = await views.trending_links(conn, mode, languages=languages, limit=_LINKS, offset=0)
        cards = await links.load(conn, pages) if pages else {}
        heads = await views.trending_statuses(
            conn, mode, viewer_id, languages=languages, limit=_POSTS, offset=0
        )
        shown = await showing.load(conn, heads, viewer_id)
        shown = await filtering.narrowed(conn, shown, viewer_id, "public")
    return page(
        request,
        house,
        "explore.html",
        viewer=viewer,
        tags=[(found[one].name, found[one].uses_lately) for one in wanted if one in found],
        links=[cards[one] for one in pages if one in cards],
        posts=shown,
    )


PAGES: list[Page] = [("GET", "/explore", explore)]
