"""Posts found by their words: only those the viewer may find, newest first.

A viewer finds, among what they may see:
1. their own posts, and those that mention them;
2. those they favourited, bookmarked, boosted, answered or voted in;
3. public posts of people who let theirs be found (`indexable`);
and nothing by somebody they block or mute, or who blocks them.  A visitor finds no posts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Text,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
    text,
    type_coerce,
    union_all,
)

from stoa import ids
from stoa.core.accounts import views as account_views
from stoa.core.search import completion, words
from stoa.core.search.index import key, status_search
from stoa.core.search.matching import Matches
from stoa.core.search.query import NEVER, Phrase, StatusQuery
from stoa.core.statuses.heads import s
from stoa.core.statuses.visibility import VIEWER, not_hidden, visible_to
from stoa.db import Connection, Query, any_of
from stoa.db.paging import BEFORE_ALL
from stoa.db.query import DialectName
from stoa.db.tables import (
    accounts,
    bookmarks,
    favourites,
    media_attachments,
    mentions,
    poll_votes,
    polls,
    statuses,
)

MAX_AUTHORS = 5  # named with `from:`
MAX_GAPS = 3  # `-during:`
MAX_AMONG = 2_000  # of the matches, to be asked about at once


def _touched() -> ColumnElement[bool]:
    """The viewer's own, or one they did something with or are named in."""
    boost, answer = statuses.alias(), statuses.alias()
    return or_(
        s.c.account_id == VIEWER,
        exists().where(favourites.c.status_id == s.c.id, favourites.c.account_id == VIEWER),
        exists().where(bookmarks.c.status_id == s.c.id, bookmarks.c.account_id == VIEWER),
        exists().where(boost.c.reblog_of_id == s.c.id, boost.c.account_id == VIEWER),
        exists().where(mentions.c.status_id == s.c.id, mentions.c.account_id == VIEWER),
        and_(
            s.c.replies_count > 0,
            exists().where(answer.c.in_reply_to_id == s.c.id, answer.c.account_id == VIEWER),
        ),
        exists().where(poll_votes.c.poll_id == s.c.poll_id, poll_votes.c.account_id == VIEWER),
    )


def _library() -> Any:
    """The ids of what `_touched` holds for."""
    own, answer = statuses.alias(), statuses.alias()
    return union_all(
        select(own.c.id).where(own.c.account_id == VIEWER),
        select(own.c.reblog_of_id).where(own.c.account_id == VIEWER, own.c.reblog_of_id.is_not(None)),
        select(favourites.c.status_id).where(favourites.c.account_id == VIEWER),
        select(bookmarks.c.status_id).where(bookmarks.c.account_id == VIEWER),
        select(mentions.c.status_id).where(mentions.c.account_id == VIEWER),
        select(answer.c.in_reply_to_id).where(
            answer.c.account_id == VIEWER, answer.c.in_reply_to_id.is_not(None)
        ),
        select(polls.c.status_id)
        .join(poll_votes, poll_votes.c.poll_id == polls.c.id)
        .where(poll_votes.c.account_id == VIEWER),
    )


def _open_to_all() -> ColumnElement[bool]:
    return and_(
        s.c.visibility == "public",
        exists().where(accounts.c.id == s.c.account_id, accounts.c.indexable),
    )


def _of_kind(*kinds: str) -> ColumnElement[bool]:
    file = media_attachments.alias()
    return and_(
        s.c.has_media,
        exists().where(file.c.status_id == s.c.id, or_(*(file.c.kind == one for one in kinds))),
    )


_TRAITS: dict[str, ColumnElement[bool]] = {
    "media": s.c.has_media,
    "image": _of_kind("image", "gifv"),
    "video": _of_kind("video"),
    "audio": _of_kind("audio"),
    "poll": s.c.poll_id.is_not(None),
    "quote": s.c.quote_of_id.is_not(None),
    "reply": s.c.in_reply_to_account_id.is_not(None),
    "sensitive": s.c.sensitive,
}


class _Shape(NamedTuple):
    """Which conditions a statement has; the values come as parameters, so few are compiled."""

    words: bool
    not_words: bool
    where: str | None
    authors: bool
    not_authors: bool
    languages: bool
    not_languages: bool
    traits: tuple[str, ...]
    not_traits: tuple[str, ...]
    gaps: int


