"""Old posts that go by themselves."""

from __future__ import annotations

from typing import Any

from stoa.asgi import responses
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.core.errors import Unprocessable
from stoa.core.house import House
from stoa.core.statuses import fading
from stoa.core.statuses.fading import Rule
from stoa.web.forms import is_ticked, signed_form, text_of
from stoa.web.pages import Page
from stoa.web.pages.members import member
from stoa.web.session import Viewer
from stoa.web.templating import page

AGES = (7, 14, 30, 60, 90, 180, 365, 730)
KEEPS = (
    "keep_pinned",
    "keep_favourited",
    "keep_bookmarked",
    "keep_direct",
    "keep_polls",
    "keep_media",
)
NUMBERS = ("min_favourites", "min_reblogs")


async def show(request: Request, house: House) -> Response:
    """GET /settings/fading."""
    viewer = await member(request, house)
    async with house.db.read() as conn:
        rule = await fading.rule_of(conn, viewer.account_id)
    numbers = {name: getattr(rule, name) or "" for name in NUMBERS} if rule else {}
    return _form(request, house, viewer, rule or Rule(), numbers, on=rule is not None)


async def save(request: Request, house: House) -> Response:
    """POST /settings/fading."""
    viewer = await member(request, house)
    form = await signed_form(request, house, viewer)
    on = is_ticked(form, "on")
    age = text_of(form, "after_days", most=10)
    numbers = {name: text_of(form, name, most=20).strip() for name in NUMBERS}
    keeps: dict[str, Any] = {name: is_ticked(form, name) for name in KEEPS}
    rule = Rule(after_days=next((one for one in AGES if str(one) == age), 365), **keeps)
    try:
        given: dict[str, Any] = {name: _number(words) for name, words in numbers.items()}
        async with house.db.write() as conn:
            wanted = Rule(after_days=rule.after_days, **keeps, **given)
            await fading.want(conn, viewer.account_id, wanted if on else None)
    except Unprocessable as refusal:
        return _form(request, house, viewer, rule, numbers, on=on, problem=str(refusal))
    return responses.redirect("/settings/fading?saved=1", 303)


def _number(words: str) -> int | None:
    if not words:
        return None
    if not (words.isascii() and words.isdigit() and len(words) < 9):
        raise Unprocessable("Give a number, or leave the field empty.")
    return int(words)


def _form(
    request: Request,
    house: House,
    viewer: Viewer,
    rule: Rule,
    numbers: dict[str, Any],
    *,
    on: bool,
    problem: str = "",
) -> Response:
    return page(
        request,
        house,
        "settings/fading.html",
        viewer=viewer,
        status=422 if problem else 200,
        on=on,
        rule=rule,
        numbers=numbers,
        problem=problem,
        saved="saved" in request.query,
    )


PAGES: list[Page] = [("GET", "/settings/fading", show), ("POST", "/settings/fading", save)]
