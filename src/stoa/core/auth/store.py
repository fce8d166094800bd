"""The only writes to `users`."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import bindparam, update

from stoa import ids
from stoa.core.accounts.model import Role
from stoa.db import Connection, Query, insert
from stoa.db.tables import users

_add = insert(
    users,
    "account_id",
    "email",
    "email_key",
    "password_hash",
    "role",
    "locale",
    "reason",
    "approved",
    "confirmed_at",
    "sign_up_ip",
    "settings",
    "created_at",
    "invited_by_id",
    "app_id",
)


async def add(
    conn: Connection,
    *,
    account_id: int,
    email: str,
    password_hash: str,
    role: Role = "user",
    locale: str = "en",
    reason: str = "",
    approved: bool,
    confirmed: bool,
    sign_up_ip: str = "",
    invited_by_id: int | None = None,
    app_id: int | None = None,
) -> None:
    """Somebody who signs in to *account_id*.  Raises UniqueViolation when the e-mail is taken."""
    now = ids.now_ms()
    await conn.run(
        _add,
        account_id=account_id,
        email=email,
        email_key=email.strip().lower(),
        password_hash=password_hash,
        role=role,
        locale=locale,
        reason=reason,
        approved=approved,
        confirmed_at=now if confirmed else None,
        sign_up_ip=sign_up_ip,
        settings={},
        created_at=now,
        invited_by_id=invited_by_id,
        app_id=app_id,
    )


@cache
def _set(names: tuple[str, ...]) -> Query:
    values = {name: bindparam(f"new_{name}", type_=users.c[name].type) for name in names}
    return Query(update(users).where(users.c.account_id == bindparam("user_id")).values(values))


async def change(conn: Connection, account_id: int, **columns: Any) -> None:
    """Set *columns* of a user."""
    names = tuple(sorted(columns))
    await conn.run(_set(names), user_id=account_id, **{f"new_{name}": columns[name] for name in names})
