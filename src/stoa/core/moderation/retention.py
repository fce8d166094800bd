"""Of those who joined in a day or a month, how many still came by later.

Still here at some time is who was seen then or at any time after.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

import msgspec
from sqlalchemy import BigInteger, bindparam, func, literal_column, select

from stoa.core.moderation.spans import DAY_MS, Span, month_of, next_month
from stoa.db import Connection, Query
from stoa.db.query import DialectName
from stoa.db.tables import access_tokens, active_days, sessions, users
from stoa.db.tables.base import Id

Frequency = Literal["day", "month"]
MOST: Mapping[Frequency, int] = {"day": 92, "month": 5 * 366}
"""How many days may be asked for: a table has half as many fields as its periods squared."""


class Kept(msgspec.Struct, frozen=True):
    """In the period that begins with *day*: how many were still here, and what part that is of all."""

    day: int
    value: int
    rate: float


class Cohort(msgspec.Struct, frozen=True):
    """Those who joined in the period that begins with *day*."""

    day: int
    kept: list[Kept]


def _joined(dialect: DialectName) -> Any:
    """(joined, last, people): how many joined on a day and were seen last on another (0: never)."""
    day = literal_column(str(DAY_MS), BigInteger)
    largest = func.max if dialect == "sqlite" else func.greatest

    def newest(column: Any, table: Any) -> Any:
        asked = select(func.max(column)).select_from(table).where(table.c.account_id == users.c.account_id)
        return func.coalesce(asked.scalar_subquery(), 0)

    last = largest(
        func.coalesce(users.c.last_active_at, 0).op("/")(day),
        newest(access_tokens.c.last_used_at, access_tokens).op("/")(day),
        newest(sessions.c.last_used_at, sessions).op("/")(day),
        newest(active_days.c.day, active_days),
    )
    each = (
        select(users.c.created_at.op("/")(day).label("joined"), last.label("last"))
        .where(
            users.c.created_at >= bindparam("since", type_=Id),
            users.c.created_at < bindparam("until", type_=Id),
        )
        .subquery()
    )
    return select(each.c.joined, each.c.last, func.count().label("people")).group_by(
        each.c.joined, each.c.last
    )


_joined_query = Query(_joined)


async def cohorts(conn: Connection, over: Span, frequency: Frequency) -> list[Cohort]:
    """One for each period of *over*, with every period from its own on.  One question."""
    begin: Callable[[int], int] = month_of if frequency == "month" else int
    step: Callable[[int], int] = next_month if frequency == "month" else lambda day: day + 1
    periods = [begin(over.first)]
    while (following := step(periods[-1])) <= over.last:
        periods.append(following)
    rows = await conn.all(_joined_query, since=periods[0] * DAY_MS, until=step(periods[-1]) * DAY_MS)
    seen: dict[int, dict[int, int]] = {}  # joined in → seen last in → how many
    for row in rows:
        of_period = seen.setdefault(begin(row.joined), {})
        last = begin(max(int(row.last), 0))
        of_period[last] = of_period.get(last, 0) + row.people
    return [_cohort(period, periods[index:], seen.get(period, {})) for index, period in enumerate(periods)]


def _cohort(period: int, periods: list[int], seen: dict[int, int]) -> Cohort:
    people = max(1, sum(seen.values()))
    kept = []
    for later in periods:
        still = sum(count for last, count in seen.items() if last >= later)
        kept.append(Kept(later, still, still / people))
    return Cohort(period, kept)
