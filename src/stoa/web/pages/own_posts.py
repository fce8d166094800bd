"""What a member has set going: posts that wait for their time, hashtags they follow."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from stoa.asgi import responses
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.core.errors import NotFound, Unprocessable
from stoa.core.house import House
from stoa.core.media import store as media_store
from stoa.core.media.attachments import MediaView
from stoa.core.statuses import schedule
from stoa.core.timelines import tags as hashtags
from stoa.locales.speaking import gettext
from stoa.web import listing
from stoa.web.forms import signed_form, text_of
from stoa.web.pages import Page, number
from stoa.web.pages.members import member
from stoa.web.session import Viewer
from stoa.web.templating import page

PER_PAGE = 40


class Waiting(NamedTuple):
    """A post that waits, the time in its form, and its files."""

    what: schedule.Scheduled
    at: str
    files: list[MediaView]


async def tags(request: Request, house: House) -> Response:
    """GET /settings/tags."""
    viewer = await member(request, house)
    return await _tags(request, house, viewer)


async def add_tag(request: Request, house: House) -> Response:
    """POST /settings/tags: follow the hashtag `tag`."""
    viewer = await member(request, house)
    form = await signed_form(request, house, viewer)
    name = text_of(form, "tag", most=500).strip()
    problem = ""
    try:
        async with house.db.write() as conn:
            await hashtags.follow(conn, viewer.account_id, name.removeprefix("#"))
    except NotFound:
        problem = gettext("That cannot be a hashtag.")
    except Unprocessable as refusal:
        problem = str(refusal)
    if problem:
        return await _tags(request, house, viewer, tag=name, problem=problem)
    return responses.redirect("/settings/tags", 303)


async def _tags(
    request: Request, house: House, viewer: Viewer, *, tag: str = "", problem: str = ""
) -> Response:
    part = listing.page_of(request, PER_PAGE)
    async with house.db.read() as conn:
        rows = await hashtags.followed(conn, viewer.account_id, part)
        found = await hashtags.load(conn, [row.tag_id for row in rows], viewer.account_id)
    return page(
        request,
        house,
        "settings/tags.html",
        viewer=viewer,
        status=422 if problem else 200,
        tags=[found[row.tag_id].name for row in rows if row.tag_id in found],
        links=listing.links(request, [row.id for row in rows], part),
        tag=tag,
        problem=problem,
    )


async def scheduled(request: Request, house: House) -> Response:
    """GET /settings/scheduled."""
    return await _scheduled(request, house, await member(request, house))


async def change_scheduled(request: Request, house: House) -> Response:
    """POST /settings/scheduled/{id}: published `at` another time (UTC), or not at all (`cancel`)."""
    viewer = await member(request, house)
    form = await signed_form(request, house, viewer)
    scheduled_id, given = number(request.params["id"]), text_of(form, "at", most=40)
    try:
        async with house.db.write() as conn:
            if text_of(form, "cancel"):
                await schedule.cancel(conn, viewer.account_id, scheduled_id)
            else:
                await schedule.move(conn, viewer.account_id, scheduled_id, _moment(given))
    except Unprocessable as refusal:
        return await _scheduled(
            request, house, viewer, moved=scheduled_id, given=given, problem=str(refusal)
        )
    return responses.redirect("/settings/scheduled", 303)


async def _scheduled(
    request: Request, house: House, viewer: Viewer, *, moved: int = 0, given: str = "", problem: str = ""
) -> Response:
    part = listing.page_of(request)
    async with house.db.read() as conn:
        rows = await schedule.list_page(conn, viewer.account_id, part)
        wanted = [media_id for row in rows for media_id in row.draft.media_ids]
        files = await media_store.owned(conn, viewer.account_id, wanted) if wanted else []
    found = {file.id: file for file in files}
    return page(
        request,
        house,
        "settings/scheduled.html",
        viewer=viewer,
        status=422 if problem else 200,
        posts=[
            Waiting(
                row,
                given if row.id == moved else _typed(row.scheduled_at),
                [found[one] for one in row.draft.media_ids if one in found],
            )
            for row in rows
        ],
        links=listing.links(request, [row.id for row in rows], part),
        problem=problem,
    )


def _typed(ms: int) -> str:
    """What a field for moments holds: `2026-11-23T08:00`."""
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M")


def _moment(text: str) -> int:
    """Unix milliseconds of what was typed.  Raises Unprocessable for what is no moment."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Unprocessable("This is no date and time.") from None
    try:
        return int(found.replace(tzinfo=found.tzinfo or UTC).timestamp() * 1000)
    except (OverflowError, ValueError):
        raise Unprocessable("This is no date and time.") from None


PAGES: list[Page] = [
    ("GET", "/settings/tags", tags),
    ("POST", "/settings/tags", add_tag),
    ("GET", "/settings/scheduled", scheduled),
    ("POST", "/settings/scheduled/{id}", change_scheduled),
]
