"""For visitors who want to follow, reply or boost: sign in here, join, or use their own server.

Nobody is sent to another site by us: the page shows a link, and they go.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from stoa.asgi import responses
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.core.accounts import views as account_views
from stoa.core.errors import NotFound
from stoa.core.house import House
from stoa.core.relationships import views as relationship_views
from stoa.web import showing
from stoa.web.pages import Page, number
from stoa.web.session import viewer_of
from stoa.web.templating import page

_HANDLE = re.compile(
    r"(?:https?://|@?[^@\s/]{1,200}@)?((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}"
    r"(?::[0-9]{1,5})?)(?:/.*)?",
    re.I,
)


async def interact(request: Request, house: House) -> Response:
    """GET /interact, with `post` or `person` (an id), and `handle` once the form was sent."""
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
        else:
            raise NotFound
    here = post.path if post else f"/@{account.acct}" if account else "/"
    if viewer is not None:
        return responses.redirect(here)
    address = post.status.uri if post else account.uri if account else ""
    handle = asked.get("handle", "").strip()
    match = _HANDLE.fullmatch(handle)
    server = match[1].lower() if match else None
    return page(
        request,
        house,
        "interact.html",
        post=post,
        account=account or (post.account if post else None),
        here_after=here,
        address=address,
        handle=handle[:300],
        server=server,
        wrong=bool(handle) and server is None,
        # Mastodon's page for this since 2.7; Pleroma, Akkoma, GoToSocial, Misskey and others answer it too.
        target=f"https://{server}/authorize_interaction?uri={quote(address, safe='')}" if server else None,
    )


PAGES: list[Page] = [("GET", "/interact", interact)]
