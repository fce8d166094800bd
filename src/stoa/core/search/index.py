"""The only writes to `status_search`: a status can be found as soon as it is there.

The table is SQLite's FTS5 or a column of PostgreSQL's `tsvector`; both are given the tokens of
`core/search/words`, so that neither takes a text apart in a way of its own.  Boosts are not indexed.
It can be written anew while others search and publish (`rebuild_some`).
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    bindparam,
    column,
    delete,
    exists,
    literal_column,
    or_,
    select,
    table,
    text,
)

from stoa.core import events
from stoa.core.search import completion, words
from stoa.db import Connection, Query, any_of
from stoa.db.paging import BEFORE_ALL
from stoa.db.query import DialectName
from stoa.db.tables import media_attachments, poll_options, polls, statuses
from stoa.text import plain_text

status_search = table("status_search", column("status_id", BigInteger), column("words"))


def key(dialect: DialectName) -> ColumnElement[int]:
    """The column of `status_search` that holds the id of the status."""
    if dialect == "sqlite":
        return literal_column("status_search.rowid", BigInteger)
    return status_search.c.status_id


AT_ONCE = 200

_sources = Query(
    select(
        statuses.c.id,
        statuses.c.account_id,
        statuses.c.content,
        statuses.c.title,
        statuses.c.spoiler_text,
        statuses.c.has_media,
        statuses.c.poll_id,
    ).where(any_of(statuses.c.id, "ids"), statuses.c.reblog_of_id.is_(None))
)
_descriptions = Query(
    select(media_attachments.c.description).where(
        media_attachments.c.status_id == bindparam("status_id"),
        media_attachments.c.description.is_not(None),
    )
)
_options = Query(
    select(poll_options.c.title)
    .select_from(polls.join(poll_options, poll_options.c.poll_id == polls.c.id))
    .where(polls.c.status_id == bindparam("status_id"))
)
_put = Query(
    lambda dialect: text(
        "INSERT INTO status_search (rowid, words) VALUES (:status_id, :words)"
        if dialect == "sqlite"
        else "INSERT INTO status_search (status_id, words) "
        "VALUES (:status_id, CAST(CAST(:words AS text) AS tsvector))"
    )
)
_forget = Query(lambda dialect: delete(status_search).where(key(dialect) == bindparam("wanted_id")))
_forget_between = Query(
    lambda dialect: delete(status_search).where(
        key(dialect) > bindparam("after_id", type_=BigInteger),
        key(dialect) <= bindparam("last_id", type_=BigInteger),
        or_(any_of(key(dialect), "ids"), ~exists().where(statuses.c.id == key(dialect))),
    )
)
# Locked where others may write meanwhile: an edit waits, and then replaces what is written here.
_next = Query(
    select(statuses.c.id, statuses.c.reblog_of_id)
    .where(statuses.c.id > bindparam("after_id", type_=BigInteger))
    .order_by(statuses.c.id)
    .limit(bindparam("limit", type_=BigInteger))
    .with_for_update(read=True)
)


async def put(conn: Connection, changes: Sequence[events.StatusPublished | events.StatusEdited]) -> None:
    """Reaction: the statuses are found by what they say now."""
    edited = {change.status_id for change in changes if isinstance(change, events.StatusEdited)}
    await conn.run_many(_forget, [{"wanted_id": status_id} for status_id in edited])
    changed = list({change.status_id for change in changes})
    for start in range(0, len(changed), AT_ONCE):
        await _put_words(conn, changed[start : start + AT_ONCE])


async def remove(conn: Connection, event: events.StatusDeleted) -> None:
    """Reaction: the status is found no more."""
    await conn.run(_forget, wanted_id=event.status_id)


async def rebuild_some(conn: Connection, after_id: int, limit: int = AT_ONCE) -> tuple[int, int]:
    """Write the index anew for the *limit* statuses that follow *after_id*, and forget what it holds
    between them of statuses that are gone; (the last id, how many statuses).  (_, 0) means the end.
    """
    rows = await conn.all(_next, after_id=after_id, limit=limit)
    last_id = rows[-1].id if rows else BEFORE_ALL
    # Not all that stands between them: what somebody publishes there just now has its words already.
    await conn.run(_forget_between, after_id=after_id, last_id=last_id, ids=[row.id for row in rows])
    await _put_words(conn, [row.id for row in rows if row.reblog_of_id is None])
    return last_id, len(rows)


async def _put_words(conn: Connection, status_ids: Sequence[int]) -> None:
    """Text, title, warning, descriptions of pictures, choices of a poll; and who wrote it."""
    stored = []
    known: set[str] = set()
    for row in await conn.all(_sources, ids=status_ids):
        parts = [row.title or "", row.spoiler_text, plain_text(row.content)]
        if row.has_media:
            parts += await conn.scalars(_descriptions, status_id=row.id)
        if row.poll_id is not None:
            parts += await conn.scalars(_options, status_id=row.id)
        found = words.tokens("\n".join(parts))
        known.update(found)
        author = words.author(row.account_id)
        line = " ".join([*found, author]) if conn.dialect == "sqlite" else _tsvector(found, author)
        stored.append({"status_id": row.id, "words": line})
    await conn.run_many(_put, stored)
    await completion.learn(conn, known)


def _tsvector(tokens: list[str], author: str) -> str:
    # Written out, so that no parser of PostgreSQL's has a say.  Tokens are letters and digits only.
    placed = [f"'{token}':{min(place, 16383)}" for place, token in enumerate(tokens, 1)]
    return " ".join([*placed, f"'{author}'"])
