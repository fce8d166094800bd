"""The only writes to timeline_entries: what stands in which home and in which list.

An entry says that a status was let into a timeline when it came, by `rules`.  Whether its reader may
and wants to see it now is asked again at every reading (`views`), so that a mute, a block or a
changed visibility needs no rewriting here.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    and_,
    bindparam,
    delete,
    exists,
    func,
    literal_column,
    or_,
    select,
    union,
    union_all,
)
from sqlalchemy.dialects import postgresql, sqlite

from stoa import ids
from stoa.core.timelines import rules
from stoa.core.timelines.rules import both, f, s
from stoa.db import Connection, Query
from stoa.db.query import DialectName
from stoa.db.tables import (
    follows,
    lists,
    status_tags,
    statuses,
    tag_follows,
    timeline_entries,
)
from stoa.db.tables.base import Id

BACKFILL = 60
KEPT = 1000
TRIMMED_AT_ONCE = 200

_OWNER: Any = bindparam("owner", type_=Id)
_AUTHOR: Any = bindparam("author", type_=Id)


def _into(dialect: DialectName, rows: Any) -> Any:
    module = sqlite if dialect == "sqlite" else postgresql
    put = module.insert(timeline_entries).from_select(["owner_id", "status_id"], rows)
    return put.on_conflict_do_nothing()


def _published(dialect: DialectName) -> Any:
    return _into(
        dialect,
        union_all(rules.to_self(), rules.to_followers(), rules.to_lists(), rules.to_tag_followers()),
    )


def _boosted(dialect: DialectName) -> Any:
    to_self = rules.to_self().where(rules.not_there_yet(s.c.account_id))
    to_followers = rules.to_followers().where(rules.not_there_yet(f.c.follower_id))
    to_lists = rules.to_lists()
    return _into(
        dialect,
        union_all(to_self, to_followers, to_lists.where(rules.not_there_yet(to_lists.selected_columns[0]))),
    )


def _latest(of: Any) -> Any:
    """The newest statuses of an author, those for everybody or for followers."""
    newest = statuses.alias("newest")
    return (
        select(newest.c.id)
        .where(
            newest.c.account_id == of,
            or_(
                newest.c.visibility == "public",
                newest.c.visibility == "unlisted",
                newest.c.visibility == "private",
            ),
        )
        .order_by(newest.c.id.desc())
        .limit(literal_column(str(BACKFILL)))
    )


def _backfill(dialect: DialectName, *, of_list: bool) -> Any:
    """The newest statuses of `author` into `owner` (of a list: into `timeline`, whose owner that is)."""
    entry, same = timeline_entries.alias(), statuses.alias()
    into: Any = bindparam("timeline", type_=Id) if of_list else _OWNER
    boosts = union(
        select(same.c.id).where(same.c.id == s.c.reblog_of_id).correlate_except(same),
        select(same.c.id).where(same.c.reblog_of_id == s.c.reblog_of_id).correlate_except(same),
    )
    there_already = exists().where(entry.c.owner_id == into, entry.c.status_id.in_(boosts))
    conditions = [
        s.c.id.in_(_latest(_AUTHOR)),
        or_(
            _AUTHOR == _OWNER,
            and_(f.c.id.is_not(None), rules.asked_for()),
        ),
        rules.answers_known(_OWNER),
        rules.nobody_shunned(_OWNER),
        or_(s.c.reblog_of_id.is_(None), ~there_already),
    ]
    if of_list:
        conditions.append(rules.answers_wanted(lists, _OWNER))
    source = both.outerjoin(f, and_(f.c.follower_id == _OWNER, f.c.target_id == s.c.account_id))
    if of_list:
        source = source.join(lists, lists.c.id == into)
    return _into(dialect, select(into, s.c.id).select_from(source).where(*conditions))


_publish = Query(_published)
_boost = Query(_boosted)
_backfill_home = Query(lambda dialect: _backfill(dialect, of_list=False))
_backfill_list = Query(lambda dialect: _backfill(dialect, of_list=True))


async def add(conn: Connection, status_id: int) -> None:
    """A new status into the timelines where it belongs; one statement, however many there are."""
    await conn.run(_publish, status=status_id, now=ids.now_ms())


async def add_boost(conn: Connection, status_id: int, original_id: int) -> None:
    """The same for a boost of *original_id*."""
    await conn.run(_boost, status=status_id, original=original_id, now=ids.now_ms())


async def backfill_home(conn: Connection, owner_id: int, author_id: int) -> None:
    """The newest of what *author_id* said, into the home of somebody who follows them now."""
    await conn.run(_backfill_home, owner=owner_id, author=author_id, now=ids.now_ms())


async def backfill_list(conn: Connection, list_id: int, owner_id: int, author_id: int) -> None:
    """The same into a list of *owner_id*, of which the author is a member now."""
    await conn.run(_backfill_list, timeline=list_id, owner=owner_id, author=author_id, now=ids.now_ms())


@cache
def _remove(*, boosted_too: bool, from_lists: bool) -> Query:
    said, boosted = statuses.alias(), statuses.alias()
    theirs: Any = said.c.account_id == _AUTHOR
    if boosted_too:
        theirs = or_(
            theirs,
            exists().where(boosted.c.id == said.c.reblog_of_id, boosted.c.account_id == _AUTHOR),
        )
    owned: Any = timeline_entries.c.owner_id == _OWNER
    if from_lists:
        owned = timeline_entries.c.owner_id.in_(
            union_all(select(_OWNER), select(lists.c.id).where(lists.c.account_id == _OWNER))
        )
    return Query(
        delete(timeline_entries).where(
            owned, exists().where(said.c.id == timeline_entries.c.status_id, theirs)
        )
    )


async def remove_author(conn: Connection, owner_id: int, author_id: int) -> None:
    """Nothing said or boosted by *author_id* is left in the home and the lists of *owner_id*."""
    await conn.run(_remove(boosted_too=False, from_lists=True), owner=owner_id, author=author_id)


async def remove_every_trace(conn: Connection, owner_id: int, author_id: int) -> None:
    """Nor what others boosted of theirs."""
    await conn.run(_remove(boosted_too=True, from_lists=True), owner=owner_id, author=author_id)


async def remove_member(conn: Connection, list_id: int, author_id: int) -> None:
    """Nothing of *author_id* is left in one list."""
    await conn.run(_remove(boosted_too=False, from_lists=False), owner=list_id, author=author_id)


_clear = Query(delete(timeline_entries).where(timeline_entries.c.owner_id == _OWNER))


async def clear(conn: Connection, owner_id: int) -> None:
    """The timeline is empty."""
    await conn.run(_clear, owner=owner_id)


def _without_reason() -> Query:
    """Posts with the hashtag `tag` whose author the owner neither follows nor is, and which no other
    hashtag the owner follows brings in."""
    said, mine, has, other, wish = (
        statuses.alias(), follows.alias(), status_tags.alias(), status_tags.alias(), tag_follows.alias(),
    )  # fmt: skip
    return Query(
        delete(timeline_entries).where(
            timeline_entries.c.owner_id == _OWNER,
            exists().where(
                has.c.tag_id == bindparam("tag", type_=Id),
                has.c.status_id == timeline_entries.c.status_id,
                said.c.id == timeline_entries.c.status_id,
                said.c.account_id != _OWNER,
                ~exists().where(mine.c.follower_id == _OWNER, mine.c.target_id == said.c.account_id),
            ),
            ~exists().where(
                other.c.status_id == timeline_entries.c.status_id,
                wish.c.tag_id == other.c.tag_id,
                wish.c.account_id == _OWNER,
            ),
        )
    )


_remove_tag = _without_reason()


async def remove_tag(conn: Connection, owner_id: int, tag_id: int) -> None:
    """What stood in a home for a hashtag only, which is no longer followed, goes."""
    await conn.run(_remove_tag, owner=owner_id, tag=tag_id)


_overfull = Query(
    select(timeline_entries.c.owner_id)
    .group_by(timeline_entries.c.owner_id)
    .having(func.count() > bindparam("kept", type_=BigInteger))
    .limit(literal_column(str(TRIMMED_AT_ONCE)))
)


def _trim_statement() -> Any:
    newest = timeline_entries.alias()
    floor = (
        select(newest.c.status_id)
        .where(newest.c.owner_id == _OWNER)
        .order_by(newest.c.status_id.desc())
        .limit(literal_column("1"))
        .offset(bindparam("before_last", type_=BigInteger))
        .scalar_subquery()
    )
    return delete(timeline_entries).where(
        timeline_entries.c.owner_id == _OWNER, timeline_entries.c.status_id < floor
    )


_trim = Query(_trim_statement())


async def trim(conn: Connection, *, kept: int = KEPT) -> bool:
    """Cut timelines to their newest *kept*, some at a time; whether there may be more to cut."""
    owners = await conn.scalars(_overfull, kept=kept)
    for owner_id in owners:
        await conn.run(_trim, owner=owner_id, before_last=kept - 1)
    return len(owners) == TRIMMED_AT_ONCE
