"""How much something is used in public posts, day by day: a hashtag, a link."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import bindparam, func, literal_column, select

from stoa import ids
from stoa.db import Connection, Query, Row, any_of
from stoa.db.tables import accounts, statuses
from stoa.db.tables.base import Id

HISTORY_DAYS = 7
DAY_MS = 86_400_000


class Day(msgspec.Struct, frozen=True):
    """How often it was used in public on the day that began at *day* (unix seconds, UTC)."""

    day: int
    uses: int
    accounts: int


def of_days(of_status: Any, subject: Any) -> Query:
    """The question about the column *subject* in the table *of_status*, which has a `status_id`."""
    return Query(
        select(
            subject.label("subject_id"),
            (statuses.c.created_at // literal_column(str(DAY_MS))).label("day"),
            func.count().label("uses"),
            func.count(statuses.c.account_id.distinct()).label("people"),
        )
        .select_from(
            of_status.join(statuses, statuses.c.id == of_status.c.status_id).join(
                accounts, accounts.c.id == statuses.c.account_id
            )
        )
        .where(
            any_of(subject, "ids"),
            of_status.c.status_id >= bindparam("since", type_=Id),
            statuses.c.visibility == "public",
            accounts.c.suspended_at.is_(None),
        )
        .group_by(subject, literal_column("day"))
    )


async def histories(
    conn: Connection, question: Query, subject_ids: Iterable[int]
) -> dict[int, tuple[Day, ...]]:
    """id → its last HISTORY_DAYS, today first; one query."""
    wanted = list(subject_ids)
    today = ids.now_ms() // DAY_MS
    first = today - HISTORY_DAYS + 1
    rows = await conn.all(question, ids=wanted, since=first * DAY_MS << 16)
    used: dict[tuple[int, int], Row] = {(row.subject_id, row.day): row for row in rows}
    days = range(today, first - 1, -1)
    return {one: tuple(_day(used.get((one, day)), day) for day in days) for one in wanted}


def unused() -> tuple[Day, ...]:
    """The days of what nobody has used."""
    today = ids.now_ms() // DAY_MS
    return tuple(_day(None, today - ago) for ago in range(HISTORY_DAYS))


def _day(row: Row | None, day: int) -> Day:
    return Day(day * DAY_MS // 1000, row.uses if row else 0, row.people if row else 0)
