"""For members who began something on another server: follow, favourite, boost, reply, write.

`/authorize_interaction` and `/share` are what our WebFinger answers name (FEP-3b86, OStatus).  Opening
them does nothing: a member signs in if need be, sees whom or what it is about, and presses the button.
Nobody is sent anywhere afterwards, whatever the address says (`on-success`, `on-cancel`).
"""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlencode

from stoa.asgi import responses
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.core.accounts import views as account_views
from stoa.core.accounts.model import AccountView
from stoa.core.auth.throttle import throttles
from stoa.core.errors import NotFound
from stoa.core.house import House
from stoa.core.relationships import views as relationship_views
from stoa.core.search import addresses
from stoa.db import Connection
from stoa.web import showing
from stoa.web.pages import Page
from stoa.web.pages.members import member
from stoa.web.session import Viewer
from stoa.web.showing import Shown
from stoa.web.templating import page

MAX_ADDRESS = 2_048
MAX_WORDS = 10_000

Found = tuple[Literal["account", "status"], int]


async def authorize(request: Request, house: House) -> Response:
    """GET /authorize_interaction with `uri` (an address or `acct:…`) and `intent` (follow, like, announce,
    create): the person or post, and a button.
    """
    viewer = await member(request, house)
    address = _given(request, "uri", MAX_ADDRESS) or _given(request, "acct", MAX_ADDRESS)
    intent = _given(request, "intent", 20).lower()
    account: AccountView | None = None
    post: Shown | None = None
    relationship = None
    found = await _find(house, viewer, address) if address else None
    if found is not None:
        async with house.db.read() as conn:
            if found[0] == "account":
                account = await _account(conn, found[1], viewer)
            else:
                shown = await showing.load_some(conn, [found[1]], viewer.account_id)
                post = shown[0] if shown else None
            if account is not None:
                relationship = await relationship_views.relationship(conn, viewer.account_id, account.id)
    nothing = account is None and post is None
    return page(
        request,
        house,
        "authorize.html",
        viewer=viewer,
        status=404 if address and nothing else 200,
        address=address.removeprefix("acct:"),
        account=account,
        relationship=relationship,
        post=post,
        intent=intent,
    )


async def share(request: Request, house: House) -> Response:
    """GET /share with `text`, `title`, `url` and `in_reply_to` (an address): to the writing form."""
    viewer = await member(request, house)
    text, title = _given(request, "text", MAX_WORDS), _given(request, "title", 300)
    url, answered = _given(request, "url", MAX_ADDRESS), _given(request, "in_reply_to", MAX_ADDRESS)
    if url:
        # A page that is shared: its title is not the title of the post about it.
        words, title = "\n\n".join(filter(None, [text or title, url])), ""
    else:
        words = text
    query = urlencode({name: value for name, value in (("text", words), ("title", title)) if value})
    if not answered:
        return responses.redirect(f"/write?{query}" if query else "/write")
    found = await _find(house, viewer, answered)
    if found is None or found[0] != "status":
        return page(
            request, house, "authorize.html", viewer=viewer, status=404, address=answered, account=None,
            relationship=None, post=None, intent="create",
        )  # fmt: skip
    return responses.redirect(f"/posts/{found[1]}/reply{'?' if query else ''}{query}")


async def _find(house: House, viewer: Viewer, address: str) -> Found | None:
    """What *address* names, here or (asked of others) elsewhere."""
    wanted = address.removeprefix("acct:")
    if house.settings.rate_limits == "on" and addresses.is_elsewhere(wanted, house.addresses):
        throttles(house.db).lookups.use(str(viewer.account_id))
    if addresses.is_address(wanted):
        async with house.db.read() as conn:
            found: Found | None = await addresses.find(conn, wanted, house.addresses)
        return found or _checked(await house.resolver.url(wanted))
    async with house.db.read() as conn:
        account_id = await account_views.find_by_acct(conn, wanted, house.settings.domain)
    if account_id is None and addresses.is_elsewhere(wanted, house.addresses):
        account_id = await house.resolver.account(wanted)
    return None if account_id is None else ("account", account_id)


def _checked(found: tuple[str, int] | None) -> Found | None:
    if found is None:
        return None
    return ("account", found[1]) if found[0] == "account" else ("status", found[1])


async def _account(conn: Connection, account_id: int, viewer: Viewer) -> AccountView | None:
    try:
        row = await relationship_views.target(conn, account_id, viewer.account_id)
    except NotFound:
        return None
    return None if row.suspended_at is not None else await account_views.get(conn, account_id)


def _given(request: Request, name: str, most: int) -> str:
    """A parameter without the spaces around it; empty where it is missing, or longer than anybody needs."""
    value = request.query.get(name)
    return value.strip() if isinstance(value, str) and len(value) <= most else ""


PAGES: list[Page] = [("GET", "/authorize_interaction", authorize), ("GET", "/share", share)]