@cache
def _statement(shape: _Shape) -> Query:
    def build(dialect: DialectName) -> Any:
        statement = select(s.c.id)
        order: ColumnElement[int] = s.c.id
        if _by_matches(shape, dialect):
            statement = statement.where(any_of(s.c.id, "among"))
        elif shape.words:
            order = key(dialect)
            statement = statement.join(status_search, order == s.c.id)
            statement = statement.where(_matches(dialect, "words"))
        if shape.not_words:
            there = select(key(dialect)).select_from(status_search)
            there = there.where(key(dialect) == s.c.id, _matches(dialect, "not_words")).correlate(s)
            statement = statement.where(~there.exists())
        return (
            statement.where(
                s.c.reblog_of_id.is_(None),
                *_conditions(shape, dialect),
                visible_to(s),
                or_(s.c.account_id == VIEWER, not_hidden(s.c.account_id)),
                order < bindparam("max_id", type_=BigInteger),
                order > bindparam("min_id", type_=BigInteger),
            )
            .order_by(order.desc())
            .limit(bindparam("limit", type_=BigInteger))
            .offset(bindparam("offset", type_=BigInteger))
        )

    return Query(build)


def _by_matches(shape: _Shape, dialect: DialectName) -> bool:
    """Whether the words are looked for first, and of what has them all else is asked."""
    return shape.words and dialect == "postgresql" and shape.where != "library"


def _matches(dialect: DialectName, name: str) -> Any:
    if dialect == "sqlite":
        return text(f"status_search MATCH :{name}")
    return text(f"status_search.words @@ CAST(CAST(:{name} AS text) AS tsquery)")


def _conditions(shape: _Shape, dialect: DialectName) -> Iterator[ColumnElement[bool]]:
    if shape.authors:
        yield any_of(s.c.account_id, "authors")
    if shape.not_authors:
        yield ~any_of(s.c.account_id, "not_authors")
    if shape.languages:
        yield _in_language("languages", dialect)
    if shape.not_languages:
        yield or_(s.c.language.is_(None), ~_in_language("not_languages", dialect))
    for name in shape.traits:
        yield _TRAITS[name]
    for name in shape.not_traits:
        yield ~_TRAITS[name]
    for place in range(shape.gaps):
        start = bindparam(f"gap{place}_start", type_=BigInteger)
        yield or_(s.c.id < start, s.c.id >= bindparam(f"gap{place}_end", type_=BigInteger))
    if shape.where == "library":
        # PostgreSQL begins with the library; SQLite walks along the words.
        yield s.c.id.in_(_library()) if dialect == "postgresql" else _touched()
    elif shape.where == "public":
        yield _open_to_all()
    else:
        yield or_(_open_to_all(), _touched())


def _in_language(name: str, dialect: DialectName) -> ColumnElement[bool]:
    """`pt` stands for `pt-BR` too."""
    code = func.lower(s.c.language, type_=Text)
    if dialect == "sqlite":
        first = func.substr(code, 1, func.instr(code + literal_column("'-'"), literal_column("'-'")) - 1)
    else:
        first = func.split_part(code, literal_column("'-'"), 1)
    return or_(any_of(code, name), any_of(type_coerce(first, Text), name))


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
) -> list[int]:
    """The ids of the posts found, newest first; ask `heads.by_ids` for what is shown of them.

    May take long: give it a connection of `read(long=True)`.
    """
    if viewer_id is None or wanted.asks_nothing:
        return []
    having, without = wanted.having, wanted.without
    authors = await _named(conn, having.authors, viewer_id, local_domain)
    if author_id is not None:
        authors = [author_id] if not having.authors or author_id in authors else []
    if not authors and (having.authors or author_id is not None):
        return []
    first, beyond, gaps = _within(having.times, without.times)
    asked = await _words(conn, wanted, authors)
    excluded = await _named(conn, without.authors, viewer_id, local_domain)
    shape = _Shape(
        bool(asked.having),
        bool(asked.without),
        wanted.where,
        # Where the index is asked, it is asked for them too.
        bool(authors) and not asked.having,
        bool(excluded),
        bool(having.languages),
        bool(without.languages),
        tuple(sorted(having.traits)),
        tuple(sorted(without.traits)),
        len(gaps),
    )
    params: dict[str, Any] = {
        "viewer": viewer_id,
        "now": ids.now_ms(),
        "max_id": min(beyond, BEFORE_ALL if max_id is None else max_id),
        "min_id": max(first, min_id or 0),
        "words": asked.having,
        "not_words": asked.without,
        "authors": authors,
        "not_authors": excluded,
        "languages": having.languages,
        "not_languages": without.languages,
        **{f"gap{place}_start": start for place, (start, _) in enumerate(gaps)},
        **{f"gap{place}_end": end for place, (_, end) in enumerate(gaps)},
    }
    if _by_matches(shape, conn.dialect):
        return await _among_matches(conn, shape, params, limit, offset, rare=bool(authors))
    found: list[int] = await conn.scalars(_statement(shape), **params, limit=limit, offset=offset)
    return found


