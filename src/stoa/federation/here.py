"""Those who live here, as other servers ask for them: by the number or by the name in an id."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Text, and_, bindparam, exists, or_, select

from stoa.core.accounts.model import AccountView
from stoa.db import Connection, Query, Row
from stoa.db.tables import accounts, blocks, users
from stoa.db.tables.base import Id

_outsider = (
    exists()
    .where(
        users.c.account_id == accounts.c.id,
        or_(users.c.approved.is_(False), users.c.confirmed_at.is_(None)),
    )
    .correlate(accounts)
)


def _one(condition: ColumnElement[bool]) -> Query:
    return Query(
        select(
            accounts.c.id,
            accounts.c.username,
            accounts.c.uri,
            accounts.c.version,
            accounts.c.suspended_at,
            accounts.c.hide_collections,
            accounts.c.statuses_count,
            accounts.c.followers_count,
            accounts.c.following_count,
        ).where(accounts.c.domain == "", accounts.c.deleted_at.is_(None), condition, ~_outsider)
    )


_by_id = _one(accounts.c.id == bindparam("id", type_=Id))
_by_name = _one(accounts.c.username_key == bindparam("name", type_=Text))
_blocks = Query(
    select(
        exists().where(
            and_(
                blocks.c.account_id == bindparam("account", type_=Id),
                blocks.c.target_id == bindparam("asking", type_=Id),
            )
        )
    )
)
_moved = accounts.alias("moved")
_around = Query(
    select(accounts.c.also_known_as, _moved.c.uri.label("moved_to"))
    .select_from(accounts.outerjoin(_moved, _moved.c.id == accounts.c.moved_to_id))
    .where(accounts.c.id == bindparam("id", type_=Id))
)

MOST = 2**63 - 1


async def by_id(conn: Connection, number: str) -> Row | None:
    """The account with the id *number*: id, username, uri, version, suspended_at, hide_collections
    and counts; None for one that is not here or has not been let in yet.
    """
    found = as_number(number)
    return None if found is None else await conn.first(_by_id, id=found)


async def by_name(conn: Connection, username: str) -> Row | None:
    """The same for the account called *username*."""
    return await conn.first(_by_name, name=username.lower())


async def is_blocked(conn: Connection, account_id: int, asking: int | None) -> bool:
    """Whether *account_id* blocks who asks."""
    if asking is None:
        return False
    return bool(await conn.scalar(_blocks, account=account_id, asking=asking))


async def other_selves(conn: Connection, account: AccountView) -> tuple[tuple[str, ...], str | None]:
    """The ids of actors that *account* also is, and of the one it has moved to."""
    row = await conn.first(_around, id=account.id)
    return ((), None) if row is None else (tuple(row.also_known_as), row.moved_to)


def as_number(text: str) -> int | None:
    """The id that *text* writes, if it is one."""
    if not (text.isascii() and text.isdigit() and len(text) <= 19):
        return None
    number = int(text)
    return number if number <= MOST else None
