"""Writing: a new post, a reply, another version of an old one; with a preview of what will be shown.

One form for all of it.  Nothing typed is ever lost: whatever goes wrong, the form comes back as it
was sent, with what went wrong above it.
"""

from __future__ import annotations

import asyncio
import secrets
from typing import Any

import msgspec

from stoa import ids
from stoa.asgi import responses
from stoa.asgi.requests import MIB, Request, Upload
from stoa.asgi.responses import Response
from stoa.core.accounts import views as account_views
from stoa.core.errors import NotFound, Unprocessable
from stoa.core.house import House
from stoa.core.media import change as media_change
from stoa.core.media import convert, film_uploads, upload
from stoa.core.media import store as media_store
from stoa.core.media.attachments import MediaView
from stoa.core.media.model import Limits, MediaUnavailable
from stoa.core.policy.draft import VISIBILITIES
from stoa.core.statuses import defaults, idempotency, mentioned
from stoa.core.statuses import edit as editing
from stoa.core.statuses import views as status_views
from stoa.core.statuses.edit import MediaChange
from stoa.core.statuses.model import StatusView
from stoa.core.statuses.publish import publish
from stoa.db import Connection
from stoa.text import language_names as languages
from stoa.web import drafts, showing
from stoa.web.drafts import MAX_DESCRIPTION, Typed
from stoa.web.forms import signed_form
from stoa.web.pages import Page, number
from stoa.web.pages.members import member
from stoa.web.session import Viewer, viewer_of
from stoa.web.showing import Shown
from stoa.web.templating import page


async def write(request: Request, house: House) -> Response:
    """GET /write, with `to` to begin with a mention, `text` to begin with words, `title`, `visibility`."""
    viewer = await member(request, house)
    to = request.query.get("to")
    begin = f"@{to} " if isinstance(to, str) and 0 < len(to) < 300 else ""
    begin += _words(request, "text", 10_000)
    async with house.db.read() as conn:
        preferred = await defaults.preferred(conn, viewer.account_id)
    typed = Typed(text=begin, title=_words(request, "title", 300), key=_key()).preferring(preferred)
    wished = next((one for one in VISIBILITIES if one == request.query.get("visibility")), typed.visibility)
    typed = msgspec.structs.replace(typed, visibility=wished)
    return await _form(request, house, viewer, typed)


async def reply(request: Request, house: House) -> Response:
    """GET /posts/{id}/reply: the form, under what it answers, with `text` and `title` to begin with;
    visitors are shown their ways in.
    """
    viewer = await viewer_of(request, house)
    status_id = number(request.params["id"])
    if viewer is None:
        return responses.redirect(f"/interact?post={status_id}")
    async with house.db.read() as conn:
        shown = await showing.load_some(conn, [status_id], viewer.account_id)
        if not shown:
            raise NotFound
        status = shown[0].status
        preferred = await defaults.preferred(conn, viewer.account_id, in_reply_to_id=status.id)
    others = [status.account.acct, *(one.acct for one in status.mentions)]
    names = [one for one in dict.fromkeys(others) if one != viewer.username]
    typed = Typed(
        text="".join(f"@{one} " for one in names) + _words(request, "text", 10_000),
        title=_words(request, "title", 300),
        in_reply_to=str(status.id),
        warning=status.spoiler_text,
        key=_key(),
    ).preferring(preferred)
    return await _form(request, house, viewer, typed)


async def edit(request: Request, house: House) -> Response:
    """GET /posts/{id}/edit: the form with one's own post in it."""
    viewer = await member(request, house)
    async with house.db.read() as conn:
        status = await _own(conn, number(request.params["id"]), viewer)
        polls = [] if status.poll_id is None else [status.poll_id]
        poll = (await status_views.load_polls(conn, polls, viewer.account_id)).get(status.poll_id or 0)
    return await _form(request, house, viewer, drafts.from_status(status, poll, editing=True))


async def redraft(request: Request, house: House, viewer: Viewer, status: StatusView) -> Response:
    """The form with the words of a post that was just deleted."""
    typed = msgspec.structs.replace(drafts.from_status(status, None, editing=False), key=_key())
    return await _form(request, house, viewer, typed, note="The post is deleted. Here are its words.")


async def send(request: Request, house: House) -> Response:
    """POST /write: publish, or show the form again with a preview or another picture."""
    viewer = await member(request, house)
    limit = max(house.settings.max_picture_bytes, house.settings.max_film_bytes) + 2 * MIB
    form = await signed_form(request, house, viewer, upload_limit=limit)
    typed = drafts.typed(form)
    try:
        typed = await _with_picture(house, viewer, typed, form)
        await mentioned.introduce(
            house.db, house.resolver, typed.text, typed.content_type, house.settings.domain
        )
        if typed.does == "publish":
            return await _publish(house, viewer, typed)
        preview = None
        if typed.does == "preview":
            async with house.db.read() as conn:
                preview = await drafts.preview(conn, typed, viewer.account_id, house)
        return await _form(request, house, viewer, typed, preview=preview)
    except MediaUnavailable as error:
        return await _form(request, house, viewer, typed, problem=str(error), status=503)
    except Unprocessable as error:
        return await _form(request, house, viewer, typed, problem=str(error), status=422)


