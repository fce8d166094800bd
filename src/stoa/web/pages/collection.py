"""The page of a collection: whom somebody recommends together, readable by everybody who has its address.

Whoever is in it, and is signed in, can leave it here.
"""

from __future__ import annotations

from markupsafe import Markup

from stoa import text
from stoa.asgi import responses
from stoa.asgi.errors import HTTPError
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.core.accounts import views as account_views
from stoa.core.collections import consent, views
from stoa.core.collections.model import MAX_COLLECTIONS_ELSEWHERE
from stoa.core.errors import NotFound
from stoa.core.house import House
from stoa.core.relationships import views as relationships
from stoa.locales.speaking import gettext
from stoa.web import languages, showing
from stoa.web.forms import signed_form
from stoa.web.pages import Page, number, profile
from stoa.web.pages.members import member
from stoa.web.session import viewer_of
from stoa.web.templating import page


async def show(request: Request, house: House) -> Response:
    """GET /collections/{id}: what it is called, whose it is, and who is in it."""
    viewer = await viewer_of(request, house)
    viewer_id = viewer.account_id if viewer else None
    async with house.db.read() as conn:
        found = await views.get(conn, number(request.params["id"]), viewer_id)
        within = {one.account_id: one for one in found.items if one.account_id is not None}
        people = await account_views.load(conn, [found.account_id, *within])
        owner = people.get(found.account_id)
        if owner is None:
            raise NotFound
        closed = await showing.hidden_from_visitors(conn, list(people.values())) if not viewer else set()
        if owner.id in closed:
            raise HTTPError(401, "This profile is for members. Please sign in.")
        followed = set[int]()
        if viewer_id is not None and within:
            ties = await relationships.relationships(conn, viewer_id, list(within))
            followed = {one.id for one in ties if one.following or one.requested}
    words = text.plain_text(found.description_html)
    return page(
        request,
        house,
        "collection.html",
        viewer=viewer,
        collection=found,
        owner=owner,
        people=[
            (people[one], text.excerpt(text.plain_text(people[one].note_html), 160), item.state)
            for one, item in within.items()
            if one in people and one not in closed
        ],
        followed=followed,
        own=None if viewer_id is None else within.get(viewer_id),
        description=words or gettext("People whom %(name)s recommends") % {"name": owner.name},
        words=Markup(found.description_html),  # noqa: S704  escaped or sanitised when it was stored
        language=languages.name(found.language),
        canonical=found.url or found.uri,
    )


async def of(request: Request, house: House) -> Response:
    """GET /@{acct}/collections: those that somebody has made."""
    viewer = await viewer_of(request, house)
    viewer_id = viewer.account_id if viewer else None
    async with house.db.read() as conn:
        account = await profile.find(conn, house, request.params["acct"], viewer_id)
        listed = await views.of(conn, account.id, viewer_id, limit=MAX_COLLECTIONS_ELSEWHERE)
        shown = await views.in_order(conn, listed, viewer_id)
    return page(request, house, "collections.html", viewer=viewer, account=account, collections=shown)


async def leave(request: Request, house: House) -> Response:
    """POST /collections/{id}/leave: one does not want to be in it any more."""
    viewer = await member(request, house)
    await signed_form(request, house, viewer)
    collection_id = number(request.params["id"])
    async with house.db.write() as conn:
        found = await views.get(conn, collection_id, viewer.account_id)
        own = next((one for one in found.items if one.account_id == viewer.account_id), None)
        if own is None:
            raise NotFound
        await consent.revoke(conn, viewer.account_id, collection_id, own.id)
    return responses.redirect(f"/collections/{collection_id}", 303)


PAGES: list[Page] = [
    ("GET", "/collections/{id}", show),
    ("POST", "/collections/{id}/leave", leave),
    ("GET", "/@{acct}/collections", of),
]
