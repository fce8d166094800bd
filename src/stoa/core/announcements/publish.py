"""Announcing something, now or later; and what members do with it."""

from __future__ import annotations

import unicodedata
from typing import Any
from urllib.parse import urlsplit

from stoa import ids, text
from stoa.core import events
from stoa.core.accounts import views as account_views
from stoa.core.announcements import store, views
from stoa.core.announcements.views import MARKDOWN
from stoa.core.errors import NotFound, Unprocessable
from stoa.core.statuses import mentioned
from stoa.db import Connection
from stoa.ids import Addresses
from stoa.jobs import queue

PUBLISH = "announcements.publish"
"""Show an announcement to everybody; {"announcement": id}."""
MAX_CHARACTERS = 10_000
MAX_REACTIONS = 8
"""How many different ones an announcement takes, as in Mastodon."""
MAX_NAME = 64


async def announce(
    conn: Connection,
    words: str,
    *,
    addresses: Addresses,
    starts_at: int | None = None,
    ends_at: int | None = None,
    all_day: bool = False,
    publish_at: int | None = None,
) -> int:
    """The id of an announcement in Markdown; times in unix milliseconds.  Raises Unprocessable."""
    if not words.strip():
        raise Unprocessable("An announcement needs words.")
    if len(words) > MAX_CHARACTERS:
        raise Unprocessable(f"An announcement has at most {MAX_CHARACTERS} characters.")
    if starts_at is not None and ends_at is not None and ends_at <= starts_at:
        raise Unprocessable("What is announced has to end after it begins.")
    if all_day and starts_at is None:
        raise Unprocessable("What lasts all day needs a day on which it begins.")
    domain = urlsplit(addresses.base).netloc
    people = await mentioned.named(conn, text.find_mentions(words, MARKDOWN), domain)
    rendered = text.render(
        words,
        MARKDOWN,
        mentions=mentioned.for_rendering(people),
        tag_url=addresses.tag,
        local_domain=domain,
    )
    announcement_id = await store.add(
        conn,
        text=words,
        content=rendered.html.strip(),
        starts_at=starts_at,
        ends_at=ends_at,
        all_day=all_day,
        publish_at=publish_at or ids.now_ms(),
    )
    if publish_at is None or publish_at <= ids.now_ms():
        await publish(conn, {"announcement": announcement_id})
    else:
        await queue.add(conn, PUBLISH, {"announcement": announcement_id}, run_at=publish_at)
    return announcement_id


async def publish(conn: Connection, payload: Any) -> None:
    """Job: everybody sees the announcement from now on."""
    if await store.publish(conn, payload["announcement"]):
        await events.record(conn, events.AnnouncementPublished(payload["announcement"]))


async def remove(conn: Connection, announcement_id: int) -> None:
    """It is gone.  Raises NotFound."""
    if not await store.remove(conn, announcement_id):
        raise NotFound(f"There is no announcement {announcement_id}.")
    await events.record(conn, events.AnnouncementRemoved(announcement_id))


async def dismiss(conn: Connection, announcement_id: int, account_id: int) -> None:
    """The account has read it.  Raises NotFound."""
    await views.require(conn, announcement_id)
    await store.mark_read(conn, announcement_id, account_id)


async def react(conn: Connection, announcement_id: int, account_id: int, name: str) -> None:
    """The account reacts with a character or an emoji of the house.  Raises NotFound, Unprocessable."""
    await views.require(conn, announcement_id)
    await _check(conn, name)
    present = await views.reaction_names(conn, announcement_id)
    if name not in present and len(present) >= MAX_REACTIONS:
        raise Unprocessable("Validation failed: Limit of different reactions reached")
    if await store.add_reaction(conn, announcement_id, account_id, name):
        await events.record(conn, events.AnnouncementReacted(announcement_id, name))


async def unreact(conn: Connection, announcement_id: int, account_id: int, name: str) -> None:
    """The account takes its reaction back.  Raises NotFound where there is none."""
    await views.require(conn, announcement_id)
    if not await store.remove_reaction(conn, announcement_id, account_id, name):
        raise NotFound
    await events.record(conn, events.AnnouncementReacted(announcement_id, name))


async def _check(conn: Connection, name: str) -> None:
    if _is_emoji(name):
        return
    [found] = await account_views.emojis_in(conn, [("", f":{name}:")])
    if len(name) > MAX_NAME or name not in {one.shortcode for one in found}:
        raise Unprocessable("Validation failed: Name is not a recognized emoji")


def _is_emoji(name: str) -> bool:
    """Whether *name* is one emoji: symbols with what joins and colours them, and nothing to be read."""
    if not 0 < len(name) <= 16:
        return False
    kinds = {unicodedata.category(one) for one in name}
    if "So" not in kinds and not any(one in "\u20e3\u203c\u2049" for one in name):
        return False
    # Joiners, variation selectors, skin tones, keycaps.
    allowed = kinds <= {"So", "Sk", "Cf", "Mn", "Me", "Sm", "Po", "Nd"}
    return allowed and (not name[0].isdigit() or "\u20e3" in name)
