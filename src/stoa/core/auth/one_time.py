"""Links in letters: tokens that work once, for one purpose, for a short time."""

from __future__ import annotations

import secrets
from typing import Literal

from sqlalchemy import bindparam, delete, select

from stoa import ids
from stoa.core.auth.tokens import hashed
from stoa.db import Connection, Query, Row, insert
from stoa.db.tables import one_time_tokens

Purpose = Literal["confirm_email", "reset_password", "appeal", "change_email"]

LIFE_MS: dict[Purpose, int] = {
    "confirm_email": 3 * 24 * 3600 * 1000,
    "reset_password": 2 * 3600 * 1000,
    "change_email": 3 * 24 * 3600 * 1000,
    "appeal": 20 * 24 * 3600 * 1000,
}

_add = insert(one_time_tokens, "token_hash", "account_id", "purpose", "value", "expires_at")
_take = Query(
    delete(one_time_tokens)
    .where(
        one_time_tokens.c.token_hash == bindparam("token_hash"),
        one_time_tokens.c.purpose == bindparam("purpose"),
        one_time_tokens.c.expires_at > bindparam("now"),
    )
    .returning(one_time_tokens.c.account_id, one_time_tokens.c.value)
)
_find = Query(
    select(one_time_tokens.c.account_id, one_time_tokens.c.value).where(
        one_time_tokens.c.token_hash == bindparam("token_hash"),
        one_time_tokens.c.purpose == bindparam("purpose"),
        one_time_tokens.c.expires_at > bindparam("now"),
    )
)
_void = Query(
    delete(one_time_tokens).where(
        one_time_tokens.c.account_id == bindparam("account_id"),
        one_time_tokens.c.purpose == bindparam("purpose"),
    )
)
_void_stale = Query(delete(one_time_tokens).where(one_time_tokens.c.expires_at <= bindparam("now")))


async def issue(conn: Connection, account_id: int, purpose: Purpose, value: str = "") -> str:
    """A token for a link; *value* comes back with it (the address to confirm)."""
    now = ids.now_ms()
    await conn.run(_void_stale, now=now)
    token = secrets.token_urlsafe(32)
    await conn.run(
        _add,
        token_hash=hashed(token),
        account_id=account_id,
        purpose=purpose,
        value=value,
        expires_at=now + LIFE_MS[purpose],
    )
    return token


async def take(conn: Connection, token: str, purpose: Purpose) -> Row | None:
    """(account_id, value) of a token that holds, which thereby ends; else None."""
    return await conn.first(_take, token_hash=hashed(token), purpose=purpose, now=ids.now_ms())


async def find(conn: Connection, token: str, purpose: Purpose) -> Row | None:
    """The same of one that holds, and goes on to."""
    return await conn.first(_find, token_hash=hashed(token), purpose=purpose, now=ids.now_ms())


async def void(conn: Connection, account_id: int, purpose: Purpose) -> None:
    """All tokens of *account_id* for *purpose* are worth nothing any more."""
    await conn.run(_void, account_id=account_id, purpose=purpose)
