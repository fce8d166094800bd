"""Browser sessions: opened by signing in, listed, ended.  Only the SHA-256 of the cookie is kept."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

import msgspec
from sqlalchemy import bindparam, delete, select, update

from stoa import ids
from stoa.core.accounts.model import Role
from stoa.core.auth import presence
from stoa.core.auth.model import Preferences, preferences_of
from stoa.core.auth.tokens import hashed
from stoa.db import Connection, Query, any_of, insert
from stoa.db.tables import accounts, sessions, users

COOKIE = "stoa_session"
MAX_COOKIE = 100  # characters of its value
UNUSED_MS = 60 * 24 * 3600 * 1000
SEEN_EVERY_MS = 3600 * 1000
MAX_SESSIONS = 50
MAX_USER_AGENT = 300


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A browser in which somebody is signed in.  *key* names the session and opens nothing."""

    key: str
    account_id: int
    username: str
    display_name: str
    role: Role
    locale: str
    preferences: Preferences
    last_used_at: int


class Opened(msgspec.Struct, frozen=True):
    """A session as its owner sees it in a list."""

    key: str
    ip: str
    user_agent: str
    created_at: int
    last_used_at: int


_add = insert(sessions, "token_hash", "account_id", "ip", "user_agent", "created_at", "last_used_at")
_find = Query(
    select(
        sessions.c.token_hash,
        sessions.c.account_id,
        sessions.c.last_used_at,
        accounts.c.username,
        accounts.c.display_name,
        users.c.role,
        users.c.locale,
        users.c.settings,
    )
    .select_from(
        sessions.join(users, users.c.account_id == sessions.c.account_id).join(
            accounts, accounts.c.id == sessions.c.account_id
        )
    )
    .where(
        sessions.c.token_hash == bindparam("token_hash"),
        sessions.c.last_used_at > bindparam("not_before"),
        # Whoever may not act is a visitor, whatever their cookie says.
        users.c.approved.is_(True),
        users.c.confirmed_at.is_not(None),
        users.c.disabled_at.is_(None),
        accounts.c.suspended_at.is_(None),
    )
)
_still_open = Query(
    select(sessions.c.token_hash)
    .select_from(
        sessions.join(users, users.c.account_id == sessions.c.account_id).join(
            accounts, accounts.c.id == sessions.c.account_id
        )
    )
    .where(
        any_of(sessions.c.token_hash, "keys"),
        users.c.approved.is_(True),
        users.c.confirmed_at.is_not(None),
        users.c.disabled_at.is_(None),
        accounts.c.suspended_at.is_(None),
    )
)
_list = Query(
    select(
        sessions.c.token_hash,
        sessions.c.ip,
        sessions.c.user_agent,
        sessions.c.created_at,
        sessions.c.last_used_at,
    )
    .where(sessions.c.account_id == bindparam("account_id"))
    .order_by(sessions.c.last_used_at.desc(), sessions.c.token_hash)
)
_seen = Query(
    update(sessions).where(sessions.c.token_hash == bindparam("key")).values(last_used_at=bindparam("now"))
)
_end = Query(
    delete(sessions).where(
        sessions.c.token_hash == bindparam("key"), sessions.c.account_id == bindparam("account_id")
    )
)
_end_all = Query(
    delete(sessions).where(
        sessions.c.account_id == bindparam("account_id"), sessions.c.token_hash != bindparam("kept")
    )
)
_end_unused = Query(delete(sessions).where(sessions.c.last_used_at < bindparam("not_after")))


async def open_session(conn: Connection, account_id: int, *, ip: str, user_agent: str) -> str:
    """A new session; its cookie's value, shown this once.  Sessions past MAX_SESSIONS end, oldest first."""
    now = ids.now_ms()
    await conn.run(_end_unused, not_after=now - UNUSED_MS)
    for old in (await list_sessions(conn, account_id))[MAX_SESSIONS - 1 :]:
        await end(conn, account_id, old.key)
    cookie = secrets.token_urlsafe(32)
    await conn.run(
        _add,
        token_hash=hashed(cookie),
        account_id=account_id,
        ip=ip,
        user_agent=user_agent[:MAX_USER_AGENT],
        created_at=now,
        last_used_at=now,
    )
    await presence.came_by(conn, account_id, now)
    return cookie


async def find(conn: Connection, cookie: str) -> Session | None:
    """The session of a cookie, if it is open and its owner may act."""
    row = await conn.first(_find, token_hash=hashed(cookie), not_before=ids.now_ms() - UNUSED_MS)
    if row is None:
        return None
    return Session(
        key=row.token_hash,
        account_id=row.account_id,
        username=row.username,
        display_name=row.display_name,
        role=row.role,
        locale=row.locale,
        preferences=preferences_of(row.settings),
        last_used_at=row.last_used_at,
    )


async def still_open(conn: Connection, keys: Iterable[str]) -> set[str]:
    """Those of the sessions with *keys* in which somebody may act."""
    return set(await conn.scalars(_still_open, keys=list(keys)))


def is_due(last_used_at: int, now: int) -> bool:
    """Whether it is time to remember that a session is in use."""
    return last_used_at < now - SEEN_EVERY_MS or not presence.same_day(last_used_at, now)


async def mark_used(conn: Connection, key: str, account_id: int, now: int) -> None:
    """Remember that the session is in use, and its owner here."""
    await conn.run(_seen, key=key, now=now)
    await presence.came_by(conn, account_id, now)


async def list_sessions(conn: Connection, account_id: int) -> list[Opened]:
    """The open sessions of an account, last used first."""
    return [Opened(*row) for row in await conn.all(_list, account_id=account_id)]


async def end(conn: Connection, account_id: int, key: str) -> None:
    """End one session of *account_id*; no error where there is none such."""
    await conn.run(_end, account_id=account_id, key=key)


async def end_all(conn: Connection, account_id: int, *, keep: str = "") -> None:
    """End all sessions of *account_id*, but the one with the key *keep*."""
    await conn.run(_end_all, account_id=account_id, kept=keep)
