"""A post of one's own in other languages: what there is, one more, another version, none any more."""

from __future__ import annotations

from typing import Any

from stoa.asgi import responses
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.core import errors
from stoa.core.house import House
from stoa.core.policy.draft import Draft
from stoa.core.statuses import author_translations
from stoa.core.statuses.model import AuthorTranslation
from stoa.web import languages
from stoa.web.forms import signed_form, text_of
from stoa.web.pages import Page, number
from stoa.web.pages.members import member
from stoa.web.session import Viewer
from stoa.web.templating import page

_MOST = 1024 * 1024
_NOTHING = AuthorTranslation(language="", title=None, spoiler_text="", text="", content="")


async def show(request: Request, house: House) -> Response:
    """GET /posts/{id}/translations, with `language` to change the one there is."""
    viewer = await member(request, house)
    asked = request.query.get("language")
    return await _form(request, house, viewer, language=asked if isinstance(asked, str) else "")


async def save(request: Request, house: House) -> Response:
    """POST /posts/{id}/translations: `language`, `title`, `warning`, `text`; or `do` remove."""
    viewer = await member(request, house)
    form = await signed_form(request, house, viewer)
    status_id = number(request.params["id"])
    said = _said(form, viewer.account_id)
    language = said.language or ""
    try:
        if text_of(form, "do", most=10) == "remove":
            async with house.db.write() as conn:
                await author_translations.remove(conn, viewer.account_id, status_id, language)
            return responses.redirect(f"/posts/{status_id}/translations", 303)
        async with house.db.write() as conn:
            await author_translations.put(
                conn, viewer.account_id, status_id, said, house.settings, house.addresses
            )
    except errors.Unprocessable as refusal:
        return await _form(request, house, viewer, language=language, typed=said, problem=str(refusal))
    return responses.redirect(f"/@{viewer.username}/{status_id}?in={language}", 303)


def _said(form: dict[str, Any], account_id: int) -> Draft:
    return Draft(
        account_id=account_id,
        language=text_of(form, "language", most=40),
        title=" ".join(text_of(form, "title", most=1_000).split()) or None,
        spoiler_text=" ".join(text_of(form, "warning").split()),
        text=text_of(form, "text", most=_MOST).replace("\r\n", "\n"),
    )


async def _form(
    request: Request,
    house: House,
    viewer: Viewer,
    *,
    language: str = "",
    typed: Draft | None = None,
    problem: str | None = None,
) -> Response:
    status_id = number(request.params["id"])
    async with house.db.read() as conn:
        status = await author_translations.own(conn, viewer.account_id, status_id)
        there = (await author_translations.of(conn, [status_id])).get(status_id, [])
    changed = next((one for one in there if one.language == language), None)
    return page(
        request,
        house,
        "translations.html",
        viewer=viewer,
        status=422 if problem else 200,
        post=status,
        path=f"/@{viewer.username}/{status_id}",
        there=[(one.language, languages.name(one.language)) for one in there],
        language=language,
        own_language=languages.name(status.language),
        changed=changed,
        typed=typed or changed or _NOTHING,
        choices=languages.choices(),
        problem=problem,
    )


PAGES: list[Page] = [
    ("GET", "/posts/{id}/translations", show),
    ("POST", "/posts/{id}/translations", save),
]
