"""How a member likes things: what pages look like, the language they speak, and how their posts begin."""

from __future__ import annotations

from typing import Any, TypeVar, get_args

from babel import Locale

from stoa.asgi import responses
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.core.auth import credentials
from stoa.core.auth.credentials import PreferenceChange
from stoa.core.auth.model import ExpandMedia, QuotePolicy, TextSize, Theme, Visibility
from stoa.core.house import House
from stoa.locales import speaking
from stoa.text import language_names
from stoa.web import languages
from stoa.web.forms import is_ticked, signed_form, text_of
from stoa.web.pages import Page
from stoa.web.pages.members import member
from stoa.web.templating import page

FOLDS = (600, 1_200, 3_000, 10_000, 0)
THEMES: tuple[Theme, ...] = get_args(Theme)
SIZES: tuple[TextSize, ...] = get_args(TextSize)
MEDIA: tuple[ExpandMedia, ...] = get_args(ExpandMedia)
VISIBILITIES: tuple[Visibility, ...] = get_args(Visibility)
QUOTES: tuple[QuotePolicy, ...] = get_args(QuotePolicy)

T = TypeVar("T", bound=str)


async def show_look(request: Request, house: House) -> Response:
    """GET /settings/appearance."""
    viewer = await member(request, house)
    return page(
        request,
        house,
        "settings/appearance.html",
        viewer=viewer,
        folds=FOLDS,
        languages=[(code, _name(code)) for code in speaking.LANGUAGES],
        saved="saved" in request.query,
    )


async def save_look(request: Request, house: House) -> Response:
    """POST /settings/appearance: the page again, as it looks now."""
    viewer = await member(request, house)
    form = await signed_form(request, house, viewer)
    fold = text_of(form, "fold", most=10)
    locale = text_of(form, "locale", most=20)
    change = PreferenceChange(
        theme=_one_of(THEMES, form, "theme"),
        text_size=_one_of(SIZES, form, "text_size", "normal"),
        high_contrast=is_ticked(form, "high_contrast"),
        expand_media=_one_of(MEDIA, form, "expand_media"),
        expand_spoilers=is_ticked(form, "expand_spoilers"),
        shortcuts=is_ticked(form, "shortcuts"),
        plain=is_ticked(form, "plain"),
        fold=next((one for one in FOLDS if str(one) == fold), FOLDS[1]),
    )
    async with house.db.write() as conn:
        await credentials.prefer(conn, viewer.account_id, change)
        if locale in speaking.LANGUAGES:
            await credentials.speak(conn, viewer.account_id, locale)
    return responses.redirect("/settings/appearance?saved=1", 303)


async def show_writing(request: Request, house: House) -> Response:
    """GET /settings/writing."""
    viewer = await member(request, house)
    async with house.db.read() as conn:
        mine = await credentials.load(conn, viewer.account_id)
    return page(
        request,
        house,
        "settings/writing.html",
        viewer=viewer,
        mine=mine,
        languages=languages.choices(),
        saved="saved" in request.query,
    )


async def save_writing(request: Request, house: House) -> Response:
    """POST /settings/writing."""
    viewer = await member(request, house)
    form = await signed_form(request, house, viewer)
    language = text_of(form, "language", most=40)
    change = PreferenceChange(
        visibility=_one_of(VISIBILITIES, form, "visibility"),
        quote_policy=_one_of(QUOTES, form, "quote_policy"),
        sensitive=is_ticked(form, "sensitive"),
        language=language if language in language_names.NAMES else None,
    )
    async with house.db.write() as conn:
        await credentials.prefer(conn, viewer.account_id, change)
    return responses.redirect("/settings/writing?saved=1", 303)


def _one_of(known: tuple[T, ...], form: dict[str, Any], name: str, otherwise: T | None = None) -> T:
    """What was chosen; of what is not offered, *otherwise* or the first."""
    given = text_of(form, name, most=20)
    return next((one for one in known if one == given), otherwise or known[0])


def _name(code: str) -> str:
    return Locale.parse(code).get_display_name(code) or code


PAGES: list[Page] = [
    ("GET", "/settings/appearance", show_look),
    ("POST", "/settings/appearance", save_look),
    ("GET", "/settings/writing", show_writing),
    ("POST", "/settings/writing", save_writing),
]
