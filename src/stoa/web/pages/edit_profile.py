"""One's own profile: name, words about oneself, pictures, and who may see what."""

from __future__ import annotations

from typing import Any

from stoa.asgi import responses
from stoa.asgi.requests import MIB, Request, Upload
from stoa.asgi.responses import Response
from stoa.core.accounts import profile
from stoa.core.accounts import views as account_views
from stoa.core.accounts.profile import Change, FieldChange, Picture
from stoa.core.errors import Unprocessable
from stoa.core.house import House
from stoa.core.media import portraits
from stoa.core.media.model import Limits, MediaUnavailable
from stoa.web.forms import is_ticked, signed_form, text_of
from stoa.web.pages import Page
from stoa.web.pages.members import member
from stoa.web.session import Viewer
from stoa.web.templating import page

_FLAGS = ("locked", "bot", "discoverable", "indexable", "hide_collections")


async def show(request: Request, house: House) -> Response:
    """GET /settings/profile."""
    viewer = await member(request, house)
    async with house.db.read() as conn:
        account = await account_views.get(conn, viewer.account_id)
    given: dict[str, Any] = {
        "display_name": account.display_name,
        "note": account.note,
        "avatar_description": account.avatar_description,
        "fields": [(field.name, field.value) for field in account.fields],
        **{name: getattr(account, name) for name in _FLAGS},
    }
    return await _form(request, house, viewer, given)


async def save(request: Request, house: House) -> Response:
    """POST /settings/profile."""
    viewer = await member(request, house)
    limit = 2 * house.settings.max_picture_bytes + MIB
    form = await signed_form(request, house, viewer, upload_limit=limit)
    given: dict[str, Any] = {
        "display_name": text_of(form, "display_name"),
        "note": text_of(form, "note", most=100_000).replace("\r\n", "\n"),
        "avatar_description": text_of(form, "avatar_description"),
        "fields": _fields(form),
        **{name: is_ticked(form, name) for name in _FLAGS},
    }
    try:
        pictures = await _pictures(house, form)
        change = Change(
            **{**given, "fields": [FieldChange(name, value) for name, value in given["fields"]], **pictures}
        )
        async with house.db.write() as conn:
            await profile.update(conn, viewer.account_id, change, house.settings, house.addresses)
    except MediaUnavailable as error:
        return await _form(request, house, viewer, given, problem=str(error), status=503)
    except Unprocessable as error:
        return await _form(request, house, viewer, given, problem=str(error), status=422)
    return responses.redirect(f"/@{viewer.username}", 303)


def _fields(form: dict[str, Any]) -> list[tuple[str, str]]:
    given = form.get("fields")
    if not isinstance(given, list):
        return []
    pairs = [(text_of(one, "name"), text_of(one, "value")) for one in given[:64] if isinstance(one, dict)]
    return [(name, value) for name, value in pairs if name.strip() or value.strip()]


async def _pictures(house: House, form: dict[str, Any]) -> dict[str, Picture]:
    """What is to become of avatar and header; nothing for one that stays."""
    settings = house.settings
    limits = Limits(max_bytes=settings.max_picture_bytes, max_pixels=settings.max_picture_pixels)
    found = {}
    for kind in ("avatar", "header"):
        file = form.get(kind)
        if isinstance(file, Upload) and file.size:
            portrait = await (
                portraits.store("avatar", file.path, house.storage, limits)
                if kind == "avatar"
                else portraits.store("header", file.path, house.storage, limits)
            )
            found[kind] = portrait
        elif is_ticked(form, f"remove_{kind}"):
            found[kind] = Picture(None, None)
    return found


async def _form(
    request: Request,
    house: House,
    viewer: Viewer,
    given: dict[str, Any],
    *,
    problem: str | None = None,
    status: int = 200,
) -> Response:
    async with house.db.read() as conn:
        account = await account_views.get(conn, viewer.account_id)
    fields = [*given["fields"], *[("", "")] * house.settings.max_profile_fields]
    return page(
        request,
        house,
        "edit_profile.html",
        viewer=viewer,
        status=status,
        account=account,
        given=given,
        fields=fields[: max(house.settings.max_profile_fields, len(given["fields"]))],
        problem=problem,
    )


async def first(request: Request, house: House) -> Response:
    """GET /settings: to the first page of them."""
    await member(request, house)
    return responses.redirect("/settings/profile")


PAGES: list[Page] = [
    ("GET", "/settings", first),
    ("GET", "/settings/profile", show),
    ("POST", "/settings/profile", save),
]
