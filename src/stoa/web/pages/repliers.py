"""Who may reply to a post of one's own, and until when."""

from __future__ import annotations

from collections.abc import Mapping

from stoa import ids
from stoa.asgi import responses
from stoa.asgi.errors import HTTPError
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.core import errors
from stoa.core.errors import NotFound
from stoa.core.house import House
from stoa.core.statuses import replies
from stoa.core.statuses.model import Repliers, ReplyTerms
from stoa.locales import dates
from stoa.locales.speaking import gettext, gettext_noop
from stoa.web import showing
from stoa.web.drafts import CLOSES_AFTER
from stoa.web.forms import signed_form, text_of
from stoa.web.pages import Page, number
from stoa.web.pages.members import member
from stoa.web.templating import page

WORDS: Mapping[Repliers, str] = {
    "everybody": gettext_noop("Everybody may reply"),
    "followers": gettext_noop("Followers of the author may reply"),
    "following": gettext_noop("Those whom the author follows may reply"),
    "mentioned": gettext_noop("Those whom the post names may reply"),
    "nobody": gettext_noop("Nobody may reply"),
}
WHO: Mapping[str, Repliers] = {name: name for name in WORDS}


def sentence(terms: ReplyTerms, now: int) -> str:
    """What a page says of *terms*; empty where everybody may reply for ever."""
    if terms.closed(now):
        return gettext("This conversation is closed.")
    if terms == ReplyTerms():
        return ""
    who = gettext(WORDS[terms.who])
    if terms.closes_at is None:
        return f"{who}."
    return gettext("%(who)s until %(moment)s.") % {"who": who, "moment": dates.moment(terms.closes_at)}


async def show(request: Request, house: House) -> Response:
    """GET /posts/{id}/repliers."""
    return await _form(request, house, None)


async def _form(request: Request, house: House, problem: str | None) -> Response:
    viewer = await member(request, house)
    status_id = number(request.params["id"])
    async with house.db.read() as conn:
        shown = await showing.load_some(conn, [status_id], viewer.account_id)
        if not shown or shown[0].account.id != viewer.account_id or shown[0].boosted_by is not None:
            raise NotFound
        terms = await replies.terms(conn, status_id)
    return page(
        request,
        house,
        "repliers.html",
        viewer=viewer,
        status=422 if problem else 200,
        post=shown[0],
        terms=terms,
        words=WORDS,
        days=CLOSES_AFTER,
        problem=problem,
    )


async def save(request: Request, house: House) -> Response:
    """POST /posts/{id}/repliers: `who`, and `close`: empty, `keep`, or after how many days."""
    viewer = await member(request, house)
    form = await signed_form(request, house, viewer)
    status_id = number(request.params["id"])
    who = text_of(form, "who", most=20)
    if who not in WHO:
        raise HTTPError(422, "Choose who may reply.")
    try:
        async with house.db.write() as conn:
            before = await replies.terms(conn, status_id)
            wanted = ReplyTerms(WHO[who], _closing(text_of(form, "close", most=5), before))
            await replies.set_terms(conn, viewer.account_id, status_id, wanted)
    except errors.Unprocessable as refusal:
        return await _form(request, house, str(refusal))
    return responses.redirect(f"/posts/{status_id}", 303)


def _closing(text: str, before: ReplyTerms) -> int | None:
    if text == "keep":
        return before.closes_at
    days = text.isascii() and text.isdigit()
    return ids.now_ms() + int(text) * replies.DAY_MS if days else None


PAGES: list[Page] = [
    ("GET", "/posts/{id}/repliers", show),
    ("POST", "/posts/{id}/repliers", save),
]
