"""What rises just now, counted from what is stored.  Reads only: so many posts at most, and what was
written in the week before with the few hashtags and links that may be a trend.

Days are the last 24 hours and the ones before, not those of the calendar: nothing changes at midnight.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, bindparam, desc, func, literal_column, select, union

from stoa.core.trends.eligible import is_open, wants_to_be_found
from stoa.core.trends.model import DAY_MS, PEOPLE, Trend, faded, rise
from stoa.db import Connection, Query, any_of
from stoa.db.tables import accounts, favourites, status_cards, status_tags, statuses
from stoa.db.tables.base import Id

LOOKED_AT = 20_000
"""So many of the newest posts are looked at."""
CANDIDATES = 100
USUAL_DAYS = 6  # before today, from which is known what is usual
STATUS_DAYS = 2

_SINCE: Any = bindparam("since", type_=Id)
_UNTIL: Any = bindparam("until", type_=Id)
_recent = (
    select(statuses.c.id, statuses.c.account_id, statuses.c.language)
    .where(is_open(statuses), wants_to_be_found(statuses), statuses.c.id >= _SINCE)
    .order_by(statuses.c.id.desc())
    .limit(literal_column(str(LOOKED_AT)))
    .subquery("recent")
)


class _Uses(NamedTuple):
    """The questions about what posts use: hashtags, or links."""

    lately: Query  # (subject_id, people) since then
    languages: Query  # (subject_id, language, uses)
    usual: Query  # (subject_id, day, people)


def _uses(of_status: Any, subject: Any) -> _Uses:
    """Of the column *subject* in the table *of_status*, which has a `status_id`."""
    people = func.count(_recent.c.account_id.distinct())
    lately = _recent.join(of_status, of_status.c.status_id == _recent.c.id)
    before = (
        select(subject.label("subject_id"), of_status.c.status_id)
        .where(
            any_of(subject, "ids"),
            of_status.c.status_id >= _SINCE,
            of_status.c.status_id < _UNTIL,
        )
        # No limit here: what it left out would seem unusual.
        .subquery("before")
    )
    day = (statuses.c.created_at - bindparam("start", type_=BigInteger)) // literal_column(str(DAY_MS))
    return _Uses(
        Query(
            select(subject.label("subject_id"), people.label("people"))
            .select_from(lately)
            .group_by(subject)
            .having(people >= PEOPLE)
            .order_by(desc("people"))
            .limit(literal_column(str(CANDIDATES)))
        ),
        Query(
            select(subject.label("subject_id"), _recent.c.language, func.count().label("uses"))
            .select_from(lately)
            .where(any_of(subject, "ids"))
            .group_by(subject, _recent.c.language)
        ),
        Query(
            select(
                before.c.subject_id,
                day.label("day"),
                func.count(statuses.c.account_id.distinct()).label("people"),
            )
            .select_from(
                before.join(statuses, statuses.c.id == before.c.status_id).join(
                    accounts, accounts.c.id == statuses.c.account_id
                )
            )
            .where(statuses.c.visibility == "public", accounts.c.suspended_at.is_(None))
            .group_by(before.c.subject_id, literal_column("day"))
        ),
    )


_tags = _uses(status_tags, status_tags.c.tag_id)
_links = _uses(status_cards, status_cards.c.card_id)
_newest = (
    select(
        statuses.c.id,
        statuses.c.account_id,
        statuses.c.language,
        statuses.c.created_at,
        (statuses.c.favourites_count + statuses.c.reblogs_count).label("marks"),
    )
    .where(
        is_open(statuses),
        wants_to_be_found(statuses),
        statuses.c.in_reply_to_account_id.is_(None),
        statuses.c.in_reply_to_id.is_(None),
        statuses.c.id >= _SINCE,
    )
    .order_by(statuses.c.id.desc())
    .limit(literal_column(str(LOOKED_AT)))
    .subquery("newest")
)
_liked_statuses = Query(
    select(_newest)
    .where(_newest.c.marks >= PEOPLE)
    .order_by(_newest.c.marks.desc())
    .limit(literal_column(str(CANDIDATES)))
)


def _who(table: Any, status: Any) -> Any:
    return select(status.label("subject_id"), table.c.account_id).where(any_of(status, "ids"))


_marks = union(_who(favourites, favourites.c.status_id), _who(statuses, statuses.c.reblog_of_id)).subquery(
    "marks"
)
_likers = Query(
    select(_marks.c.subject_id, func.count().label("people"))
    .select_from(_marks.join(accounts, accounts.c.id == _marks.c.account_id))
    .where(accounts.c.suspended_at.is_(None), accounts.c.limited_at.is_(None))
    .group_by(_marks.c.subject_id)
)


async def rising_tags(conn: Connection, now: int) -> list[Trend]:
    """Hashtags that more people used in the last 24 hours than usually do."""
    return await _rising(conn, _tags, now)


async def rising_links(conn: Connection, now: int) -> list[Trend]:
    """Cards of pages that more people linked to in the last 24 hours than usually do."""
    return await _rising(conn, _links, now)


async def _rising(conn: Connection, of: _Uses, now: int) -> list[Trend]:
    since = _id_at(now - DAY_MS)
    used = {row.subject_id: row.people for row in await conn.all(of.lately, since=since)}
    if not used:
        return []
    found = list(used)
    start = now - (USUAL_DAYS + 1) * DAY_MS
    usual = _by_day(await conn.all(of.usual, ids=found, since=_id_at(start), until=since, start=start))
    spoken = languages(await conn.all(of.languages, ids=found, since=since))
    return [Trend(one, rise(used[one], usual.get(one, 0.0)), spoken.get(one)) for one in found]


async def rising_statuses(conn: Connection, now: int) -> list[Trend]:
    """Posts of the last days that many people favoured or boosted; of each author the best."""
    rows = await conn.all(_liked_statuses, since=_id_at(now - STATUS_DAYS * DAY_MS))
    if not rows:
        return []
    people = {row.subject_id: row.people for row in await conn.all(_likers, ids=[row.id for row in rows])}
    of_author: dict[int, Trend] = {}
    for row in rows:
        score = faded(rise(people.get(row.id, 0), 1.0), now - row.created_at)
        known = of_author.get(row.account_id)
        if known is None or score > known.score:
            of_author[row.account_id] = Trend(row.id, score, row.language)
    return list(of_author.values())


def languages(rows: Iterable[Any]) -> dict[int, str]:
    """id → the language of more than half of its uses, from (subject_id, language, uses)."""
    total: dict[int, int] = {}
    most: dict[int, tuple[int, str]] = {}
    for row in rows:
        total[row.subject_id] = total.get(row.subject_id, 0) + row.uses
        if row.language is not None and row.uses > most.get(row.subject_id, (0, ""))[0]:
            most[row.subject_id] = (row.uses, row.language)
    return {one: language for one, (uses, language) in most.items() if uses * 2 > total[one]}


def _by_day(rows: Iterable[Any]) -> dict[int, float]:
    """id → how many people use it in a day, from (subject_id, day, people)."""
    found: dict[int, float] = {}
    for row in rows:
        found[row.subject_id] = found.get(row.subject_id, 0.0) + row.people / USUAL_DAYS
    return found


def _id_at(ms: int) -> int:
    """The smallest id of that time."""
    return ms << 16
