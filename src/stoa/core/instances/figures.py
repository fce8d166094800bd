"""What this server says of itself: how many live here, who answers for it, whom it has met."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import BigInteger, and_, bindparam, func, literal_column, or_, select

from stoa.db import Connection, Query
from stoa.db.tables import access_tokens, accounts, active_days, sessions, statuses, users

DAY_MS = 86_400_000
WEEK_MS = 7 * DAY_MS
ACTIVE_MS = 28 * DAY_MS
HALF_YEAR_MS = 180 * DAY_MS
WEEKS = 12


class Figures(NamedTuple):
    """Members, their posts, other servers known, members who came by in four weeks."""

    members: int
    posts: int
    domains: int
    active: int


class Week(NamedTuple):
    """A week from its first moment (unix seconds): posts, members who came by, members who joined."""

    start: int
    posts: int
    active: int
    joined: int


_since = bindparam("since", type_=BigInteger)
_until = bindparam("until", type_=BigInteger)
_is_member = and_(users.c.approved, users.c.confirmed_at.is_not(None))
_day = literal_column(str(DAY_MS), BigInteger)
_came_by = or_(
    users.c.account_id.in_(
        select(active_days.c.account_id).where(
            active_days.c.day >= _since.op("/")(_day), active_days.c.day < _until.op("/")(_day)
        )
    ),
    and_(users.c.last_active_at >= _since, users.c.last_active_at < _until),
    users.c.account_id.in_(
        select(access_tokens.c.account_id).where(
            access_tokens.c.account_id.is_not(None),
            access_tokens.c.last_used_at >= _since,
            access_tokens.c.last_used_at < _until,
        )
    ),
    users.c.account_id.in_(
        select(sessions.c.account_id).where(
            sessions.c.last_used_at >= _since, sessions.c.last_used_at < _until
        )
    ),
)
_posted = and_(statuses.c.local, statuses.c.id >= _since * 65536, statuses.c.id < _until * 65536)
_figures = Query(
    select(
        select(func.count()).select_from(users).where(_is_member).scalar_subquery(),
        select(func.coalesce(func.sum(accounts.c.statuses_count), 0))
        .select_from(accounts.join(users, users.c.account_id == accounts.c.id))
        .scalar_subquery(),
        select(func.count(accounts.c.domain.distinct())).where(accounts.c.domain != "").scalar_subquery(),
        select(func.count()).select_from(users).where(_came_by).scalar_subquery(),
    )
)
_active = Query(select(func.count()).select_from(users).where(_came_by))
_week = Query(
    select(
        select(func.count()).select_from(statuses).where(_posted).scalar_subquery(),
        # Somebody who posted was here, whatever they came with.
        select(func.count())
        .select_from(users)
        .where(or_(_came_by, users.c.account_id.in_(select(statuses.c.account_id).where(_posted))))
        .scalar_subquery(),
        select(func.count())
        .select_from(users)
        .where(_is_member, users.c.created_at >= _since, users.c.created_at < _until)
        .scalar_subquery(),
    )
)
_contact = Query(
    select(users.c.account_id)
    .where(users.c.role == "owner", users.c.disabled_at.is_(None))
    .order_by(users.c.created_at, users.c.account_id)
)
_peers = Query(select(accounts.c.domain).where(accounts.c.domain != "").distinct())


async def figures(conn: Connection, now: int) -> Figures:
    """The figures at *now* (unix milliseconds).  Reads whole tables: give it a long connection."""
    row = await conn.first(_figures, since=now - ACTIVE_MS, until=now + DAY_MS)
    assert row is not None
    return Figures(*(int(value) for value in row))


async def active(conn: Connection, now: int, within: int) -> int:
    """How many members came by in the last *within* milliseconds before *now* (unix milliseconds)."""
    found: int = await conn.scalar(_active, since=now - within, until=now + DAY_MS)
    return found


async def activity(conn: Connection, now: int) -> list[Week]:
    """The last twelve weeks (Mondays, UTC), this one first."""
    # 1970 began on a Thursday.
    monday = (now - 4 * DAY_MS) // WEEK_MS * WEEK_MS + 4 * DAY_MS
    found = []
    for back in range(WEEKS):
        start = monday - back * WEEK_MS
        row = await conn.first(_week, since=start, until=start + WEEK_MS)
        assert row is not None
        found.append(Week(start // 1000, *(int(value) for value in row)))
    return found


async def contact_id(conn: Connection) -> int | None:
    """The account of the first owner: whom to turn to."""
    found: int | None = await conn.scalar(_contact)
    return found


async def peers(conn: Connection) -> list[str]:
    """The names of the servers somebody here knows an account of, in order."""
    return sorted(await conn.scalars(_peers))
