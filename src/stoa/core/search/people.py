"""People to meet: the directory of those who want to be found, and suggestions of whom to follow.

Each suggestion has a reason, and is computed when it is asked for from who follows whom and who has
favoured whom; each question looks at so many rows at most.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, Literal, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, and_, bindparam, exists, func, or_, select

from stoa import ids
from stoa.core.relationships.views import not_hidden
from stoa.db import Connection, Query, any_of, insert
from stoa.db.tables import (
    accounts,
    dismissed_suggestions,
    favourites,
    follow_requests,
    follows,
    statuses,
    users,
)
from stoa.db.tables.base import Id

Source = Literal["most_followed", "most_interactions", "similar_to_recently_followed", "friends_of_friends"]

MAX_SUGGESTIONS = 80
LOOKED_AT = 5_000  # follows or favourites that a question counts at most
RECENT = 10  # of one's newest follows, for what is similar to them

_VIEWER: Any = bindparam("viewer", type_=Id)
_own, _theirs = follows.alias("own"), follows.alias("theirs")
# Somebody who wants to be found, who is here, and who writes.
_wants_to_be_found = and_(
    accounts.c.discoverable,
    accounts.c.suspended_at.is_(None),
    accounts.c.limited_at.is_(None),
    accounts.c.moved_to_id.is_(None),
    or_(
        accounts.c.domain != "",
        ~exists().where(
            users.c.account_id == accounts.c.id,
            or_(users.c.approved.is_(False), users.c.confirmed_at.is_(None)),
        ),
    ),
)


@cache
def _directory(*, new: bool, local: bool) -> Query:
    order = accounts.c.id.desc() if new else func.coalesce(accounts.c.last_status_at, 0).desc()
    statement = select(accounts.c.id).where(_wants_to_be_found, not_hidden(accounts.c.id, _VIEWER))
    if local:
        statement = statement.where(accounts.c.domain == "")
    return Query(
        statement.order_by(order, accounts.c.id.desc())
        .limit(bindparam("limit", type_=BigInteger))
        .offset(bindparam("offset", type_=BigInteger))
    )


async def directory(
    conn: Connection, viewer_id: int | None, *, new: bool, local: bool, limit: int, offset: int
) -> list[int]:
    """Ids of the accounts that want to be found: *new* ones first, or those that wrote last."""
    query = _directory(new=new, local=local)
    return await conn.scalars(query, viewer=viewer_id or 0, now=ids.now_ms(), limit=limit, offset=offset)


class Suggestion(NamedTuple):
    """Somebody to follow, and why."""

    account_id: int
    sources: tuple[Source, ...]


def _unknown() -> ColumnElement[bool]:
    """Whom the viewer neither is, follows, has asked, nor wants to hear of."""
    followed, asked = follows.alias(), follow_requests.alias()
    return and_(
        accounts.c.id != _VIEWER,
        ~exists().where(followed.c.follower_id == _VIEWER, followed.c.target_id == accounts.c.id),
        ~exists().where(asked.c.follower_id == _VIEWER, asked.c.target_id == accounts.c.id),
        ~exists().where(
            dismissed_suggestions.c.account_id == _VIEWER,
            dismissed_suggestions.c.target_id == accounts.c.id,
        ),
        not_hidden(accounts.c.id, _VIEWER),
        _wants_to_be_found,
    )


def _of(found: Any) -> Query:
    """The accounts that *found* (target_id, weight) names, the heaviest first."""
    return Query(
        select(accounts.c.id)
        .select_from(found.join(accounts, accounts.c.id == found.c.target_id))
        .where(_unknown())
        .order_by(found.c.weight.desc(), accounts.c.followers_count.desc(), accounts.c.id)
        .limit(bindparam("limit", type_=BigInteger))
    )


def _counted(pairs: Any) -> Any:
    some = pairs.limit(LOOKED_AT).subquery()
    return (
        select(some.c.target_id, func.count().label("weight")).group_by(some.c.target_id).subquery("found")
    )


_mine = select(_own.c.target_id).where(_own.c.follower_id == _VIEWER)
_newest = _mine.order_by(_own.c.id.desc()).limit(RECENT)
_others = follows.alias("others")
_shown_on_profiles = ~exists().where(accounts.c.id == _theirs.c.follower_id, accounts.c.hide_collections)
_author = statuses.alias("author")
QUESTIONS: dict[Source, Query] = {
    # Whom those follow whom the viewer follows, as they let everybody see.
    "friends_of_friends": _of(
        _counted(select(_theirs.c.target_id).where(_theirs.c.follower_id.in_(_mine), _shown_on_profiles))
    ),
    # Who is followed together with whom the viewer followed lately.
    "similar_to_recently_followed": _of(
        _counted(
            select(_theirs.c.target_id)
            .select_from(_others.join(_theirs, _theirs.c.follower_id == _others.c.follower_id))
            .where(
                _others.c.target_id.in_(_newest.scalar_subquery()),
                _others.c.follower_id != _VIEWER,
                _shown_on_profiles,
            )
        )
    ),
    # Whose public posts people here have favoured lately.
    "most_interactions": _of(
        _counted(
            select(_author.c.account_id.label("target_id"))
            .select_from(favourites.join(_author, _author.c.id == favourites.c.status_id))
            .where(_author.c.visibility == "public")
            .order_by(favourites.c.id.desc())
        )
    ),
    "most_followed": Query(
        select(accounts.c.id)
        .where(accounts.c.followers_count > 0, _unknown())
        .order_by(accounts.c.followers_count.desc(), accounts.c.id)
        .limit(bindparam("limit", type_=BigInteger))
    ),
}
_dismiss = insert(dismissed_suggestions, "account_id", "target_id", ignore=True)
_exist = Query(select(accounts.c.id).where(any_of(accounts.c.id, "ids")))


async def suggestions(conn: Connection, viewer_id: int, limit: int) -> list[Suggestion]:
    """Whom the viewer may want to follow, the best reasons first.  May take long: `read(long=True)`."""
    sources: dict[int, list[Source]] = {}
    for source, question in QUESTIONS.items():
        found = await conn.scalars(
            question, viewer=viewer_id, now=ids.now_ms(), limit=min(limit, MAX_SUGGESTIONS)
        )
        for account_id in found:
            sources.setdefault(account_id, []).append(source)
    return [Suggestion(one, tuple(why)) for one, why in list(sources.items())[:limit]]


async def dismiss(conn: Connection, viewer_id: int, account_ids: Iterable[int]) -> None:
    """Never suggest these again; nothing happens for ids that are nobody's."""
    for account_id in await conn.scalars(_exist, ids=list(account_ids)):
        await conn.run(_dismiss, account_id=viewer_id, target_id=account_id)
