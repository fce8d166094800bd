"""Giving somebody another role.  There is always an owner who can sign in."""

from __future__ import annotations

from sqlalchemy import bindparam, func, select

from stoa.core.accounts import store as accounts_store
from stoa.core.accounts.model import Role
from stoa.core.auth import store, users
from stoa.core.errors import Forbidden
from stoa.db import Connection, Query
from stoa.db.tables import accounts
from stoa.db.tables import users as users_table
from stoa.db.tables.base import Id

_other_owners = Query(
    select(func.count())
    .select_from(users_table.join(accounts, accounts.c.id == users_table.c.account_id))
    .where(
        users_table.c.role == "owner",
        users_table.c.disabled_at.is_(None),
        accounts.c.suspended_at.is_(None),
        users_table.c.account_id != bindparam("account", type_=Id),
    )
)


async def is_last_owner(conn: Connection, account_id: int) -> bool:
    """Whether nobody but *account_id* owns the house."""
    user = await users.get(conn, account_id)
    return user.role == "owner" and not await conn.scalar(_other_owners, account=account_id)


async def change(conn: Connection, account_id: int, role: Role) -> None:
    """From now on they may do what *role* may.  Raises NotFound; Forbidden for the last owner."""
    if role != "owner" and await is_last_owner(conn, account_id):
        raise Forbidden("They are the only owner of this server: make somebody else one first.")
    await store.change(conn, account_id, role=role)
    await accounts_store.change(conn, account_id)  # roles are shown with the account
