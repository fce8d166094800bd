"""Filters: the words a member does not want to meet, where, for how long, and what becomes of a post."""

from __future__ import annotations

from typing import Any

import msgspec

from stoa import ids
from stoa.asgi import responses
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.core.errors import Unprocessable
from stoa.core.filters import change, views
from stoa.core.filters.change import Word
from stoa.core.filters.model import Action, Context, Filter
from stoa.core.house import House
from stoa.web.forms import is_ticked, signed_form, text_of
from stoa.web.pages import Page, number
from stoa.web.pages.members import member
from stoa.web.session import Viewer
from stoa.web.templating import page

CONTEXTS: tuple[Context, ...] = ("home", "notifications", "public", "thread", "account")
ACTIONS: tuple[Action, ...] = ("warn", "hide", "blur")
HOURS = (0.5, 1, 6, 12, 24, 168, 720)
_MOST = 100_000


class Given(msgspec.Struct, frozen=True):
    """A filter as the form has it: its words one to a line, and for how many hours it holds (empty: for
    ever; `as it is`: no change).
    """

    title: str = ""
    words: str = ""
    whole: bool = True
    contexts: tuple[Context, ...] = ("home", "public", "notifications", "thread")
    action: Action = "warn"
    hours: str = ""


async def every(request: Request, house: House) -> Response:
    """GET /settings/filters."""
    viewer = await member(request, house)
    async with house.db.read() as conn:
        mine = await views.mine(conn, viewer.account_id)
    return page(request, house, "settings/filters.html", viewer=viewer, filters=mine)


async def new(request: Request, house: House) -> Response:
    """GET /settings/filters/new."""
    return _form(request, house, await member(request, house), Given(), None)


async def edit(request: Request, house: House) -> Response:
    """GET /settings/filters/{id}."""
    viewer = await member(request, house)
    found = await _get(request, house, viewer)
    given = Given(
        title=found.title,
        words="\n".join(one.keyword for one in found.keywords),
        whole=all(one.whole_word for one in found.keywords),
        contexts=found.contexts,
        action=found.action,
        hours=_AS_IT_IS if found.expires_at is not None else "",
    )
    return _form(request, house, viewer, given, found)


async def save(request: Request, house: House) -> Response:
    """POST /settings/filters/new and /settings/filters/{id}."""
    viewer = await member(request, house)
    form = await signed_form(request, house, viewer)
    given = _given(form)
    present = None if "id" not in request.params else await _get(request, house, viewer)
    said: dict[str, Any] = {
        "title": given.title,
        "contexts": given.contexts,
        "action": given.action,
        "words": _words(given, present),
    }
    if given.hours != _AS_IT_IS:
        said["expires_at"] = _ends(given.hours)
    try:
        async with house.db.write() as conn:
            if present is None:
                await change.create(conn, viewer.account_id, **said)
            else:
                await change.change(conn, present.id, viewer.account_id, **said)
    except Unprocessable as refusal:
        return _form(request, house, viewer, given, present, problem=str(refusal))
    return responses.redirect("/settings/filters", 303)


async def remove(request: Request, house: House) -> Response:
    """POST /settings/filters/{id}/delete."""
    viewer = await member(request, house)
    await signed_form(request, house, viewer)
    async with house.db.write() as conn:
        await change.remove(conn, number(request.params["id"]), viewer.account_id)
    return responses.redirect("/settings/filters", 303)


_AS_IT_IS = "same"


async def _get(request: Request, house: House, viewer: Viewer) -> Filter:
    async with house.db.read() as conn:
        return await views.get(conn, number(request.params["id"]), viewer.account_id)


def _given(form: dict[str, Any]) -> Given:
    action = text_of(form, "action", most=10)
    hours = text_of(form, "hours", most=10)
    return Given(
        title=text_of(form, "title", most=1_000),
        words=text_of(form, "words", most=_MOST).replace("\r\n", "\n"),
        whole=is_ticked(form, "whole"),
        contexts=tuple(one for one in CONTEXTS if is_ticked(form, f"in_{one}")),
        action=next((one for one in ACTIONS if one == action), "warn"),
        hours=hours if hours in ("", _AS_IT_IS, *map(str, HOURS)) else "",
    )


def _ends(hours: str) -> int | None:
    return ids.now_ms() + int(float(hours) * 3_600_000) if hours else None


def _words(given: Given, present: Filter | None) -> list[Word]:
    """What makes the words of *present* those of the form: a word that stays keeps its id."""
    before = {one.keyword: one.id for one in present.keywords} if present else {}
    wanted = list(dict.fromkeys(line.strip() for line in given.words.split("\n") if line.strip()))
    gone = [Word(id=some_id, remove=True) for word, some_id in before.items() if word not in wanted]
    return gone + [Word(word, given.whole, before.get(word)) for word in wanted]


def _form(
    request: Request,
    house: House,
    viewer: Viewer,
    given: Given,
    present: Filter | None,
    *,
    problem: str = "",
) -> Response:
    return page(
        request,
        house,
        "settings/filter.html",
        viewer=viewer,
        status=422 if problem else 200,
        given=given,
        present=present,
        problem=problem,
    )


PAGES: list[Page] = [
    ("GET", "/settings/filters", every),
    ("GET", "/settings/filters/new", new),
    ("POST", "/settings/filters/new", save),
    ("GET", "/settings/filters/{id}", edit),
    ("POST", "/settings/filters/{id}", save),
    ("POST", "/settings/filters/{id}/delete", remove),
]
