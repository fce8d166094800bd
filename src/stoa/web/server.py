"""What a page says of the server itself: rules, staff, how many live here."""

from __future__ import annotations

from sqlalchemy import func, select

from stoa.core.accounts import views as account_views
from stoa.core.accounts.model import AccountView
from stoa.db import Connection, Query, Row
from stoa.db.tables import accounts, users
from stoa.db.tables import rules as rules_table

_rules = Query(
    select(rules_table.c.text, rules_table.c.hint).order_by(rules_table.c.position, rules_table.c.id)
)
_staff = Query(
    select(users.c.account_id)
    .where(users.c.role != "user", users.c.disabled_at.is_(None))
    .order_by(users.c.created_at)
    .limit(50)
)
_size = Query(
    select(
        select(func.count())
        .select_from(users)
        .where(users.c.approved, users.c.confirmed_at.is_not(None))
        .scalar_subquery()
        .label("members"),
        select(func.coalesce(func.sum(accounts.c.statuses_count), 0))
        .where(accounts.c.domain == "")
        .scalar_subquery()
        .label("posts"),
    )
)


async def rules(conn: Connection) -> list[Row]:
    """(text, hint) of each rule, in order."""
    return await conn.all(_rules)


async def staff(conn: Connection) -> list[AccountView]:
    """Owners, administrators and moderators, longest here first."""
    account_ids = await conn.scalars(_staff)
    found = await account_views.load(conn, account_ids)
    return [found[one] for one in account_ids if one in found]


async def size(conn: Connection) -> Row:
    """(members, posts) of this server."""
    row = await conn.first(_size)
    assert row is not None
    return row
