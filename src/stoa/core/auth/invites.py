"""Invitations: a code lets somebody join where it takes one."""

from __future__ import annotations

import secrets

from sqlalchemy import bindparam, or_, select, update

from stoa import ids
from stoa.db import Connection, Query, insert
from stoa.db.tables import invites

_add = insert(invites, "code", "account_id", "max_uses", "expires_at", "created_at")
_use = Query(
    update(invites)
    .where(
        invites.c.code == bindparam("invite_code"),
        or_(invites.c.max_uses.is_(None), invites.c.uses < invites.c.max_uses),
        or_(invites.c.expires_at.is_(None), invites.c.expires_at > bindparam("now")),
    )
    .values(uses=invites.c.uses + 1)
)
_inviter = Query(select(invites.c.account_id).where(invites.c.code == bindparam("invite_code")))


async def create(
    conn: Connection,
    *,
    account_id: int | None = None,
    max_uses: int | None = 1,
    expires_at: int | None = None,
) -> str:
    """A new code for *max_uses* people (None: any number) until *expires_at* (unix milliseconds)."""
    code = secrets.token_urlsafe(12)
    await conn.run(
        _add,
        code=code,
        account_id=account_id,
        max_uses=max_uses,
        expires_at=expires_at,
        created_at=ids.now_ms(),
    )
    return code


async def use(conn: Connection, code: str) -> bool:
    """Use *code* up by one; whether it was good."""
    return await conn.run(_use, invite_code=code, now=ids.now_ms()) == 1


async def inviter(conn: Connection, code: str) -> int | None:
    """Who gave *code* away; None where the house did."""
    found: int | None = await conn.scalar(_inviter, invite_code=code)
    return found
