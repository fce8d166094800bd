"""The author's thread: who may reply to a post, until when, and how the replies stand below it.

The terms of a post hold for replies to it and, where it opened the conversation, for all that follow.
Its author sets them with the post or later, and may put single replies behind a stub that everybody
can open, or before the others.  Nobody is silenced by that: what a reply says to its own readers is
its author's.  The only writes to `reply_terms` and `reply_marks`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal

from sqlalchemy import bindparam, delete, select

from stoa import ids
from stoa.core import events
from stoa.core.errors import NotFound, Unprocessable
from stoa.core.statuses.model import Repliers, ReplyTerms
from stoa.core.statuses.visibility import require_visible
from stoa.db import Connection, Query, Row, any_of, upsert
from stoa.db.tables import follows, mentions, reply_marks, reply_terms, statuses

Mark = Literal["hidden", "first"]

MOST_FIRST = 5
DAY_MS = 24 * 3600 * 1000
MAX_DAYS = 365

_REFUSALS: Mapping[Repliers, str] = {
    "everybody": "This conversation is closed.",
    "followers": "The author lets only their followers reply to this.",
    "following": "The author lets only those they follow reply to this.",
    "mentioned": "The author lets only those whom the post names reply to it.",
    "nobody": "The author wants no replies to this.",
}


_held = Query(
    select(statuses.c.id, statuses.c.account_id, reply_terms.c.who, reply_terms.c.closes_at)
    .select_from(statuses.join(reply_terms, reply_terms.c.status_id == statuses.c.id))
    .where(any_of(statuses.c.id, "ids"))
)
_put = upsert(reply_terms, "status_id", "who", "closes_at", key=["status_id"])
_drop = Query(delete(reply_terms).where(reply_terms.c.status_id == bindparam("status")))
_follows = Query(
    select(follows.c.id).where(
        follows.c.follower_id == bindparam("follower"), follows.c.target_id == bindparam("target")
    )
)
_named = Query(
    select(mentions.c.account_id).where(
        mentions.c.status_id == bindparam("status"), mentions.c.account_id == bindparam("account")
    )
)
_marks = Query(
    select(reply_marks.c.status_id, reply_marks.c.mark).where(any_of(reply_marks.c.status_id, "ids"))
)
_thread = statuses.alias("thread")
_opener = Query(
    select(_thread.c.account_id)
    .select_from(statuses.join(_thread, _thread.c.id == statuses.c.conversation_id))
    .where(statuses.c.id == bindparam("status"), statuses.c.id != _thread.c.id)
)
_mark = upsert(reply_marks, "status_id", "mark", key=["status_id"])
_unmark = Query(delete(reply_marks).where(reply_marks.c.status_id == bindparam("status")))
_first = Query(
    select(reply_marks.c.status_id)
    .select_from(reply_marks.join(statuses, statuses.c.id == reply_marks.c.status_id))
    .where(
        statuses.c.conversation_id == bindparam("conversation"),
        reply_marks.c.mark == "first",
        reply_marks.c.status_id != bindparam("status"),
    )
)


async def set_terms(conn: Connection, account_id: int, status_id: int, wanted: ReplyTerms) -> None:
    """From now on *wanted* holds for replies to the account's own post; other servers are told.

    Raises NotFound for a post of somebody else; Unprocessable where it would close after MAX_DAYS.
    """
    row = await require_visible(conn, status_id, account_id)
    if row.account_id != account_id or row.reblog_of_id is not None:
        raise NotFound
    if wanted.closes_at is not None and wanted.closes_at > ids.now_ms() + MAX_DAYS * DAY_MS:
        raise _too_late()
    if wanted == await terms(conn, status_id):
        return
    if wanted == ReplyTerms():
        await conn.run(_drop, status=status_id)
    else:
        await conn.run(_put, status_id=status_id, who=wanted.who, closes_at=wanted.closes_at)
    await events.record(conn, events.StatusEdited(status_id))


async def begin_with(conn: Connection, status_id: int, who: Repliers, days: int = 0) -> None:
    """Terms of a status that is being published, to hold for ever or to end after so many *days*;
    whoever is told of it is told of them too.  Raises Unprocessable beyond MAX_DAYS.
    """
    if days > MAX_DAYS:
        raise _too_late()
    closes_at = ids.now_ms() + days * DAY_MS if days else None
    await conn.run(_put, status_id=status_id, who=who, closes_at=closes_at)


def _too_late() -> Unprocessable:
    return Unprocessable("Replies can be closed after at most a year.")


async def terms(conn: Connection, status_id: int) -> ReplyTerms:
    """Those of one post; of one without any, that everybody may."""
    row = await conn.first(_held, ids=[status_id])
    return ReplyTerms() if row is None else ReplyTerms(row.who, row.closes_at)


async def refusal(conn: Connection, parent: Row, account_id: int) -> str | None:
    """Why the account may not reply to *parent*, a row of `require_visible`; None if it may."""
    now = ids.now_ms()
    for row in await conn.all(_held, ids=[parent.id, parent.conversation_id]):
        held = ReplyTerms(row.who, row.closes_at)
        if row.account_id == account_id:
            continue
        if held.closed(now):
            return _REFUSALS["everybody"]
        if not await _is_among(conn, held.who, row.id, row.account_id, account_id):
            return _REFUSALS[held.who]
    return None


async def require_welcome(conn: Connection, parent: Row, account_id: int) -> None:
    """Return if the account may reply to *parent*.  Raises Unprocessable with the author's terms."""
    said = await refusal(conn, parent, account_id)
    if said is not None:
        raise Unprocessable(said)


async def _is_among(
    conn: Connection, who: Repliers, status_id: int, author_id: int, account_id: int
) -> bool:
    if who in ("everybody", "nobody"):
        return who == "everybody"
    if who == "followers":
        return await conn.scalar(_follows, follower=account_id, target=author_id) is not None
    followed = who == "following" and await conn.scalar(_follows, follower=author_id, target=account_id)
    # Whom the author names may answer, as whoever reads it expects.
    return bool(followed) or await conn.scalar(_named, status=status_id, account=account_id) is not None


async def mark(conn: Connection, account_id: int, reply_id: int, how: Mark | None) -> None:
    """Put a reply behind a stub, or first, or (None) among the others again.

    Raises NotFound unless the account opened the conversation; Unprocessable beyond MOST_FIRST.
    """
    row = await require_visible(conn, reply_id, account_id)
    if row.reblog_of_id is not None or await opened_by(conn, reply_id) != account_id:
        raise NotFound
    if how is None:
        await conn.run(_unmark, status=reply_id)
        return
    if how == "first":
        others = await conn.scalars(_first, conversation=row.conversation_id, status=reply_id)
        if len(others) >= MOST_FIRST:
            raise Unprocessable(f"At most {MOST_FIRST} replies can stand first; let another go first.")
    await conn.run(_mark, status_id=reply_id, mark=how)


async def opened_by(conn: Connection, reply_id: int) -> int | None:
    """Whose post opened the conversation that the reply is part of; None for a post that opened one."""
    account_id: int | None = await conn.scalar(_opener, status=reply_id)
    return account_id


async def marks(conn: Connection, status_ids: Collection[int]) -> dict[int, Mark]:
    """Those of the replies that have one."""
    if not status_ids:
        return {}
    return {row.status_id: row.mark for row in await conn.all(_marks, ids=list(status_ids))}
