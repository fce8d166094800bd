"""What a post said before, and what each edit changed, for everybody who may read it."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

import msgspec

from stoa import text
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.core.errors import NotFound
from stoa.core.house import House
from stoa.core.statuses import history as status_history
from stoa.core.statuses.history import Version
from stoa.locales.speaking import gettext
from stoa.web import differences, prose, showing
from stoa.web.differences import Part
from stoa.web.pages import Page, number
from stoa.web.session import viewer_of
from stoa.web.showing import Shown
from stoa.web.templating import page

PER_PAGE = 10


class Told(NamedTuple):
    """A version; which things it changed, in words, and its text beside the one before."""

    shown: Shown
    options: tuple[str, ...]
    changes: list[str]
    parts: tuple[Part, ...]
    is_first: bool
    is_now: bool


async def show(request: Request, house: House) -> Response:
    """GET /@{acct}/{id}/history: the newest first, PER_PAGE from `page` (0, 1, …) on."""
    viewer = await viewer_of(request, house)
    viewer_id = viewer.account_id if viewer else None
    status_id = number(request.params["id"])
    async with house.db.read() as conn:
        found = await showing.load_some(conn, [status_id], viewer_id)
        if not found or found[0].head.reblog_of_id is not None:
            raise NotFound
        versions = await status_history.versions(conn, status_id, viewer_id)
    post = found[0]
    first = _page(request) * PER_PAGE
    newest = list(reversed(range(len(versions))))[first : first + PER_PAGE]
    if not newest:
        raise NotFound
    told = await asyncio.to_thread(lambda: [_parts(versions, place) for place in newest])
    return page(
        request,
        house,
        "history.html",
        viewer=viewer,
        post=post,
        versions=[
            Told(
                _shown(post, versions[place]),
                versions[place].poll_options,
                [] if place == 0 else changes(versions[place - 1], versions[place]),
                parts,
                place == 0,
                place == len(versions) - 1,
            )
            for place, parts in zip(newest, told, strict=True)
        ],
        newer=None if first == 0 else f"{request.path}?page={first // PER_PAGE - 1}",
        older=None if newest[-1] == 0 else f"{request.path}?page={first // PER_PAGE + 1}",
    )


def changes(before: Version, after: Version) -> list[str]:
    """What is different in *after*, a sentence for each thing."""
    said = []
    if (before.title or "") != (after.title or ""):
        said.append(gettext("The title was changed."))
    if before.content != after.content:
        same = text.plain_text(before.content) == text.plain_text(after.content)
        said.append(
            gettext("Emphasis or links were changed; the words are the same.")
            if same
            else gettext("The text was changed.")
        )
    if before.spoiler_text != after.spoiler_text:
        said.append(
            gettext("A content warning was put before it.")
            if not before.spoiler_text
            else gettext("The content warning was taken away.")
            if not after.spoiler_text
            else gettext("The content warning was changed.")
        )
    if before.sensitive != after.sensitive and before.spoiler_text == after.spoiler_text:
        said.append(
            gettext("Its pictures were put behind a warning.")
            if after.sensitive
            else gettext("Its pictures were taken from behind their warning.")
        )
    if [one.id for one in before.media] != [one.id for one in after.media]:
        said.append(gettext("Other files are attached."))
    elif [one.description for one in before.media] != [one.description for one in after.media]:
        said.append(gettext("Files are described otherwise."))
    elif [(one.focus_x, one.focus_y) for one in before.media] != [
        (one.focus_x, one.focus_y) for one in after.media
    ]:
        said.append(gettext("Pictures are cut otherwise."))
    if before.poll_options != after.poll_options:
        said.append(gettext("The choices of the poll were changed; votes were counted anew."))
    return said


def _parts(versions: list[Version], place: int) -> tuple[Part, ...]:
    """The words of a version beside those of the one before; of the first, nothing."""
    if place == 0:
        return ()
    return differences.between(_words(versions[place - 1]), _words(versions[place]))


def _words(version: Version) -> str:
    words = text.plain_text(version.content)
    parts = [one for one in (version.title, version.spoiler_text, words) if one]
    return "\n\n".join(parts)


def _shown(post: Shown, version: Version) -> Shown:
    status = msgspec.structs.replace(
        post.status,
        content=version.content,
        title=version.title,
        spoiler_text=version.spoiler_text,
        sensitive=version.sensitive,
        media=version.media,
        created_at=version.created_at,
    )
    return msgspec.structs.replace(post, status=status, given=prose.fresh(status), poll=None)


def _page(request: Request) -> int:
    given = request.query.get("page")
    return (
        int(given)
        if isinstance(given, str) and given.isascii() and given.isdigit() and len(given) < 6
        else 0
    )


PAGES: list[Page] = [("GET", "/@{acct}/{id}/history", show)]
