"""Links on profiles that link back: whoever can write `rel="me"` on a page is its author (F7.6).

A page is looked at once for each link, after the profile was stored or changed, for people here and
elsewhere alike.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import Any

from stoa import ids
from stoa.core import events
from stoa.core.accounts import verified, views
from stoa.core.errors import NotFound
from stoa.db import Connection, Database
from stoa.federation.fetch import Fetcher, is_page
from stoa.federation.missing import NotResolved
from stoa.federation.parse.actor import RemoteField
from stoa.federation.parse.page import named_as_me
from stoa.jobs import queue

VERIFY = "federation.verify"
"""Look at the pages that a profile links to; {"account": id}."""

MAX_LINKS = 8

_LINK = re.compile(
    r"<a\s[^<>]{0,1024}?href=\"(https://[^\"<>]{1,2048})\"[^<>]{0,1024}>(.{0,4096}?)</a>", re.I | re.S
)
_TAG = re.compile(r"<[^<>]{0,2048}>")


def link_of(value: str) -> str | None:
    """The address that the field *value* (HTML) consists of, shown as what it is; else None."""
    bare = value.strip().removeprefix("<p>").removesuffix("</p>").strip()
    match = _LINK.fullmatch(bare)
    if match is None:
        return None
    address = html.unescape(match[1])
    shown = html.unescape(_TAG.sub("", match[2])).strip()
    plain = address.removeprefix("https://").rstrip("/")
    return address if shown.removeprefix("https://").rstrip("/") == plain else None


def wants_looking_at(fields: Iterable[RemoteField]) -> bool:
    """Whether any of *fields* is a link that could be verified."""
    return any(link_of(one.value) is not None for one in fields)


async def after_change(conn: Connection, event: events.AccountUpdated) -> None:
    """Have the links of somebody who lives here looked at, if there are new ones."""
    account = (await views.load(conn, [event.account_id])).get(event.account_id)
    if (
        account is not None
        and account.local
        and any(one.verified_at is None and link_of(one.html) for one in account.fields)
    ):
        await queue.add(conn, VERIFY, {"account": account.id}, unique_key=f"{VERIFY}:{account.id}")


async def look(db: Database, fetcher: Fetcher, payload: Any) -> None:
    """The job: fetch each page that is not verified yet, and note those that link back."""
    async with db.read() as conn:
        try:
            account = await views.get(conn, payload["account"])
        except NotFound:
            return
    wanted = {
        one.html: link
        for one in account.fields
        if one.verified_at is None and (link := link_of(one.html)) is not None
    }
    home = {_spelt(account.url), _spelt(account.uri)}
    proven = set()
    for shown, link in list(wanted.items())[:MAX_LINKS]:
        try:
            answer = await fetcher.page(link)
        except NotResolved:
            continue
        if is_page(answer.content_type) and home & {
            _spelt(one) for one in named_as_me(answer.body, answer.url)
        }:
            proven.add(shown)
    if proven:
        async with db.write() as conn:
            await verified.mark(conn, account.id, proven, ids.now_ms())


def _spelt(address: str) -> str:
    return address.partition("#")[0].rstrip("/")
