"""What members do to posts and to people with one press of a button."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from stoa.asgi import responses
from stoa.asgi.errors import HTTPError
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.core.errors import NotFound
from stoa.core.house import House
from stoa.core.notifications import requests
from stoa.core.relationships import block, follow, mute
from stoa.core.statuses import (
    anchors,
    bookmark,
    delete,
    favourite,
    heads,
    pin,
    polls,
    reblog,
    replies,
    visibility,
)
from stoa.core.statuses import mute as conversation
from stoa.core.statuses import views as status_views
from stoa.db import Connection
from stoa.web import showing
from stoa.web.forms import signed_form, text_of
from stoa.web.pages import Page, number
from stoa.web.pages.members import back, member
from stoa.web.pages.write import redraft
from stoa.web.session import viewer_of
from stoa.web.templating import page

Deed = Callable[[Connection, int, int, House], Awaitable[Any]]

# The connection, who does it, to what, and the house.
_TO_POSTS: Mapping[str, Deed] = {
    "favourite": lambda conn, me, what, house: favourite.favourite(conn, me, what),
    "unfavourite": lambda conn, me, what, house: favourite.unfavourite(conn, me, what),
    "boost": lambda conn, me, what, house: _boost(conn, me, what, house),
    "unboost": lambda conn, me, what, house: reblog.unreblog(conn, me, what),
    "bookmark": lambda conn, me, what, house: bookmark.bookmark(conn, me, what),
    "unbookmark": lambda conn, me, what, house: bookmark.unbookmark(conn, me, what),
    "pin": lambda conn, me, what, house: pin.pin(conn, me, what, house.settings),
    "unpin": lambda conn, me, what, house: pin.unpin(conn, me, what),
    "mute": lambda conn, me, what, house: conversation.mute(conn, me, what),
    "unmute": lambda conn, me, what, house: conversation.unmute(conn, me, what),
    "put-first": lambda conn, me, what, house: replies.mark(conn, me, what, "first"),
    "put-aside": lambda conn, me, what, house: replies.mark(conn, me, what, "hidden"),
    "put-back": lambda conn, me, what, house: replies.mark(conn, me, what, None),
}
_TO_PEOPLE: Mapping[str, Deed] = {
    "follow": lambda conn, me, whom, house: follow.follow(conn, me, whom),
    "unfollow": lambda conn, me, whom, house: follow.unfollow(conn, me, whom),
    "accept": lambda conn, me, whom, house: follow.accept(conn, me, whom),
    "reject": lambda conn, me, whom, house: follow.reject(conn, me, whom),
    "block": lambda conn, me, whom, house: block.block(conn, me, whom),
    "unblock": lambda conn, me, whom, house: block.unblock(conn, me, whom),
    "mute": lambda conn, me, whom, house: mute.mute(conn, me, whom),
    "unmute": lambda conn, me, whom, house: mute.unmute(conn, me, whom),
    "hear": lambda conn, me, whom, house: requests.accept(conn, me, [whom]),
    "dismiss": lambda conn, me, whom, house: requests.dismiss(conn, me, [whom]),
}


async def _boost(conn: Connection, me: int, what: int, house: House) -> None:
    row = await visibility.require_visible(conn, what, me)
    # One's own posts for followers are boosted to those same followers.
    await reblog.reblog(
        conn,
        me,
        what,
        house.addresses,
        visibility="private" if row.visibility == "private" else "public",
    )


async def to_post(request: Request, house: House) -> Response:
    """POST /posts/{id}/{deed}."""
    return await _do(request, house, _TO_POSTS)


async def to_person(request: Request, house: House) -> Response:
    """POST /people/{id}/{deed}."""
    return await _do(request, house, _TO_PEOPLE)


async def _do(request: Request, house: House, deeds: Mapping[str, Deed]) -> Response:
    deed = deeds.get(request.params["deed"])
    if deed is None:
        raise NotFound
    viewer = await member(request, house)
    form = await signed_form(request, house, viewer)
    what = number(request.params["id"])
    async with house.db.write() as conn:
        await deed(conn, viewer.account_id, what, house)
    if request.headers.get("prefer") == "return=minimal":  # RFC 7240: a script changed the button itself
        return responses.text("", 204, headers={"preference-applied": "return=minimal"})
    return back(request, form)


async def vote(request: Request, house: House) -> Response:
    """POST /posts/{id}/vote: the choices (positions from 0) in the poll of the post."""
    viewer = await member(request, house)
    form = await signed_form(request, house, viewer)
    given = form.get("choices") or []
    raw = given if isinstance(given, list) else [given]
    if not all(isinstance(one, str) and one.isascii() and one.isdigit() and len(one) < 4 for one in raw):
        raise HTTPError(422, "Those are not choices of this poll.")
    if not raw:
        raise HTTPError(422, "Choose something first. Go back to the poll.")
    async with house.db.write() as conn:
        row = await visibility.require_visible(conn, number(request.params["id"]), viewer.account_id)
        if row.poll_id is None:
            raise NotFound
        await polls.vote(conn, row.poll_id, viewer.account_id, [int(one) for one in raw])
    return back(request, form)


async def more(request: Request, house: House) -> Response:
    """GET /posts/{id}/more: the post, and all that can be done with it."""
    viewer = await member(request, house)
    status_id = number(request.params["id"])
    async with house.db.read() as conn:
        shown = await showing.load_some(conn, [status_id], viewer.account_id)
        if not shown:
            raise NotFound
        marks = await replies.marks(conn, [status_id])
        in_own_thread = await replies.opened_by(conn, status_id) == viewer.account_id
    return page(
        request, house, "more.html", viewer=viewer, post=shown[0], deleting=False,
        in_own_thread=in_own_thread, mark=marks.get(status_id),
    )  # fmt: skip


async def to_page(request: Request, house: House) -> Response:
    """GET /posts/{id}: to the page of the post."""
    viewer = await viewer_of(request, house)
    async with house.db.read() as conn:
        shown = await showing.load_some(
            conn, [number(request.params["id"])], viewer.account_id if viewer else None
        )
    if not shown:
        raise NotFound
    return responses.redirect(shown[0].path)


async def ask_deletion(request: Request, house: House) -> Response:
    """GET /posts/{id}/delete: shows the post once more and asks."""
    viewer = await member(request, house)
    async with house.db.read() as conn:
        shown = await showing.load_some(conn, [number(request.params["id"])], viewer.account_id)
    if not shown or shown[0].account.id != viewer.account_id:
        raise NotFound
    return page(request, house, "more.html", viewer=viewer, post=shown[0], deleting=True)


async def delete_post(request: Request, house: House) -> Response:
    """POST /posts/{id}/delete: it is gone; with `redraft`, its words are in the writing form again."""
    viewer = await member(request, house)
    form = await signed_form(request, house, viewer)
    status_id = number(request.params["id"])
    async with house.db.write() as conn:
        seen = await heads.by_ids(conn, [status_id], viewer.account_id)
        if status_id not in seen:
            raise NotFound
        status = await status_views.get(conn, status_id)
        about = (await anchors.of(conn, [status_id])).get(status_id)
        await delete.delete(conn, viewer.account_id, status_id)
    if text_of(form, "redraft"):
        return await redraft(request, house, viewer, status, about)
    return responses.redirect(f"/@{viewer.username}", 303)


PAGES: list[Page] = [
    ("GET", "/posts/{id}", to_page),
    ("GET", "/posts/{id}/more", more),
    ("GET", "/posts/{id}/delete", ask_deletion),
    ("POST", "/posts/{id}/delete", delete_post),
    ("POST", "/posts/{id}/vote", vote),
    ("POST", "/posts/{id}/{deed}", to_post),
    ("POST", "/people/{id}/{deed}", to_person),
]
