"""Writing: a new post, a reply, another version of an old one; with a preview of what will be shown.

One form for all of it.  Nothing typed is ever lost: whatever goes wrong, the form comes back as it
was sent, with what went wrong above it; and a draft of it is kept (pages/desk) until it is published.
"""

from __future__ import annotations

import secrets
from typing import Any

import msgspec

from stoa import ids
from stoa.asgi import responses
from stoa.asgi.requests import MIB, Request
from stoa.asgi.responses import Response
from stoa.core.accounts import views as account_views
from stoa.core.drafts import store as draft_store
from stoa.core.drafts.model import Clash, Draft
from stoa.core.errors import NotFound, Unprocessable
from stoa.core.house import House
from stoa.core.media import change as media_change
from stoa.core.media import store as media_store
from stoa.core.media.attachments import MediaView
from stoa.core.media.model import MediaUnavailable
from stoa.core.policy.draft import VISIBILITIES
from stoa.core.statuses import anchors, defaults, idempotency, mentioned, schedule
from stoa.core.statuses import edit as editing
from stoa.core.statuses import views as status_views
from stoa.core.statuses.edit import MediaChange
from stoa.core.statuses.model import StatusView
from stoa.core.statuses.publish import publish
from stoa.db import Connection
from stoa.locales.speaking import gettext
from stoa.text import MAX_AROUND, MAX_EXACT, Passage
from stoa.web import arriving, drafts, elsewhere, languages, margins, showing
from stoa.web.drafts import MAX_DESCRIPTION, Typed
from stoa.web.elsewhere import Look
from stoa.web.forms import signed_form
from stoa.web.pages import Page, feeds, number
from stoa.web.pages.members import member
from stoa.web.pages.repliers import WORDS as REPLIERS
from stoa.web.previewing import Previewed, preview
from stoa.web.session import Viewer, viewer_of
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
    return await form(request, house, viewer, typed)


async def reply(request: Request, house: House) -> Response:
    """GET /posts/{id}/reply: the form, under what it answers, with `text` and `title` to begin with;
    about a passage of that where `exact` (with `prefix`, `suffix`) quotes one, or about a `paragraph`.
    Visitors are shown their ways in.
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
    passage, note = _passage(request, str(shown[0].prose.body)), None
    if passage is None and ("exact" in request.query or "paragraph" in request.query):
        note = gettext("This passage is not in the post (any more). What you write replies to all of it.")
    return await form(request, house, viewer, typed.about(passage), note=note)


def _passage(request: Request, body: str) -> Passage | None:
    """What of *body* the address asks to reply to."""
    exact = _words(request, "exact", MAX_EXACT)
    prefix, suffix = (_words(request, name, MAX_AROUND) for name in ("prefix", "suffix"))
    number = _words(request, "paragraph", 6)
    paragraph = int(number) if number.isascii() and number.isdigit() else None
    return margins.chosen(body, exact, prefix, suffix, paragraph)


async def edit(request: Request, house: House) -> Response:
    """GET /posts/{id}/edit: the form with one's own post in it, or with the change one has begun."""
    viewer = await member(request, house)
    async with house.db.read() as conn:
        status = await _own(conn, number(request.params["id"]), viewer)
        polls = [] if status.poll_id is None else [status.poll_id]
        poll = (await status_views.load_polls(conn, polls, viewer.account_id)).get(status.poll_id or 0)
        kept = await draft_store.find(conn, viewer.account_id, _editing_key(status.id))
        about = (await anchors.of(conn, [status.id])).get(status.id)
    if kept is not None:
        note = gettext("These are changes that you began and have not saved yet.")
        return await form(request, house, viewer, drafts.from_kept(kept), note=note, draft_id=kept.id)
    typed = drafts.from_status(status, poll, editing=True).about(about)
    typed = msgspec.structs.replace(typed, key=_editing_key(status.id))
    return await form(request, house, viewer, typed)


async def redraft(
    request: Request, house: House, viewer: Viewer, status: StatusView, about: Passage | None
) -> Response:
    """The form with the words of a post that was just deleted, and what it was *about*."""
    typed = msgspec.structs.replace(drafts.from_status(status, None, editing=False), key=_key())
    typed = typed.about(about)
    note = gettext("The post is deleted. Here are its words.")
    return await form(request, house, viewer, typed, note=note)


async def send(request: Request, house: House) -> Response:
    """POST /write: publish, keep as a draft, or show the form again with a preview or another picture."""
    viewer = await member(request, house)
    limit = max(house.settings.max_picture_bytes, house.settings.max_film_bytes) + 2 * MIB
    given = await signed_form(request, house, viewer, upload_limit=limit)
    typed = drafts.typed(given)
    try:
        typed = await arriving.with_picture(house, viewer.account_id, typed, given)
        if typed.does in ("earlier", "later"):
            typed = typed.rearranged()
        if typed.does in ("save", "keep"):
            return await _keep(request, house, viewer, typed)
        await mentioned.introduce(
            house.db, house.resolver, typed.text, typed.content_type, house.settings.domain
        )
        if typed.does == "publish":
            return await _publish(house, viewer, typed)
        shown, looks = None, None
        if typed.does in ("preview", "elsewhere"):
            async with house.db.read() as conn:
                shown = await preview(conn, typed, viewer.account_id, house)
        if shown is not None and typed.does == "elsewhere":
            looks = look_elsewhere(house, shown)
        return await form(request, house, viewer, typed, seen=shown, looks=looks)
    except MediaUnavailable as error:
        return await form(request, house, viewer, typed, problem=str(error), status=503)
    except Unprocessable as error:
        return await form(request, house, viewer, typed, problem=str(error), status=422)


