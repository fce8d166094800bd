"""Which filters of the viewer apply to which statuses of a page: `filtered` of Status.

Whoever has no filters pays one query.  The context a filter is for is said with it; what an app shows in
which context is its own affair (methods/filters, Mastodon 4.0).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import orjson

from stoa import ids, text
from stoa.api.entities import filter as entity
from stoa.core.filters import views
from stoa.core.filters.model import Filter, results
from stoa.core.statuses.model import StatusHead
from stoa.db import Connection


async def by_head(
    conn: Connection,
    heads: Sequence[StatusHead],
    texts: Mapping[int, bytes],
    polls: Mapping[int, bytes],
    viewer_id: int,
) -> dict[int, bytes]:
    """id of a head → its FilterResults as JSON, for those that have any; never for one's own words.

    *texts* are bodies without braces by id (`bodies.statuses`), *polls* Polls by id.
    """
    now = ids.now_ms()
    mine = [one for one in await views.mine(conn, viewer_id) if one.holds_at(now)]
    if not mine:
        return {}
    found: dict[int, bytes] = {}
    for head in heads:
        reasons = _reasons(mine, head, texts, polls, viewer_id)
        if reasons:
            found[head.id] = reasons
    return found


async def by_viewer(
    conn: Connection,
    heads: Mapping[int, StatusHead],
    texts: Mapping[int, bytes],
    polls: Mapping[int, bytes],
) -> dict[int, bytes]:
    """viewer → their FilterResults for one status, for those that have any; *heads* as each sees it."""
    now = ids.now_ms()
    found: dict[int, bytes] = {}
    for viewer_id, theirs in (await views.of_many(conn, heads)).items():
        holding = [one for one in theirs if one.holds_at(now)]
        reasons = _reasons(holding, heads[viewer_id], texts, polls, viewer_id)
        if reasons:
            found[viewer_id] = reasons
    return found


def _reasons(
    filters: Sequence[Filter],
    head: StatusHead,
    texts: Mapping[int, bytes],
    polls: Mapping[int, bytes],
    viewer_id: int,
) -> bytes | None:
    body = texts.get(head.original_id)
    if body is None or head.original_account_id == viewer_id:
        return None
    poll = None if head.poll_id is None else polls.get(head.poll_id)
    words = _words(body) if poll is None else f"{_words(body)}\n{_options(poll)}"
    reasons = results(filters, words, (head.id, head.original_id))
    return orjson.dumps([entity.result(one) for one in reasons]) if reasons else None


@lru_cache(maxsize=512)
def _words(body: bytes) -> str:
    """All that a reader would read: the text, its warning, what pictures are said to show."""
    said = orjson.loads(b"{%s}" % body)
    pictures = [one["description"] or "" for one in said["media_attachments"]]
    return "\n".join([said["spoiler_text"], text.plain_text(said["content"]), *pictures])


def _options(poll: bytes) -> str:
    return "\n".join(option["title"] for option in orjson.loads(poll)["options"])
