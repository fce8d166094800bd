"""The only writes to `status_search`: a status can be found as soon as it is there.

The table is SQLite's FTS5 or a column of PostgreSQL's `tsvector`; both are given the tokens of
`core/search/words`, so that neither takes a text apart in a way of its own.  Boosts are not indexed.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    bindparam,
    column,
    delete,
    literal_column,
    select,
    table,
    text,
)

from stoa.core import events
from stoa.core.search import words
from stoa.db import Connection, Query
from stoa.db.query import DialectName
from stoa.db.tables import media_attachments, poll_options, polls, statuses
from stoa.text import plain_text

status_search = table("status_search", column("status_id", BigInteger), column("words"))


def key(dialect: DialectName) -> ColumnElement[int]:
    """The column of `status_search` that holds the id of the status."""
    if dialect == "sqlite":
        return literal_column("status_search.rowid", BigInteger)
    return status_search.c.status_id


_sources = Query(
    select(
        statuses.c.content,
        statuses.c.title,
        statuses.c.spoiler_text,
        statuses.c.reblog_of_id,
        statuses.c.has_media,
        statuses.c.poll_id,
    ).where(statuses.c.id == bindparam("status_id"))
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


async def add(conn: Connection, event: events.StatusPublished) -> None:
    """Reaction: the new status can be found."""
    await _put_words(conn, event.status_id)


async def renew(conn: Connection, event: events.StatusEdited) -> None:
    """Reaction: the status is found by what it says now."""
    await conn.run(_forget, wanted_id=event.status_id)
    await _put_words(conn, event.status_id)


async def remove(conn: Connection, event: events.StatusDeleted) -> None:
    """Reaction: the status is found no more."""
    await conn.run(_forget, wanted_id=event.status_id)


async def _put_words(conn: Connection, status_id: int) -> None:
    """Text, title, warning, descriptions of pictures, choices of a poll."""
    row = await conn.first(_sources, status_id=status_id)
    if row is None or row.reblog_of_id is not None:
        return
    parts = [row.title or "", row.spoiler_text, plain_text(row.content)]
    if row.has_media:
        parts += await conn.scalars(_descriptions, status_id=status_id)
    if row.poll_id is not None:
        parts += await conn.scalars(_options, status_id=status_id)
    found = words.tokens("\n".join(parts))
    if found:
        stored = " ".join(found) if conn.dialect == "sqlite" else _tsvector(found)
        await conn.run(_put, status_id=status_id, words=stored)


def _tsvector(tokens: list[str]) -> str:
    # Written out, so that no parser of PostgreSQL's has a say.  Tokens are letters and digits only.
    return " ".join(f"'{token}':{min(place, 16383)}" for place, token in enumerate(tokens, 1))
