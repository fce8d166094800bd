"""One's lists as files: taken away, and brought along from another server."""

from __future__ import annotations

import asyncio
from typing import Any

from stoa import ids
from stoa.asgi import responses
from stoa.asgi.requests import MIB, Request, Upload
from stoa.asgi.responses import Response
from stoa.core.auth.throttle import throttles
from stoa.core.errors import NotFound, Unprocessable
from stoa.core.house import House
from stoa.core.transfers import bring, sheets, store, take
from stoa.core.transfers.model import KINDS, MAX_BYTES, Kind
from stoa.locales.speaking import gettext_noop
from stoa.web import archive
from stoa.web.forms import signed_form, text_of
from stoa.web.pages import Page
from stoa.web.pages.members import member
from stoa.web.session import Viewer
from stoa.web.templating import page

# The names that files have where they come from.
FILES: dict[Kind, str] = {
    "following": "following_accounts.csv",
    "mutes": "muted_accounts.csv",
    "blocks": "blocked_accounts.csv",
    "domain_blocks": "blocked_domains.csv",
    "lists": "lists.csv",
    "bookmarks": "bookmarks.csv",
}
_WORDS: dict[Kind, str] = {
    "following": gettext_noop("Whom you follow"),
    "mutes": gettext_noop("Whom you have muted"),
    "blocks": gettext_noop("Whom you have blocked"),
    "domain_blocks": gettext_noop("Servers you have blocked"),
    "lists": gettext_noop("Your lists"),
    "bookmarks": gettext_noop("Your bookmarks"),
}


async def show_export(request: Request, house: House) -> Response:
    """GET /settings/export."""
    viewer = await member(request, house)
    async with house.db.read() as conn:
        counts = await take.counts(conn, viewer.account_id)
    files = [(kind, FILES[kind], _WORDS[kind], counts[kind]) for kind in KINDS]
    return page(request, house, "settings/export.html", viewer=viewer, files=files)


async def export(request: Request, house: House) -> Response:
    """GET /settings/export/{name}: the file."""
    viewer = await member(request, house)
    kind = next((one for one in KINDS if FILES[one] == request.params["name"]), None)
    if kind is None:
        raise NotFound
    async with house.db.read(long=True) as conn:
        lines = await take.lines(conn, kind, viewer.account_id, house.settings.domain)
    return responses.json_bytes(
        sheets.render(kind, lines).encode(),
        content_type="text/csv; charset=utf-8",
        headers={
            "content-disposition": f'attachment; filename="{FILES[kind]}"',
            "cache-control": "private, no-store",
        },
    )


async def take_everything(request: Request, house: House) -> Response:
    """GET /settings/export/archive.zip: posts, files, drafts and lists, made as it is sent."""
    viewer = await member(request, house)
    if house.settings.rate_limits == "on":
        throttles(house.db).archives.use(str(viewer.account_id))
    name = f"archive-{viewer.username}-{ids.iso(ids.now_ms())[:10]}.zip"
    return responses.stream(
        archive.parts(house, viewer.account_id, {kind: FILES[kind] for kind in KINDS}),
        "application/zip",
        headers={
            "content-disposition": f'attachment; filename="{name}"',
            "cache-control": "private, no-store",
            "x-content-type-options": "nosniff",
        },
    )


async def show_import(request: Request, house: House) -> Response:
    """GET /settings/import."""
    return await _form(request, house, await member(request, house))


async def begin_import(request: Request, house: House) -> Response:
    """POST /settings/import: the `file`, of which `kind`, in which `mode`."""
    viewer = await member(request, house)
    form = await signed_form(request, house, viewer, upload_limit=MAX_BYTES + MIB)
    given = {"kind": text_of(form, "kind", most=20), "mode": text_of(form, "mode", most=20)}
    file = form.get("file")
    try:
        kind = next((one for one in KINDS if one == given["kind"]), None)
        if kind is None or not isinstance(file, Upload) or not file.size:
            raise Unprocessable("Choose a file, and say what it is.")
        if file.size > MAX_BYTES:
            raise Unprocessable("This file is too large.")
        data = await asyncio.to_thread(file.path.read_bytes)
        lines = await asyncio.to_thread(sheets.parse, kind, data)
        async with house.db.write() as conn:
            await bring.begin(conn, viewer.account_id, kind, lines, overwrite=given["mode"] == "overwrite")
    except Unprocessable as refusal:
        return await _form(request, house, viewer, given=given, problem=str(refusal))
    return responses.redirect("/settings/import", 303)


async def _form(
    request: Request,
    house: House,
    viewer: Viewer,
    *,
    given: dict[str, Any] | None = None,
    problem: str = "",
) -> Response:
    async with house.db.read() as conn:
        mine = await store.mine(conn, viewer.account_id)
    return page(
        request,
        house,
        "settings/import.html",
        viewer=viewer,
        status=422 if problem else 200,
        kinds=[(kind, _WORDS[kind]) for kind in KINDS],
        words=_WORDS,
        imports=mine[:20],
        given=given or {"kind": "following", "mode": "merge"},
        problem=problem,
    )


PAGES: list[Page] = [
    ("GET", "/settings/export", show_export),
    ("GET", "/settings/export/archive.zip", take_everything),
    ("GET", "/settings/export/{name}", export),
    ("GET", "/settings/import", show_import),
    ("POST", "/settings/import", begin_import),
]
