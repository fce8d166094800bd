"""Looking at the page that a post links to: when a post has appeared or was changed, once for each page.

What a page said is kept for a week, and what was not to be had for a day, so that neither a page nor
its server is asked for each post that links to it; those of other servers are looked at within a minute,
not all in the same second (F6.6).  Posts for those they name alone have their links left alone.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec
from sqlalchemy import select

from stoa import ids
from stoa.core import events
from stoa.core.accounts import views as account_views
from stoa.core.instances import policy
from stoa.core.links import reading, spot, store, views
from stoa.core.links.model import Card, Page
from stoa.core.ports import Resolver
from stoa.db import Connection, Database, Query, Row, any_of
from stoa.db.tables import statuses
from stoa.http_client import HttpClient, NotFetched
from stoa.jobs import queue
from stoa.settings import Settings

LOOK = "links.look"
"""{"status": id}"""

FRESH_MS = 7 * 24 * 3600 * 1000
EMPTY_MS = 24 * 3600 * 1000
SPREAD_MS = 50_000
PAGE_BYTES = 2 * 1024 * 1024
PAGE_SECONDS = 12.0
OEMBED_BYTES = 64 * 1024
HTML = "text/html, application/xhtml+xml;q=0.9"
JSON = "application/json"

log = logging.getLogger("stoa.links")

_q: Any = statuses.alias("q")
_posts = Query(
    select(
        statuses.c.id,
        statuses.c.content,
        statuses.c.local,
        statuses.c.visibility,
        _q.c.uri.label("quoted_uri"),
        _q.c.url.label("quoted_url"),
    )
    .select_from(statuses.outerjoin(_q, _q.c.id == statuses.c.quote_of_id))
    .where(any_of(statuses.c.id, "ids"), statuses.c.reblog_of_id.is_(None))
)


class Way(NamedTuple):
    """By what pages are looked at."""

    settings: Settings
    http: HttpClient
    resolver: Resolver


async def changed(
    conn: Connection, base: str, found: Sequence[events.StatusPublished | events.StatusEdited]
) -> None:
    """Have the links of these posts looked at, soon."""
    edited = {event.status_id for event in found if isinstance(event, events.StatusEdited)}
    for post in await conn.all(_posts, ids=sorted({event.status_id for event in found})):
        # One that was changed may have had a link before.
        if post.id in edited or _link(post, base) is not None:
            spread = 1 if post.local else SPREAD_MS
            when = ids.now_ms() + random.randrange(spread)  # noqa: S311  no secret hangs on it
            await queue.add(conn, LOOK, {"status": post.id}, run_at=when, unique_key=f"{LOOK}:{post.id}")


def _link(post: Row, base: str) -> str | None:
    if post.visibility == "direct":
        return None
    quoted = frozenset(one for one in (post.quoted_uri, post.quoted_url) if one)
    return spot.first_link(post.content, own=base, quoted=quoted)


async def look(db: Database, way: Way, payload: Any) -> None:
    """Job: {status} shows the card of the page that it links to, if that has something to say."""
    base = way.settings.base_url
    async with db.read() as conn:
        post = await conn.first(_posts, ids=[payload["status"]])
        url = None if post is None else _link(post, base)
        card = None if url is None else await views.by_url(conn, url)
    if post is None:
        return
    if url is None:
        card_id, says = 0, False
    elif card is None or not _is_fresh(card):
        card_id, says = await _ask(db, way, url)
    else:
        card_id, says = card.id, bool(card.title)
    async with db.write() as conn:
        now = await conn.first(_posts, ids=[post.id])
        if now is None or _link(now, base) != url:
            return  # changed meanwhile, which is a job of its own
        if says:
            await store.attach(conn, post.id, card_id)
        else:
            await store.detach(conn, post.id)


def _is_fresh(card: Card) -> bool:
    return card.fetched_at > ids.now_ms() - (FRESH_MS if card.title else EMPTY_MS)


async def _ask(db: Database, way: Way, url: str) -> tuple[int, bool]:
    """(card id, whether it says anything) of the page at *url*, fetched just now."""
    page, creator_id, agrees = await _page(db, way, url), None, False
    if page.creator:
        creator_id = await way.resolver.account(page.creator)
    async with db.write() as conn:
        if creator_id is not None:
            known = (await account_views.load(conn, [creator_id])).get(creator_id)
            agrees = known is not None and _names(known.attribution_domains, url)
            creator_id = creator_id if known is not None else None
        card_id = await store.put(conn, url, page, creator_id=creator_id, agrees=agrees)
        await store.sweep(conn, ids.now_ms() - 2 * FRESH_MS)
    return card_id, bool(page.title)


async def _page(db: Database, way: Way, url: str) -> Page:
    host = urlsplit(url).netloc.lower()
    async with db.read() as conn:
        # An allow-list is about servers that we speak with; a web page is nothing of that kind.
        rules = await policy.rules_of(conn, {host})
    if rules[host].severity == "suspend":
        return Page()
    try:
        answer = await way.http.get(url, accept=HTML, limit_bytes=PAGE_BYTES, deadline=PAGE_SECONDS)
    except NotFetched as failure:
        log.info("no card of %s: %s", host, failure.reason)
        return Page()
    kind = answer.content_type.partition(";")[0].strip().lower()
    if not answer.is_ok or kind not in ("text/html", "application/xhtml+xml"):
        return Page()
    page = await asyncio.to_thread(reading.read, answer.body, answer.content_type, answer.url)
    if page.oembed_url and _is_of_site(page.oembed_url, answer.url):
        page = await _with_oembed(way, page)
    return page


async def _with_oembed(way: Way, page: Page) -> Page:
    try:
        answer = await way.http.get(
            page.oembed_url, accept=JSON, limit_bytes=OEMBED_BYTES, deadline=PAGE_SECONDS
        )
        said = msgspec.json.decode(answer.require_ok().body)
    except (NotFetched, msgspec.DecodeError, RecursionError):
        return page
    return reading.with_oembed(page, said, answer.url) if isinstance(said, dict) else page


def _is_of_site(address: str, page: str) -> bool:
    """Whether *address* is on the server of *page*, so that nobody is asked who was not linked to."""
    return urlsplit(address).netloc.lower() == urlsplit(page).netloc.lower()


def _names(domains: Sequence[str], url: str) -> bool:
    """Whether one of *domains* holds the page at *url*."""
    host = urlsplit(url).hostname or ""
    return any(host == one.lower() or host.endswith(f".{one.lower()}") for one in domains if one)
