"""What one is writing: the drafts, and what each said before."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from stoa.asgi import responses
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.core.drafts import store
from stoa.core.drafts.model import Clash, Revision, Words
from stoa.core.errors import Unprocessable
from stoa.core.house import House
from stoa.locales.speaking import gettext
from stoa.web import differences, drafts
from stoa.web.differences import Part
from stoa.web.forms import signed_form, text_of
from stoa.web.pages import Page, number
from stoa.web.pages.members import member
from stoa.web.pages.write import form
from stoa.web.templating import page


class Before(NamedTuple):
    """What a draft said, and how it differs from what came next."""

    revision: Revision
    parts: tuple[Part, ...]


async def listed(request: Request, house: House) -> Response:
    """GET /drafts."""
    viewer = await member(request, house)
    async with house.db.read() as conn:
        lines = await store.list_all(conn, viewer.account_id)
    return page(request, house, "drafts.html", viewer=viewer, drafts=lines)


async def show(request: Request, house: House) -> Response:
    """GET /drafts/{id}: the form with the draft on it."""
    viewer = await member(request, house)
    async with house.db.read() as conn:
        kept = await store.get(conn, viewer.account_id, number(request.params["id"]))
    note = gettext("The draft is kept.") if "saved" in request.query else None
    return await form(request, house, viewer, drafts.from_kept(kept), note=note, draft_id=kept.id)


async def remove(request: Request, house: House) -> Response:
    """POST /drafts/{id}/remove."""
    viewer = await member(request, house)
    await signed_form(request, house, viewer)
    async with house.db.write() as conn:
        await store.remove(conn, viewer.account_id, number(request.params["id"]))
    return responses.redirect("/drafts", 303)


async def revisions(request: Request, house: House) -> Response:
    """GET /drafts/{id}/revisions: what it said, the newest first, each with what was changed after."""
    viewer = await member(request, house)
    async with house.db.read() as conn:
        kept, found = await store.revisions(conn, viewer.account_id, number(request.params["id"]))
    followers = [kept.words, *(one.words for one in found)]
    parts = await asyncio.to_thread(
        lambda: [
            differences.between(_whole(one.words), _whole(after))
            for one, after in zip(found, followers, strict=False)
        ]
    )
    return page(
        request,
        house,
        "draft_revisions.html",
        viewer=viewer,
        draft=kept,
        before=[Before(one, part) for one, part in zip(found, parts, strict=True)],
    )


def _whole(words: Words) -> str:
    return f"{words.title}\n\n{words.text}" if words.title else words.text


async def restore(request: Request, house: House) -> Response:
    """POST /drafts/{id}/restore: it says again what it said at `revision`."""
    viewer = await member(request, house)
    given = await signed_form(request, house, viewer)
    draft_id = number(request.params["id"])
    revision = number(text_of(given, "revision", most=20))
    async with house.db.write() as conn:
        kept = await store.restore(conn, viewer.account_id, draft_id, revision)
    if isinstance(kept, Clash):
        raise Unprocessable(gettext("This draft was changed in another window just now. Try again."))
    return responses.redirect(f"/drafts/{draft_id}?saved=1", 303)


PAGES: list[Page] = [
    ("GET", "/drafts", listed),
    ("GET", "/drafts/{id}", show),
    ("POST", "/drafts/{id}/remove", remove),
    ("GET", "/drafts/{id}/revisions", revisions),
    ("POST", "/drafts/{id}/restore", restore),
]
