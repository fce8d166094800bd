"""Posts found by their words: only those the viewer may find, newest first.

A viewer finds, among what they may see:
1. their own posts, and those that mention them;
2. those they favourited, bookmarked or boosted;
3. public posts of people who let theirs be found (`indexable`);
and nothing by somebody they block or mute, or who blocks them.  A visitor finds no posts.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, bindparam, exists, or_, text

from stoa import ids
from stoa.core.accounts import views as account_views
from stoa.core.search.index import key, status_search
from stoa.core.search.query import Phrase, StatusQuery
from stoa.core.statuses import heads
from stoa.core.statuses.heads import s
from stoa.core.statuses.model import StatusHead
from stoa.core.statuses.visibility import VIEWER, not_hidden
from stoa.db import Connection, Query
from stoa.db.paging import BEFORE_ALL
from stoa.db.query import DialectName
from stoa.db.tables import accounts, bookmarks, favourites, mentions, statuses

# Which conditions a statement has; the values come as parameters, so few statements are compiled.
_Shape = tuple[str, ...]


def _touched() -> ColumnElement[bool]:
    """The viewer's own, or one they did something with or are named in."""
    boost = statuses.alias()
    return or_(
        s.c.account_id == VIEWER,
        exists().where(favourites.c.status_id == s.c.id, favourites.c.account_id == VIEWER),
        exists().where(bookmarks.c.status_id == s.c.id, bookmarks.c.account_id == VIEWER),
        exists().where(boost.c.reblog_of_id == s.c.id, boost.c.account_id == VIEWER),
        exists().where(mentions.c.status_id == s.c.id, mentions.c.account_id == VIEWER),
    )


def _open_to_all() -> ColumnElement[bool]:
    return and_(
        s.c.visibility == "public",
        exists().where(accounts.c.id == s.c.account_id, accounts.c.indexable),
    )


def _conditions(shape: _Shape) -> list[ColumnElement[bool]]:
    known: dict[str, ColumnElement[bool]] = {
        "author": s.c.account_id == bindparam("author_id"),
        "language": or_(
            s.c.language == bindparam("language"),
            s.c.language.like(bindparam("language", type_=s.c.language.type) + "-%"),
        ),
        "media": s.c.has_media,
        "poll": s.c.poll_id.is_not(None),
        "reply": s.c.in_reply_to_account_id.is_not(None),
        "sensitive": s.c.sensitive,
        "after": s.c.created_at >= bindparam("after", type_=BigInteger),
        "before": s.c.created_at < bindparam("before", type_=BigInteger),
        "library": _touched(),
        "public": _open_to_all(),
    }
    return [known[name] for name in shape]


@cache
def _statement(shape: _Shape, with_words: bool) -> Query:
    def build(dialect: DialectName) -> Any:
        statement = heads.select_heads()
        order: ColumnElement[int] = s.c.id
        if with_words:
            order = key(dialect)
            statement = statement.join(status_search, order == s.c.id)
            matches = (
                "status_search MATCH :words"
                if dialect == "sqlite"
                else "status_search.words @@ CAST(CAST(:words AS text) AS tsquery)"
            )
            statement = statement.where(text(matches))
        return (
            statement.where(
                s.c.reblog_of_id.is_(None),
                heads.seen(),
                or_(s.c.account_id == VIEWER, not_hidden(s.c.account_id)),
                or_(_touched(), _open_to_all()),
                *_conditions(shape),
                order < bindparam("max_id", type_=BigInteger),
                order > bindparam("min_id", type_=BigInteger),
            )
            .order_by(order.desc())
            .limit(bindparam("limit", type_=BigInteger))
            .offset(bindparam("offset", type_=BigInteger))
        )

    return Query(build)


async def find(
    conn: Connection,
    wanted: StatusQuery,
    *,
    viewer_id: int | None,
    local_domain: str,
    author_id: int | None = None,
    limit: int = 20,
    offset: int = 0,
    max_id: int | None = None,
    min_id: int | None = None,
) -> list[StatusHead]:
    """The posts found, newest first.  May take long: give it a connection of `read(long=True)`."""
    if viewer_id is None or wanted.asks_nothing:
        return []
    if wanted.from_acct is not None:
        named = viewer_id
        if wanted.from_acct != "me":
            named = await account_views.find_by_acct(conn, wanted.from_acct, local_domain) or 0
        if author_id not in (None, named):
            return []
        author_id = named
    parameters: dict[str, Any] = {
        "author": ("author_id", author_id),
        "language": ("language", wanted.language),
        "after": ("after", wanted.after),
        "before": ("before", wanted.before),
    }
    given = {name: pair for name, pair in parameters.items() if pair[1] is not None}
    shape = tuple(sorted({*given, *wanted.has, *wanted.is_, *([wanted.where] if wanted.where else [])}))
    words = _match(wanted) if conn.dialect == "sqlite" else _tsquery(wanted)
    rows = await conn.all(
        _statement(shape, bool(words)),
        viewer=viewer_id,
        now=ids.now_ms(),
        max_id=BEFORE_ALL if max_id is None else max_id,
        min_id=min_id or 0,
        limit=limit,
        offset=offset,
        **({"words": words} if words else {}),
        **dict(given.values()),
    )
    return [heads.from_row(row) for row in rows]


def _match(wanted: StatusQuery) -> str:
    """FTS5's query.  Every token stands in quotes, so nothing typed is an operator."""

    def one(phrase: Phrase) -> str:
        return '"' + " ".join(phrase.tokens) + '"' + (" *" if _prefix(phrase) else "")

    if not wanted.phrases:
        return ""
    positive = " AND ".join(one(phrase) for phrase in wanted.phrases)
    negative = "".join(f" NOT {one(phrase)}" for phrase in wanted.without)
    return f"({positive}){negative}"


def _tsquery(wanted: StatusQuery) -> str:
    """PostgreSQL's query, written out; tokens are letters and digits only."""

    def one(phrase: Phrase) -> str:
        quoted = [f"'{token}'" for token in phrase.tokens]
        if _prefix(phrase):
            quoted[-1] += ":*"
        return "(" + " <-> ".join(quoted) + ")"

    if not wanted.phrases:
        return ""
    return " & ".join(
        [*(one(phrase) for phrase in wanted.phrases), *(f"!{one(phrase)}" for phrase in wanted.without)]
    )


def _prefix(phrase: Phrase) -> bool:
    # The beginning of a short Latin word is the beginning of half the dictionary.
    last = phrase.tokens[-1]
    return phrase.open and (len(last) >= 3 or not last.isascii())
