"""What a page says of the server itself: rules, staff, how many live here."""

from __future__ import annotations

from sqlalchemy import BigInteger, cast, func, select

from stoa.core.accounts import views as account_views
from stoa.core.accounts.model import AccountView
from stoa.core.instances.rules import Rule, list_rules
from stoa.db import Connection, Query, Row
from stoa.db.tables import accounts, users
from stoa.locales import speaking

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
        select(func.coalesce(cast(func.sum(accounts.c.statuses_count), BigInteger), 0))
        .where(accounts.c.domain == "")
        .scalar_subquery()
        .label("posts"),
    )
)


async def rules(conn: Connection) -> list[Rule]:
    """The rules in their order, in the language that is spoken where somebody has translated them."""
    return [one.said_in(speaking.language()) for one in await list_rules(conn)]


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
