"""Bearer tokens: made, found, revoked.  Only their SHA-256 is kept."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable

import msgspec
from sqlalchemy import bindparam, delete, select, update

from stoa import ids
from stoa.core.accounts.model import Role
from stoa.core.auth import presence
from stoa.db import Connection, Query, any_of, insert
from stoa.db.tables import access_tokens, accounts, users


class Token(msgspec.Struct, frozen=True):
    """Who a token speaks for.  *account_id* is None for an app on its own."""

    id: int
    app_id: int | None
    account_id: int | None
    scopes: str
    last_used_at: int | None
    created_at: int
    confirmed: bool
    approved: bool
    disabled: bool
    role: Role

    @property
    def may_act(self) -> bool:
        """Whether the account may do anything yet, or still."""
        return self.confirmed and self.approved and not self.disabled


_find = Query(
    select(
        access_tokens.c.id,
        access_tokens.c.app_id,
        access_tokens.c.account_id,
        access_tokens.c.scopes,
        access_tokens.c.last_used_at,
        access_tokens.c.created_at,
        users.c.confirmed_at.is_not(None).label("confirmed"),
        users.c.approved,
        users.c.disabled_at,
        accounts.c.suspended_at,
        users.c.role,
    )
    .select_from(
        access_tokens.outerjoin(users, users.c.account_id == access_tokens.c.account_id).outerjoin(
            accounts, accounts.c.id == access_tokens.c.account_id
        )
    )
    .where(access_tokens.c.token_hash == bindparam("token_hash"))
)
_still_open = Query(
    select(access_tokens.c.id)
    .select_from(
        access_tokens.join(users, users.c.account_id == access_tokens.c.account_id).join(
            accounts, accounts.c.id == access_tokens.c.account_id
        )
    )
    .where(
        any_of(access_tokens.c.id, "ids"),
        users.c.confirmed_at.is_not(None),
        users.c.approved,
        users.c.disabled_at.is_(None),
        accounts.c.suspended_at.is_(None),
    )
)
_add = insert(access_tokens, "id", "token_hash", "app_id", "account_id", "scopes", "created_at")
_revoke = Query(delete(access_tokens).where(access_tokens.c.token_hash == bindparam("token_hash")))
_revoke_by_id = Query(delete(access_tokens).where(access_tokens.c.id == bindparam("token_id")))
_used = Query(
    update(access_tokens)
    .where(access_tokens.c.id == bindparam("token_id"))
    .values(last_used_at=bindparam("now"))
)


def hashed(token: str) -> str:
    """What is stored in a token's place."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


async def find(conn: Connection, token: str) -> Token | None:
    """The token, if it is one of ours and not revoked."""
    row = await conn.first(_find, token_hash=hashed(token))
    if row is None:
        return None
    person = row.account_id is not None
    return Token(
        id=row.id,
        app_id=row.app_id,
        account_id=row.account_id,
        scopes=row.scopes,
        last_used_at=row.last_used_at,
        created_at=row.created_at,
        confirmed=bool(row.confirmed) or not person,
        approved=bool(row.approved) or not person,
        disabled=person and (row.disabled_at is not None or row.suspended_at is not None),
        role=row.role or "user",
    )


async def still_open(conn: Connection, token_ids: Iterable[int]) -> set[int]:
    """Those of *token_ids* with which somebody may act: neither revoked nor the person kept out since."""
    return set(await conn.scalars(_still_open, ids=list(token_ids)))


async def create(
    conn: Connection,
    *,
    scopes: str,
    app_id: int | None = None,
    account_id: int | None = None,
    token_id: int | None = None,
) -> str:
    """A new bearer token; it is shown this once."""
    token = secrets.token_urlsafe(32)
    await conn.run(
        _add,
        id=ids.new_id() if token_id is None else token_id,
        token_hash=hashed(token),
        app_id=app_id,
        account_id=account_id,
        scopes=scopes,
        created_at=ids.now_ms(),
    )
    return token


async def revoke(conn: Connection, token: str) -> None:
    """The token no longer opens anything; unknown ones are no error (RFC 7009, section 2.2)."""
    await conn.run(_revoke, token_hash=hashed(token))


async def revoke_by_id(conn: Connection, token_id: int) -> None:
    """The same, for a token whose text nobody here knows."""
    await conn.run(_revoke_by_id, token_id=token_id)


def is_due(token: Token, now: int) -> bool:
    """Whether *token* was not used yet today (UTC)."""
    return token.last_used_at is None or not presence.same_day(token.last_used_at, now)


async def mark_used(conn: Connection, token: Token, now: int) -> None:
    """Remember that the token is in use, for its owner's list of apps, and that its owner is here."""
    await conn.run(_used, token_id=token.id, now=now)
    if token.account_id is not None and token.may_act:
        await presence.came_by(conn, token.account_id, now)
