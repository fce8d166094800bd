"""Series for those who write them: begun with a post, put in order, called something else, given up."""

from __future__ import annotations

from typing import Any

from stoa.asgi import responses
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.core.errors import NotFound, Unprocessable
from stoa.core.house import House
from stoa.core.series import curate, views
from stoa.core.series.model import MAX_DESCRIPTION, MAX_TITLE
from stoa.core.statuses import chain
from stoa.web import showing
from stoa.web.forms import is_ticked, signed_form, text_of
from stoa.web.pages import Page, number
from stoa.web.pages.members import member
from stoa.web.session import Viewer
from stoa.web.templating import page

_LIMITS = {"title": MAX_TITLE, "description": MAX_DESCRIPTION}


async def choose(request: Request, house: House) -> Response:
    """GET /posts/{id}/series: into which of one's series a post goes, or with which title one begins."""
    return await _choose(request, house, await member(request, house), {})


async def _choose(
    request: Request, house: House, viewer: Viewer, form: dict[str, Any], *, problem: str = ""
) -> Response:
    status_id = number(request.params["id"])
    async with house.db.read() as conn:
        found = await showing.load_some(conn, [status_id], viewer.account_id)
        if not found or found[0].status.account.id != viewer.account_id or found[0].boosted_by:
            raise NotFound
        mine = await views.of_account(conn, viewer.account_id, viewer.account_id)
        within = await views.with_status(conn, status_id)
        run = await chain.parts(conn, status_id, viewer.account_id)
    return page(
        request,
        house,
        "series_choose.html",
        viewer=viewer,
        status=422 if problem else 200,
        post=found[0],
        mine=[one for one in mine if one.local],
        within=within,
        run=len(run),
        title=text_of(form, "title"),
        chosen=text_of(form, "series"),
        all_parts=is_ticked(form, "all") or not form,
        limits=_LIMITS,
        problem=problem,
    )


async def put(request: Request, house: House) -> Response:
    """POST /posts/{id}/series: it is the last part, with the rest of its thread if that is wanted."""
    viewer = await member(request, house)
    form = await signed_form(request, house, viewer)
    status_id = number(request.params["id"])
    chosen = text_of(form, "series", most=30)
    me = viewer.account_id
    try:
        async with house.db.write() as conn:
            parts = [status_id]
            if is_ticked(form, "all"):
                parts = [one.id for one in await chain.parts(conn, status_id, me)] or parts
            if chosen.isdigit():
                series_id = number(chosen)
            else:
                title = text_of(form, "title")
                series_id = await curate.create(conn, me, house.addresses, title=title)
            await curate.put(conn, me, series_id, parts)
    except Unprocessable as refusal:
        return await _choose(request, house, viewer, form, problem=str(refusal))
    return responses.redirect(f"/series/{series_id}/edit", 303)


async def edit(request: Request, house: House) -> Response:
    """GET /series/{id}/edit: what it is called, and its parts in order."""
    return await _edit(request, house, await member(request, house), {})


async def _edit(
    request: Request, house: House, viewer: Viewer, form: dict[str, Any], *, problem: str = ""
) -> Response:
    async with house.db.read() as conn:
        found, rows = await views.read(conn, number(request.params["id"]), viewer.account_id)
        if found.account_id != viewer.account_id or not found.local:
            raise NotFound
        parts = await showing.load(conn, rows, viewer.account_id)
    return page(
        request,
        house,
        "series_edit.html",
        viewer=viewer,
        status=422 if problem else 200,
        series=found,
        parts=parts,
        title=text_of(form, "title") if form else found.title,
        description=text_of(form, "description") if form else found.description,
        grows=is_ticked(form, "grows") if form else found.grows,
        limits=_LIMITS,
        problem=problem,
    )


async def save(request: Request, house: House) -> Response:
    """POST /series/{id}/edit."""
    viewer = await member(request, house)
    form = await signed_form(request, house, viewer)
    series_id = number(request.params["id"])
    try:
        async with house.db.write() as conn:
            await curate.change(
                conn,
                viewer.account_id,
                series_id,
                title=text_of(form, "title"),
                description=text_of(form, "description"),
                grows=is_ticked(form, "grows"),
            )
    except Unprocessable as refusal:
        return await _edit(request, house, viewer, form, problem=str(refusal))
    return responses.redirect(f"/@{viewer.username}/series/{series_id}", 303)


async def move(request: Request, house: House) -> Response:
    """POST /series/{id}/{deed}/{part}: earlier, later, or out."""
    viewer = await member(request, house)
    await signed_form(request, house, viewer)
    series_id, part = number(request.params["id"]), number(request.params["part"])
    deed = request.params["deed"]
    async with house.db.write() as conn:
        if deed == "out":
            await curate.take_out(conn, viewer.account_id, series_id, part)
        elif deed in ("earlier", "later"):
            by = 1 if deed == "later" else -1
            await curate.move(conn, viewer.account_id, series_id, part, by)
        else:
            raise NotFound
    return responses.redirect(f"/series/{series_id}/edit", 303)


async def delete(request: Request, house: House) -> Response:
    """POST /series/{id}/delete: its posts stay."""
    viewer = await member(request, house)
    await signed_form(request, house, viewer)
    async with house.db.write() as conn:
        await curate.remove(conn, viewer.account_id, number(request.params["id"]))
    return responses.redirect(f"/@{viewer.username}/series", 303)


PAGES: list[Page] = [
    ("GET", "/posts/{id}/series", choose),
    ("POST", "/posts/{id}/series", put),
    ("GET", "/series/{id}/edit", edit),
    ("POST", "/series/{id}/edit", save),
    ("POST", "/series/{id}/delete", delete),
    ("POST", "/series/{id}/{deed}/{part}", move),
]