async def _publish(house: House, viewer: Viewer, typed: Typed) -> Response:
    me = viewer.account_id
    draft = typed.draft(me)
    async with house.db.write() as conn:
        if typed.editing:
            made = number(typed.editing)
            changes = tuple(MediaChange(id=one, description=words) for one, words in typed.pictures)
            await editing.edit(conn, made, draft, house.settings, house.addresses, media_changes=changes)
        else:
            await _describe(conn, me, typed)
            made = ids.new_id()
            # Pressed twice, published once.
            before = await idempotency.claim(conn, me, f"web {typed.key}", made) if typed.key else None
            if before is None:
                await publish(conn, draft, house.settings, house.addresses, status_id=made)
            made = before or made
    return responses.redirect(f"/@{viewer.username}/{made}", 303)


async def _describe(conn: Connection, me: int, typed: Typed) -> None:
    """Keep what was typed about the pictures that wait for the post."""
    waiting = {
        one.id: one
        for one in await media_store.owned(conn, me, [one for one, _ in typed.pictures])
        if one.status_id is None
    }
    for media_id, words in typed.pictures:
        if media_id in waiting and (waiting[media_id].description or "") != words:
            await media_change.change(conn, me, media_id, description=words or None)


async def _with_picture(house: House, viewer: Viewer, typed: Typed, form: dict[str, Any]) -> Typed:
    """*typed* with the picture that came along, stored; raises Unprocessable, MediaUnavailable."""
    file = form.get("picture")
    if not isinstance(file, Upload) or not file.size:
        return typed
    if len(typed.pictures) >= house.settings.max_attachments:
        raise Unprocessable(f"A post can have at most {house.settings.max_attachments} files.")
    settings = house.settings
    limits = Limits(max_bytes=settings.max_picture_bytes, max_pixels=settings.max_picture_pixels)
    words = typed.picture_words
    container = await asyncio.to_thread(convert.container_of, file.path)
    if container is None:
        stored = await upload.take(file.path, house.storage, limits)
        async with house.db.write() as conn:
            media_id = await upload.add(conn, viewer.account_id, stored, description=words)
    else:
        media_id = await film_uploads.keep(file.path, settings)
        async with house.db.write() as conn:
            await film_uploads.add(conn, viewer.account_id, media_id, container, description=words)
    return msgspec.structs.replace(typed, pictures=(*typed.pictures, (media_id, words)), picture_words="")


async def _own(conn: Connection, status_id: int, viewer: Viewer) -> StatusView:
    status = await status_views.get(conn, status_id)
    if status.account.id != viewer.account_id or status.reblog_of_id is not None:
        raise NotFound
    return status


async def _form(
    request: Request,
    house: House,
    viewer: Viewer,
    typed: Typed,
    *,
    preview: Shown | None = None,
    problem: str | None = None,
    note: str | None = None,
    status: int = 200,
) -> Response:
    me = viewer.account_id
    answered: list[Shown] = []
    async with house.db.read() as conn:
        files: list[MediaView] = await media_store.owned(conn, me, [one for one, _ in typed.pictures])
        if typed.in_reply_to:
            answered = await showing.load_some(conn, [number(typed.in_reply_to)], me)
        account = await account_views.get(conn, me)
    return page(
        request,
        house,
        "write.html",
        viewer=viewer,
        status=status,
        typed=typed,
        files=[(file, dict(typed.pictures)[file.id]) for file in files],
        answered=answered[0] if answered else None,
        preview=preview,
        problem=problem,
        note=note,
        account=account,
        languages=languages.CHOICES,
        max_description=MAX_DESCRIPTION,
    )


def _words(request: Request, name: str, most: int) -> str:
    given = request.query.get(name)
    return given[:most] if isinstance(given, str) else ""


def _key() -> str:
    return secrets.token_urlsafe(12)


async def too_early(request: Request, house: House) -> Response:
    """GET /people/{id}/follow: for visitors, their ways in; a member has a button for it."""
    viewer = await viewer_of(request, house)
    account_id = number(request.params["id"])
    if viewer is None:
        return responses.redirect(f"/interact?person={account_id}")
    async with house.db.read() as conn:
        account = await account_views.get(conn, account_id)
    return responses.redirect(f"/@{account.acct}")


PAGES: list[Page] = [
    ("GET", "/write", write),
    ("POST", "/write", send),
    ("GET", "/posts/{id}/reply", reply),
    ("GET", "/posts/{id}/edit", edit),
    ("GET", "/people/{id}/follow", too_early),
]
