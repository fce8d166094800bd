"""For visitors who want to follow, reply, boost or favourite: sign in here, join, or use their own
server.

Nobody is sent to another site by us: the page shows a link, and they go.  Which server is theirs is
asked there once, and not kept here.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from stoa.asgi import responses
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.core.accounts import views as account_views
from stoa.core.auth.throttle import network, throttles
from stoa.core.errors import NotFound, TooMany
from stoa.core.house import House
from stoa.core.relationships import views as relationship_views
from stoa.web import intents, showing
from stoa.web.intents import Deed
from stoa.web.pages import Page, number
from stoa.web.session import viewer_of
from stoa.web.templating import page


async def interact(request: Request, house: House) -> Response:
    """GET /interact, with `post` or `person` (an id), `do` (reply, boost, favourite), and `handle` once
    the form was sent.
    """
    viewer = await viewer_of(request, house)
    asked = {name: value for name, value in request.query.items() if isinstance(value, str)}
    post = account = None
    async with house.db.read() as conn:
        if "post" in asked:
            found = await showing.load_some(conn, [number(asked["post"])], None)
            if not found:
                raise NotFound
            post = found[0]
        elif "person" in asked:
            account_id = number(asked["person"])
            row = await relationship_views.target(conn, account_id, None)
            if row.suspended_at is not None:
                raise NotFound
            account = await account_views.get(conn, account_id)
            if viewer is None and await showing.hidden_from_visitors(conn, [account]):
                raise NotFound
        else:
            raise NotFound
    here = post.path if post else f"/@{account.acct}" if account else "/"
    if viewer is not None:
        return responses.redirect(here)
    deed = _deed(asked.get("do", "")) if post else "follow"
    uri = post.status.uri if post else account.uri if account else ""
    typed = asked.get("handle", "").strip()
    insecure = house.settings.insecure_http == "on"
    home = intents.home_of(typed, insecure=insecure) if len(typed) < 500 else None
    at_home = home is not None and home[0] == house.settings.domain
    target = await _target(request, house, deed, uri, home) if home and not at_home else None
    return page(
        request,
        house,
        "interact.html",
        # What somebody typed about themselves is nobody else's, and not kept.
        headers={"cache-control": "private, no-store"} if typed else None,
        scripts=True,
        post=post,
        account=account or (post.account if post else None),
        deed=deed,
        here_after=here,
        address=uri,
        handle=typed[:300],
        server=urlsplit(target).netloc if target else None,
        wrong=bool(typed) and home is None,
        at_home=at_home,
        target=target,
    )


def _deed(asked: str) -> Deed:
    return next((one for one in intents.DEEDS if one == asked and one != "follow"), "reply")


async def _target(request: Request, house: House, deed: Deed, uri: str, home: tuple[str, str]) -> str:
    """Where they go on: as their server says, or as most servers have it."""
    domain, handle = home
    insecure = house.settings.insecure_http == "on"
    try:
        if house.settings.rate_limits == "on":
            throttles(house.db).lookups_of_place.use(network(request.client_ip))
        templates = await house.resolver.intents(handle)
    except TooMany:
        templates = {}
    found = intents.address(deed, uri, templates, insecure=insecure)
    return found or intents.guessed(domain, uri, insecure=insecure)


PAGES: list[Page] = [("GET", "/interact", interact)]
