"""Messages: threads of posts for those mentioned alone, one line for each with the last that was said."""

from __future__ import annotations

from typing import NamedTuple

from stoa.asgi import responses
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.core.accounts import views as account_views
from stoa.core.accounts.model import AccountView
from stoa.core.errors import NotFound
from stoa.core.house import House
from stoa.core.timelines import conversations
from stoa.core.timelines.conversations import ConversationView
from stoa.web import listing, showing
from stoa.web.forms import signed_form
from stoa.web.pages import Page, number
from stoa.web.pages.members import back, member
from stoa.web.showing import Shown
from stoa.web.templating import page


class Talk(NamedTuple):
    """A conversation: with whom, and the last that was said."""

    what: ConversationView
    people: list[AccountView]
    post: Shown


async def show(request: Request, house: House) -> Response:
    """GET /messages."""
    viewer = await member(request, house)
    me, part = viewer.account_id, listing.page_of(request)
    async with house.db.read() as conn:
        rows = await conversations.mine(conn, me, part)
        posts = {
            one.head.id: one
            for one in await showing.load_some(conn, [row.last_status_id for row in rows], me)
        }
        who = {one for row in rows for one in row.participant_ids}
        people = await account_views.load(conn, who) if who else {}
    return page(
        request,
        house,
        "messages.html",
        viewer=viewer,
        talks=[
            Talk(
                row,
                [people[one] for one in row.participant_ids if one in people],
                posts[row.last_status_id],
            )
            for row in rows
            if row.last_status_id in posts
        ],
        links=listing.links(request, [row.last_status_id for row in rows], part),
    )


async def change(request: Request, house: House) -> Response:
    """POST /messages/{id}/{deed}: `open` it (it counts as read then), `unread` again, `remove` it."""
    viewer = await member(request, house)
    form = await signed_form(request, house, viewer)
    me, which, deed = viewer.account_id, number(request.params["id"]), request.params["deed"]
    async with house.db.write() as conn:
        if deed == "remove":
            await conversations.remove(conn, which, me)
        elif deed in ("open", "unread"):
            found = await conversations.mark(conn, which, me, unread=deed == "unread")
        else:
            raise NotFound
    if deed == "open":
        return responses.redirect(f"/posts/{found.last_status_id}", 303)
    return back(request, form)


PAGES: list[Page] = [("GET", "/messages", show), ("POST", "/messages/{id}/{deed}", change)]
