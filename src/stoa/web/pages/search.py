"""Search: people, hashtags, posts; or whatever lies at an address."""

from __future__ import annotations

from stoa.asgi import responses
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.core.accounts import views as account_views
from stoa.core.auth.throttle import throttles
from stoa.core.house import House
from stoa.core.search import accounts, addresses, hashtags, statuses
from stoa.core.search.query import MAX_CHARACTERS, parse
from stoa.core.statuses import heads as status_heads
from stoa.core.timelines import tags
from stoa.web import listing, showing
from stoa.web.pages import Page
from stoa.web.pages.members import member
from stoa.web.templating import page

_PEOPLE = 10
_TAGS = 10


async def search(request: Request, house: House) -> Response:
    """GET /search, with what is looked for in `q`."""
    viewer = await member(request, house)
    me = viewer.account_id
    given = request.query.get("q")
    wanted = given.strip()[:MAX_CHARACTERS].removeprefix("acct:") if isinstance(given, str) else ""
    if house.settings.rate_limits == "on" and addresses.is_elsewhere(wanted, house.addresses):
        throttles(house.db).lookups.use(str(me))
    if addresses.is_address(wanted):
        to = await _at(house, wanted, me)
        if to is not None:
            return responses.redirect(to)
    elif addresses.is_elsewhere(wanted, house.addresses):
        await house.resolver.account(wanted)
    part = listing.page_of(request)
    domain = house.settings.domain
    async with house.db.read(long=True) as conn:
        first = bool(wanted) and part.max_id is None and part.min_id is None
        person_ids = (
            await accounts.find(conn, wanted, viewer_id=me, local_domain=domain, limit=_PEOPLE)
            if first
            else []
        )
        tag_ids = await hashtags.find(conn, wanted, limit=_TAGS) if first else []
        status_ids = (
            await statuses.find(
                conn,
                parse(wanted),
                viewer_id=me,
                local_domain=domain,
                limit=part.limit,
                max_id=part.max_id,
                min_id=part.min_id,
            )
            if wanted
            else []
        )
    async with house.db.read() as conn:
        people = await account_views.load(conn, person_ids)
        names = await tags.load(conn, tag_ids, me)
        heads = await status_heads.by_ids(conn, status_ids, me)
        rows = [heads[one] for one in status_ids if one in heads]
        shown = await showing.load(conn, rows, me)
    return page(
        request,
        house,
        "search.html",
        viewer=viewer,
        wanted=wanted,
        people=[people[one] for one in person_ids if one in people],
        tags=[names[one].name for one in tag_ids if one in names],
        posts=shown,
        links=listing.links(request, [row.id for row in rows], part, q=wanted),
    )


async def _at(house: House, address: str, viewer_id: int) -> str | None:
    """The path of the page for what lies at *address*, here or (asked of others) elsewhere."""
    async with house.db.read() as conn:
        found: tuple[str, int] | None = await addresses.find(conn, address, house.addresses)
    if found is None:
        found = await house.resolver.url(address)
    if found is None:
        return None
    kind, record = found
    async with house.db.read() as conn:
        if kind == "account":
            people = await account_views.load(conn, [record])
            return f"/@{people[record].acct}" if record in people else None
        shown = await showing.load_some(conn, [record], viewer_id)
        return shown[0].path if shown else None


PAGES: list[Page] = [("GET", "/search", search)]