async def _among_matches(
    conn: Connection, shape: _Shape, params: dict[str, Any], limit: int, offset: int, *, rare: bool
) -> list[int]:
    """The words first, then what else is asked, of as many as it takes."""
    matches = Matches(conn, params["words"], min_id=params["min_id"], before=params["max_id"], rare=rare)
    found: list[int] = []
    size = 2 * (limit + offset)
    while len(found) < limit + offset and not matches.ended:
        some = await matches.some()
        while some and len(found) < limit + offset:
            among, some = some[:size], some[size:]
            found += await conn.scalars(
                _statement(shape), **params, among=among, limit=limit + offset - len(found), offset=0
            )
            size = min(size * 2, MAX_AMONG)
    return found[offset:]


async def _named(conn: Connection, accts: Sequence[str], viewer_id: int, local_domain: str) -> list[int]:
    found = [
        viewer_id if acct == "me" else await account_views.find_by_acct(conn, acct, local_domain)
        for acct in accts[:MAX_AUTHORS]
    ]
    return [one for one in found if one is not None]


def _within(
    times: Sequence[tuple[int, int]], without: Sequence[tuple[int, int]]
) -> tuple[int, int, list[tuple[int, int]]]:
    """Between which ids posts lie, and between which not: an id tells when something was written."""
    first, beyond, gaps = 0, BEFORE_ALL, []
    for start, end in [
        *times,
        *((end, NEVER) for start, end in without if start == 0),
        *((0, start) for start, end in without if end == NEVER),
    ]:
        first = max(first, (start << 16) - 1)
        beyond = beyond if end == NEVER else min(beyond, end << 16)
    for start, end in without:
        if start and end != NEVER:
            gaps.append((start << 16, end << 16))
    return first, beyond, gaps[:MAX_GAPS]


class _Words(NamedTuple):
    """What is asked of the index: with these words, or (where nothing else is asked of it) without."""

    having: str = ""
    without: str = ""


async def _words(conn: Connection, wanted: StatusQuery, authors: Sequence[int]) -> _Words:
    """Every token stands in quotes, so nothing typed is an operator.

    On SQLite an author is looked for like a word, whatever else is asked: both lists are walked from
    the newest post on, and leave out what only one of them has.
    """
    having = [await _phrase(conn, one) for one in wanted.having.phrases]
    without = [await _phrase(conn, one) for one in wanted.without.phrases]
    by_author = [_quoted([words.author(one)], conn.dialect) for one in authors]
    if conn.dialect == "sqlite":
        if by_author:
            having.append(f"({' OR '.join(by_author)})")
        negative = "".join(f" NOT {one}" for one in without)
        return _Words(f"({' AND '.join(having)}){negative}") if having else _Words("", " OR ".join(without))
    if by_author and having:
        having.append(f"({' | '.join(by_author)})")
    if having:
        return _Words(" & ".join([*having, *(f"!{one}" for one in without)]))
    return _Words("", " | ".join(without))


async def _phrase(conn: Connection, phrase: Phrase) -> str:
    """FTS5's or PostgreSQL's way to say it."""
    *before, last = phrase.tokens
    if not _prefix(phrase):
        return _quoted(phrase.tokens, conn.dialect)
    known = await completion.complete(conn, last)
    if known is None:
        return _quoted(phrase.tokens, conn.dialect, " *" if conn.dialect == "sqlite" else ":*")
    either = " OR " if conn.dialect == "sqlite" else " | "
    return "(" + either.join(_quoted([*before, one], conn.dialect) for one in known) + ")"


def _quoted(tokens: Sequence[str], dialect: DialectName, end: str = "") -> str:
    if dialect == "sqlite":
        return '"' + " ".join(tokens) + '"' + end
    return "(" + " <-> ".join(f"'{token}'" for token in tokens) + end + ")"


def _prefix(phrase: Phrase) -> bool:
    # The beginning of a short Latin word is the beginning of half the dictionary.
    last = phrase.tokens[-1]
    return phrase.open and (len(last) >= 3 or not last.isascii())
