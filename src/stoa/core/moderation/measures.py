"""How much there was of something, day by day: what the people who look after this server watch.

Each is computed from what is stored, in two questions at most, whatever the span.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Text, and_, bindparam, distinct, func, literal_column, or_, select

from stoa.core.moderation.spans import DAY_IDS, DAY_MS, Span
from stoa.db import Connection, Query
from stoa.db.tables import (
    accounts,
    active_days,
    favourites,
    follows,
    media_attachments,
    reports,
    status_tags,
    statuses,
    users,
)
from stoa.db.tables.base import Id


class Measured(msgspec.Struct, frozen=True):
    """*total* of the span (of all times, where *previous* is None), and how much on each of its days."""

    total: int
    previous: int | None
    by_day: list[tuple[int, int]]


_since, _until = bindparam("since", type_=Id), bindparam("until", type_=Id)
_tag = status_tags.c.tag_id == bindparam("tag_id", type_=Id)

# In words that SQLite can match with the index of those who live elsewhere.
AT_DOMAIN = and_(
    accounts.c.domain == bindparam("domain", type_=Text), literal_column("accounts.domain <> ''")
)

_statuses_of = statuses.join(accounts, accounts.c.id == statuses.c.account_id)
# What nobody but those it is for may read does not count for a hashtag.
_tagged = and_(
    _tag,
    status_tags.c.status_id >= _since,
    status_tags.c.status_id < _until,
    or_(statuses.c.visibility == "public", statuses.c.visibility == "unlisted"),
)
_tagged_from = status_tags.join(statuses, statuses.c.id == status_tags.c.status_id)


class _Kind:
    """How something is counted: *moment* (in *unit* of a day) says when, *value* how much.

    *in_span*: the total is that of the span, else that of all times.  *apart*: days must not be added
    up, since the same may come again on another one.
    """

    def __init__(
        self, source: Any, moment: Any, unit: int, *where: Any,
        value: Any = None, in_span: bool = True, apart: bool = False, about: str = "",
    ) -> None:  # fmt: skip
        value = func.count() if value is None else value
        # As text in the statement: PostgreSQL would not see that two parameters are the same number.
        day = moment.op("/")(literal_column(str(unit), BigInteger)).label("day")
        inside = (moment >= _since, moment < _until)
        plain = select(func.coalesce(value, 0)).select_from(source).where(*where)
        self.unit = unit
        self.in_span = in_span
        self.apart = apart
        self.about = about
        self.daily = Query(
            select(day, value.label("value")).select_from(source).where(*where, *inside).group_by(day)
        )
        self.total = Query(plain.where(*inside) if in_span else plain)


def _of_domain(source: Any, moment: Any, unit: int, *where: Any, value: Any = None) -> _Kind:
    return _Kind(source, moment, unit, AT_DOMAIN, *where, value=value, in_span=False, about="domain")


def _of_tag(source: Any, value: Any = None) -> _Kind:
    return _Kind(
        source, status_tags.c.status_id, DAY_IDS, _tagged, value=value, apart=value is not None,
        about="id",
    )  # fmt: skip


_favourited = favourites.join(
    accounts, and_(accounts.c.id == favourites.c.account_id, accounts.c.domain == "")
)
# Boosts and answers, but not the thread that somebody goes on with alone.
_answered = and_(
    statuses.c.local,
    or_(
        statuses.c.reblog_of_id.is_not(None),
        and_(
            statuses.c.in_reply_to_id.is_not(None),
            or_(
                statuses.c.in_reply_to_account_id.is_(None),
                statuses.c.in_reply_to_account_id != statuses.c.account_id,
            ),
        ),
    ),
)

KINDS: Mapping[str, tuple[_Kind, ...]] = {
    "active_users": (
        _Kind(
            active_days, active_days.c.day, 1,
            value=func.count(distinct(active_days.c.account_id)), apart=True,
        ),
    ),
    "new_users": (_Kind(users, users.c.created_at, DAY_MS),),
    "interactions": (
        _Kind(_favourited, favourites.c.id, DAY_IDS),
        _Kind(statuses, statuses.c.id, DAY_IDS, _answered),
    ),
    "opened_reports": (_Kind(reports, reports.c.created_at, DAY_MS),),
    "resolved_reports": (_Kind(reports, reports.c.action_taken_at, DAY_MS),),
    "tag_accounts": (_of_tag(_tagged_from, func.count(distinct(statuses.c.account_id))),),
    "tag_uses": (_of_tag(_tagged_from),),
    "tag_servers": (
        _of_tag(
            _tagged_from.join(accounts, accounts.c.id == statuses.c.account_id),
            func.count(distinct(accounts.c.domain)),
        ),
    ),
    "instance_accounts": (_of_domain(accounts, accounts.c.id, DAY_IDS),),
    "instance_media_attachments": (
        _of_domain(
            media_attachments.join(accounts, accounts.c.id == media_attachments.c.account_id),
            media_attachments.c.id, DAY_IDS, media_attachments.c.key.is_not(None),
            value=func.sum(media_attachments.c.bytes),
        ),
    ),
    "instance_reports": (
        _of_domain(
            reports.join(accounts, accounts.c.id == reports.c.target_id), reports.c.created_at, DAY_MS
        ),
    ),
    "instance_statuses": (_of_domain(_statuses_of, statuses.c.id, DAY_IDS),),
    # Whom people here follow there are its "follows"; who follows from there, its "followers".
    "instance_follows": (
        _of_domain(
            follows.join(accounts, accounts.c.id == follows.c.target_id), follows.c.created_at, DAY_MS
        ),
    ),
    "instance_followers": (
        _of_domain(
            follows.join(accounts, accounts.c.id == follows.c.follower_id), follows.c.created_at, DAY_MS
        ),
    ),
}  # fmt: skip

NEEDS: Mapping[str, str] = {key: kinds[0].about for key, kinds in KINDS.items() if kinds[0].about}
"""key → the parameter it needs: `id` of a hashtag, or `domain`."""


async def measure(conn: Connection, key: str, over: Span, *, tag_id: int = 0, domain: str = "") -> Measured:
    """What *key* (one of KINDS) was on the days of *over*.  Reads much: give it a long connection."""
    needs = NEEDS.get(key)
    given: dict[str, Any] = {"tag_id": tag_id} if needs == "id" else {"domain": domain} if needs else {}
    before = over.before
    total, previous = 0, 0
    found: dict[int, int] = {}
    kinds = KINDS[key]
    for kind in kinds:
        adds_up = kind.in_span and not kind.apart
        first = before.first if adds_up else over.first
        rows = await conn.all(
            kind.daily, since=first * kind.unit, until=(over.last + 1) * kind.unit, **given
        )
        for day, value in rows:
            found[day] = found.get(day, 0) + int(value)
        if kind.apart:
            total, previous = [await _in(conn, kind, span, given) for span in (over, before)]
        elif not kind.in_span:
            total = int(await conn.scalar(kind.total, **given))
    if kinds[0].in_span and not kinds[0].apart:
        total = sum(found.get(day, 0) for day in over.days)
        previous = sum(found.get(day, 0) for day in before.days)
    by_day = [(day, found.get(day, 0)) for day in over.days]
    return Measured(total, previous if kinds[0].in_span else None, by_day)


async def _in(conn: Connection, kind: _Kind, span: Span, given: dict[str, Any]) -> int:
    bounds = {"since": span.first * kind.unit, "until": (span.last + 1) * kind.unit}
    return int(await conn.scalar(kind.total, **bounds, **given))
