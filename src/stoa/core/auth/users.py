"""Finding those who sign in here.  Reads only."""

from __future__ import annotations

from sqlalchemy import Select, bindparam, exists, select

from stoa.core.auth.model import User, preferences_of
from stoa.core.errors import NotFound
from stoa.db import Connection, Query, Row
from stoa.db.tables import accounts, users

_users: Select[tuple[object, ...]] = select(
    users.c.account_id,
    accounts.c.username,
    users.c.email,
    users.c.role,
    users.c.locale,
    accounts.c.locked,
    users.c.settings,
    users.c.approved,
    users.c.confirmed_at,
    users.c.disabled_at,
    accounts.c.suspended_at,
    users.c.password_hash,
    users.c.failed_sign_ins,
    users.c.locked_until,
    users.c.created_at,
).select_from(users.join(accounts, accounts.c.id == users.c.account_id))
_by_email = Query(_users.where(users.c.email_key == bindparam("email_key")))
_by_id = Query(_users.where(users.c.account_id == bindparam("account_id")))
_by_name = Query(
    _users.where(accounts.c.username_key == bindparam("username_key"), accounts.c.domain == "")
)
_anybody = Query(select(exists(select(users.c.account_id))))
_all = Query(_users.order_by(users.c.account_id))


async def find_by_email(conn: Connection, email: str) -> User | None:
    """Who signs in with *email*, in whatever case it is written."""
    row = await conn.first(_by_email, email_key=email.strip().lower())
    return None if row is None else _user(row)


async def find_by_username(conn: Connection, username: str) -> User | None:
    """Who is called *username* here, in whatever case."""
    row = await conn.first(_by_name, username_key=username.strip().removeprefix("@").lower())
    return None if row is None else _user(row)


async def any_there(conn: Connection) -> bool:
    """Whether anybody lives here."""
    return bool(await conn.scalar(_anybody))


async def get(conn: Connection, account_id: int) -> User:
    """The user of a local account.  Raises NotFound."""
    row = await conn.first(_by_id, account_id=account_id)
    if row is None:
        raise NotFound
    return _user(row)


async def list_all(conn: Connection) -> list[User]:
    """Everybody who has an account here, oldest first."""
    return [_user(row) for row in await conn.all(_all)]


def _user(row: Row) -> User:
    values = row._asdict()
    preferences = preferences_of(values.pop("settings"))
    return User(**values, preferences=preferences)
