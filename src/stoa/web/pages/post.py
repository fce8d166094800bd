"""The page of one post, which is also its permalink."""

from __future__ import annotations

from email.utils import formatdate
from typing import NamedTuple

from stoa import ids
from stoa.asgi import responses
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.core.errors import NotFound
from stoa.core.house import House
from stoa.core.statuses import author_translations, visibility
from stoa.core.statuses.model import AuthorTranslation, StatusView
from stoa.text import language_names
from stoa.web import languages, metadata, server, showing, threads, volume
from stoa.web.pages import Page, number, repliers
from stoa.web.session import viewer_of
from stoa.web.showing import Shown
from stoa.web.templating import framed, page

LONG_MINUTES = 3
"""From so long on, a browser remembers how far somebody has read."""


async def show(request: Request, house: House) -> Response:
    """GET /@{acct}/{id}: the post, what it answers, and the answers to it; in the language `in`, or the
    reader's, where authors say it in that.
    """
    viewer = await viewer_of(request, house)
    viewer_id = viewer.account_id if viewer else None
    status_id = number(request.params["id"])
    async with house.db.read() as conn:
        row = await visibility.require_visible(conn, status_id, viewer_id)
        if row.reblog_of_id is not None:
            # A boost has no page of its own.
            shown = await showing.load_some(conn, [row.reblog_of_id], viewer_id)
            return responses.redirect(_path(shown))
        thread = await threads.load(conn, status_id, viewer_id, _language(request))
        others = (await author_translations.of(conn, [status_id])).get(status_id, [])
        rules = await server.rules(conn)
    if request.params["acct"] != thread.post.account.acct:
        return responses.redirect(thread.post.path, 301 if thread.post.is_public else 302)
    if viewer_id is not None:
        # What is missing is there when they come again.
        await house.resolver.conversation(status_id)
        if thread.post.status.poll_id is not None:
            await house.resolver.poll(status_id, wait=False)
    post = thread.post
    original = post.original or post.status
    newest = max(one.status.edited_at or one.status.created_at for one in [post, *thread.parts])
    return page(
        request,
        house,
        "post.html",
        viewer=viewer,
        headers={"last-modified": formatdate(newest / 1000, usegmt=True)},
        thread=thread,
        with_own_ids=volume.with_own_ids,
        rules=rules,
        canonical=post.status.url or f"{house.addresses.base}{post.path}",
        description=metadata.description(post),
        open_graph=metadata.open_graph(thread, house.addresses, house.settings.title),
        json_ld=metadata.json_ld(metadata.of_post(thread, house.addresses, house.settings.title)),
        picture=showing.first_picture([post]),
        language=languages.name(original.language),
        in_languages=_in_languages(post, original, others),
        scripts=post.prose.minutes >= LONG_MINUTES,
        long=post.prose.minutes >= LONG_MINUTES,
        repliers=repliers.sentence(thread.terms, ids.now_ms()),
    )


class InLanguage(NamedTuple):
    """A language in which the post can be read: its code, its own name, whether it is the original."""

    code: str
    name: str
    is_original: bool


def _in_languages(post: Shown, original: StatusView, others: list[AuthorTranslation]) -> list[InLanguage]:
    """The languages of the post besides that which is shown."""
    if not others or original.language is None:
        return []
    codes = [original.language, *(one.language for one in others)]
    return [
        InLanguage(code, languages.own_name(code), code == original.language)
        for code in codes
        if code != post.status.language
    ]


def _language(request: Request) -> str:
    asked = request.query.get("in")
    return asked if isinstance(asked, str) and asked in language_names.NAMES else ""


def _path(shown: list[showing.Shown]) -> str:
    if not shown:
        raise NotFound
    return shown[0].path


async def embed(request: Request, house: House) -> Response:
    """GET /@{acct}/{id}/embed: the post alone, to stand in somebody else's page; as a visitor sees it."""
    async with house.db.read() as conn:
        found = await showing.load_some(conn, [number(request.params["id"])], None)
    if not found or not found[0].status.local or found[0].boosted_by is not None:
        raise NotFound
    post = found[0]
    return page(
        request,
        house,
        "embed.html",
        headers=framed(house),
        post=post,
        canonical=post.status.url or f"{house.addresses.base}{post.path}",
    )


PAGES: list[Page] = [
    ("GET", "/@{acct}/{id}", show),
    ("GET", "/@{acct}/{id}/embed", embed),
]
