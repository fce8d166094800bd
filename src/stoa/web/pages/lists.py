"""Lists: made, changed, read; and in which of them somebody is."""

from __future__ import annotations

from typing import Any

from stoa.asgi import responses
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.core.accounts import views as account_views
from stoa.core.errors import NotFound, Unprocessable
from stoa.core.house import House
from stoa.core.search import accounts as search
from stoa.core.timelines import lists
from stoa.core.timelines import views as timelines
from stoa.core.timelines.lists import ListView, RepliesPolicy
from stoa.db.paging import Page as Part
from stoa.web import filtering, listing, showing
from stoa.web.forms import is_ticked, signed_form, text_of
from stoa.web.pages import Page, number
from stoa.web.pages.members import back, member
from stoa.web.session import Viewer
from stoa.web.templating import page

_FOUND = 10
_POLICIES: tuple[RepliesPolicy, ...] = ("list", "followed", "none")
_NEW = ListView(0, "", "list", False)


async def every(request: Request, house: House) -> Response:
    """GET /lists."""
    return await _every(request, house, await member(request, house), _NEW)


async def make(request: Request, house: House) -> Response:
    """POST /lists: to the people of the new list."""
    viewer = await member(request, house)
    form = await signed_form(request, house, viewer)
    given = _given(form, 0)
    try:
        async with house.db.write() as conn:
            made = await lists.create(
                conn,
                viewer.account_id,
                given.title,
                replies_policy=given.replies_policy,
                exclusive=given.exclusive,
            )
    except Unprocessable as refusal:
        return await _every(request, house, viewer, given, problem=str(refusal))
    return responses.redirect(f"/lists/{made.id}/edit", 303)


async def _every(
    request: Request, house: House, viewer: Viewer, given: ListView, *, problem: str = ""
) -> Response:
    async with house.db.read() as conn:
        mine = await lists.mine(conn, viewer.account_id)
    return page(
        request,
        house,
        "lists.html",
        viewer=viewer,
        status=422 if problem else 200,
        lists=mine,
        given=given,
        problem=problem,
    )


async def show(request: Request, house: House) -> Response:
    """GET /lists/{id}: what those in the list wrote."""
    viewer = await member(request, house)
    list_id = number(request.params["id"])
    part = listing.page_of(request)
    async with house.db.read() as conn:
        found = await lists.get(conn, list_id, viewer.account_id)
        rows = await timelines.in_list(conn, list_id, viewer.account_id, part)
        shown = await showing.load(conn, rows, viewer.account_id)
        shown = await filtering.narrowed(conn, shown, viewer.account_id, "home")
    return page(
        request,
        house,
        "list.html",
        viewer=viewer,
        list=found,
        posts=shown,
        links=listing.links(request, [head.id for head in rows], part),
    )


async def edit(request: Request, house: House) -> Response:
    """GET /lists/{id}/edit: how it works and who is in it; `q` looks for people to put in."""
    return await _edit(request, house, await member(request, house))


async def save(request: Request, house: House) -> Response:
    """POST /lists/{id}/edit."""
    viewer = await member(request, house)
    form = await signed_form(request, house, viewer)
    given = _given(form, number(request.params["id"]))
    try:
        async with house.db.write() as conn:
            await lists.change(
                conn,
                given.id,
                viewer.account_id,
                title=given.title,
                replies_policy=given.replies_policy,
                exclusive=given.exclusive,
            )
    except Unprocessable as refusal:
        return await _edit(request, house, viewer, given=given, problem=str(refusal))
    return responses.redirect(f"/lists/{given.id}", 303)


async def _edit(
    request: Request, house: House, viewer: Viewer, *, given: ListView | None = None, problem: str = ""
) -> Response:
    me, list_id = viewer.account_id, number(request.params["id"])
    asked = request.query.get("q")
    wanted = asked.strip()[:200] if isinstance(asked, str) else ""
    part = listing.page_of(request, 40)
    async with house.db.read(long=True) as conn:
        present = await lists.get(conn, list_id, me)
        rows = await lists.members(conn, list_id, me, part)
        within = set(await lists.members(conn, list_id, me, Part(limit=lists.MAX_MEMBERS)))
        found = (
            await search.find(
                conn,
                wanted,
                viewer_id=me,
                local_domain=house.settings.domain,
                limit=_FOUND,
                following=True,
            )
            if wanted
            else []
        )
        people = await account_views.load(conn, {*rows, *found})
    return page(
        request,
        house,
        "list_edit.html",
        viewer=viewer,
        status=422 if problem else 200,
        list=present,
        given=given or present,
        people=[people[one] for one in rows if one in people],
        wanted=wanted,
        found=[(people[one], one in within) for one in found if one in people],
        links=listing.links(request, rows, part, **({"q": wanted} if wanted else {})),
        problem=problem,
    )


async def remove(request: Request, house: House) -> Response:
    """POST /lists/{id}/delete."""
    viewer = await member(request, house)
    await signed_form(request, house, viewer)
    async with house.db.write() as conn:
        await lists.remove(conn, number(request.params["id"]), viewer.account_id)
    return responses.redirect("/lists", 303)


async def with_person(request: Request, house: House) -> Response:
    """GET /people/{id}/lists: in which lists somebody is, each with a button."""
    viewer = await member(request, house)
    account_id = number(request.params["id"])
    async with house.db.read() as conn:
        account = await account_views.get(conn, account_id)
        mine = await lists.mine(conn, viewer.account_id)
        within = {one.id for one in await lists.containing(conn, viewer.account_id, account_id)}
    return page(
        request,
        house,
        "list_person.html",
        viewer=viewer,
        account=account,
        lists=[(one, one.id in within) for one in mine],
    )


async def change_people(request: Request, house: House) -> Response:
    """POST /lists/{id}/{deed}/{person}: put somebody in (`add`), or take them out (`remove`)."""
    viewer = await member(request, house)
    form = await signed_form(request, house, viewer)
    deed = {"add": lists.add_members, "remove": lists.remove_members}.get(request.params["deed"])
    if deed is None:
        raise NotFound
    list_id, person = number(request.params["id"]), number(request.params["person"])
    async with house.db.write() as conn:
        await lists.get(conn, list_id, viewer.account_id)
        try:
            await deed(conn, list_id, viewer.account_id, [person])
        except NotFound:
            raise Unprocessable("Only people whom you follow can be in a list.") from None
    return back(request, form)


def _given(form: dict[str, Any], list_id: int) -> ListView:
    policy = text_of(form, "replies_policy", most=20)
    known: RepliesPolicy = next((one for one in _POLICIES if one == policy), "list")
    return ListView(list_id, text_of(form, "title", most=1_000), known, is_ticked(form, "exclusive"))


PAGES: list[Page] = [
    ("GET", "/lists", every),
    ("POST", "/lists", make),
    ("GET", "/lists/{id}", show),
    ("GET", "/lists/{id}/edit", edit),
    ("POST", "/lists/{id}/edit", save),
    ("POST", "/lists/{id}/delete", remove),
    ("POST", "/lists/{id}/{deed}/{person}", change_people),
    ("GET", "/people/{id}/lists", with_person),
]