async def _keep(request: Request, house: House, viewer: Viewer, typed: Typed) -> Response:
    """Keep it as a draft; where another window was quicker, show both (`keep` overwrites that)."""
    if typed.is_blank:
        raise Unprocessable(gettext("There is nothing to keep yet."))
    async with house.db.write() as conn:
        kept = await save_draft(conn, viewer.account_id, typed)
    if not isinstance(kept, Clash):
        return responses.redirect(f"/drafts/{kept.id}?saved=1", 303)
    typed = msgspec.structs.replace(typed, version=kept.kept.version)
    other = drafts.from_kept(kept.kept)
    return await form(request, house, viewer, typed, clash=other, draft_id=kept.kept.id, status=409)


async def save_draft(conn: Connection, account_id: int, typed: Typed) -> Draft | Clash:
    """Keep *typed* as a draft.  Raises NotFound for what is published already, or removed."""
    if not typed.editing and await idempotency.find(conn, account_id, _claimed(typed)) is not None:
        raise NotFound("This is published already.")
    if typed.does == "keep":
        return await draft_store.overwrite(conn, account_id, typed.key, typed.words())
    return await draft_store.save(conn, account_id, typed.key, typed.words(), version=typed.version)


async def _publish(house: House, viewer: Viewer, typed: Typed) -> Response:
    me, at = viewer.account_id, typed.moment()
    draft = typed.draft(me)
    async with house.db.write() as conn:
        await draft_store.finish(conn, me, typed.key)
        if typed.editing:
            made = number(typed.editing)
            changes = tuple(
                MediaChange(id=one.id, description=one.words, focus=one.focus or msgspec.UNSET)
                for one in typed.pictures
            )
            await editing.edit(
                conn,
                made,
                draft,
                house.settings,
                house.addresses,
                media_changes=changes,
                quote_policy=draft.quote_policy,
            )
        else:
            await _describe(conn, me, typed)
            made = ids.new_id()
            # Pressed twice, published once.
            before = await idempotency.claim(conn, me, _claimed(typed), made) if typed.key else None
            if before is None and at is not None:
                await schedule.schedule(conn, draft, at, house.settings, house.addresses, scheduled_id=made)
            elif before is None:
                await publish(conn, draft, house.settings, house.addresses, status_id=made)
            made = before or made
    if at is not None and not typed.editing:
        return responses.redirect(f"/settings/scheduled#s{made}", 303)
    return responses.redirect(f"/@{viewer.username}/{made}", 303)


def _claimed(typed: Typed) -> str:
    return f"web {typed.key}"


def _editing_key(status_id: int) -> str:
    return f"edit {status_id}"


async def _describe(conn: Connection, me: int, typed: Typed) -> None:
    """Keep what was typed about the pictures that wait for the post."""
    waiting = {
        one.id: one
        for one in await media_store.owned(conn, me, [one.id for one in typed.pictures])
        if one.status_id is None
    }
    for picture in typed.pictures:
        file = waiting.get(picture.id)
        if file is None:
            continue
        changes: dict[str, Any] = {}
        if (file.description or "") != picture.words:
            changes["description"] = picture.words or None
        if picture.focus is not None and picture.focus != (file.focus_x, file.focus_y):
            changes |= {"focus_x": picture.focus[0], "focus_y": picture.focus[1]}
        if changes:
            await media_change.change(conn, me, file.id, **changes)


async def _own(conn: Connection, status_id: int, viewer: Viewer) -> StatusView:
    status = await status_views.get(conn, status_id)
    if status.account.id != viewer.account_id or status.reblog_of_id is not None:
        raise NotFound
    return status


async def form(
    request: Request,
    house: House,
    viewer: Viewer,
    typed: Typed,
    *,
    seen: Previewed | None = None,
    looks: list[Look] | None = None,
    clash: Typed | None = None,
    problem: str | None = None,
    note: str | None = None,
    draft_id: int | None = None,
    status: int = 200,
) -> Response:
    """The desk with *typed* on it; *clash*: what another window has kept meanwhile."""
    me = viewer.account_id
    answered: list[showing.Shown] = []
    async with house.db.read() as conn:
        found: list[MediaView] = await media_store.owned(conn, me, [one.id for one in typed.pictures])
        if typed.in_reply_to:
            answered = await showing.load_some(conn, [number(typed.in_reply_to)], me)
        account = await account_views.get(conn, me)
    files = {one.id: one for one in found}
    return page(
        request,
        house,
        "write.html",
        viewer=viewer,
        status=status,
        scripts=True,
        typed=typed,
        files=[(files[one.id], one) for one in typed.pictures if one.id in files],
        answered=answered[0] if answered else None,
        seen=seen,
        looks=looks,
        clash=clash,
        problem=problem,
        note=note,
        draft_id=draft_id,
        account=account,
        languages=languages.choices(),
        repliers=REPLIERS,
        closes_after=drafts.CLOSES_AFTER,
        max_description=MAX_DESCRIPTION,
    )


def look_elsewhere(house: House, seen: Previewed) -> list[Look]:
    """How programs of others will show it."""
    status = seen.shown.status
    address = f"{house.addresses.base}/@{status.account.username}/…"
    sent = house.as_sent(msgspec.structs.replace(status, url=address), seen.shown.poll)
    return elsewhere.looks(sent, feeds.item(seen.shown, ""))


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
