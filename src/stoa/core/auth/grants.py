"""Authorization codes: given to an app when a member agrees, traded once for a token.

OAuth 2.0 (RFC 6749, section 4.1) with PKCE (RFC 7636, S256 only: `plain` proves nothing).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from typing import NamedTuple

from sqlalchemy import bindparam, delete, select, update

from stoa import ids
from stoa.core.auth import tokens
from stoa.core.auth.apps import App
from stoa.core.auth.tokens import hashed
from stoa.db import Connection, Query, insert
from stoa.db.tables import authorization_codes

LIFE_MS = 10 * 60 * 1000

# Spent codes are remembered for a while, to notice when one is used again.
_KEPT_MS = 24 * 3600 * 1000

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}", re.ASCII)

_codes = authorization_codes.c
_add = insert(
    authorization_codes,
    "code_hash",
    "app_id",
    "account_id",
    "redirect_uri",
    "scopes",
    "challenge",
    "expires_at",
)
_find = Query(
    select(
        _codes.app_id,
        _codes.account_id,
        _codes.redirect_uri,
        _codes.scopes,
        _codes.challenge,
        _codes.expires_at,
        _codes.token_id,
    ).where(_codes.code_hash == bindparam("code_hash"))
)
_spend = Query(
    update(authorization_codes)
    .where(_codes.code_hash == bindparam("code_hash"), _codes.token_id.is_(None))
    .values(token_id=bindparam("new_token_id"))
)
_forget_old = Query(delete(authorization_codes).where(_codes.expires_at < bindparam("before")))
_forget_all = Query(delete(authorization_codes).where(_codes.account_id == bindparam("account_id")))


class Traded(NamedTuple):
    """What a code was traded for."""

    token: str
    scopes: str


def is_challenge(text: str) -> bool:
    """Whether *text* can be an S256 challenge: 32 bytes in base64url without padding."""
    return _CHALLENGE.fullmatch(text) is not None


async def issue(
    conn: Connection,
    *,
    app: App,
    account_id: int,
    redirect_uri: str,
    scopes: str,
    challenge: str | None,
) -> str:
    """A code for *app*, good for LIFE_MS; it is shown this once."""
    now = ids.now_ms()
    await conn.run(_forget_old, before=now - _KEPT_MS)
    code = secrets.token_urlsafe(32)
    await conn.run(
        _add,
        code_hash=hashed(code),
        app_id=app.id,
        account_id=account_id,
        redirect_uri=redirect_uri,
        scopes=scopes,
        challenge=challenge,
        expires_at=now + LIFE_MS,
    )
    return code


async def trade(
    conn: Connection, *, app: App, code: str, redirect_uri: str, verifier: str | None
) -> Traded | None:
    """A token for *code*, once; None for a code that is unknown, stale, or another app's.

    A code that comes again was overheard, so what it was traded for is revoked (RFC 6749, 4.1.2).
    That must be committed, which is why nothing is raised here.
    """
    row = await conn.first(_find, code_hash=hashed(code))
    if row is None or row.app_id != app.id:
        return None
    if row.token_id is not None:
        await tokens.revoke_by_id(conn, row.token_id)
        return None
    if row.expires_at <= ids.now_ms() or row.redirect_uri != redirect_uri:
        return None
    if not _is_verified(row.challenge, verifier):
        return None
    token_id = ids.new_id()
    token = await tokens.create(
        conn, scopes=row.scopes, app_id=app.id, account_id=row.account_id, token_id=token_id
    )
    if await conn.run(_spend, code_hash=hashed(code), new_token_id=token_id):
        return Traded(token, row.scopes)
    # Two requests at once: neither can be told from the thief's.
    await tokens.revoke_by_id(conn, token_id)
    spent = await conn.first(_find, code_hash=hashed(code))
    if spent is not None and spent.token_id is not None:
        await tokens.revoke_by_id(conn, spent.token_id)
    return None


async def forget_all(conn: Connection, account_id: int) -> None:
    """Codes given for *account_id* and not traded yet are worth nothing any more."""
    await conn.run(_forget_all, account_id=account_id)


def _is_verified(challenge: str | None, verifier: str | None) -> bool:
    if challenge is None:
        # RFC 9700, 2.1.1: a verifier for a code without challenge is a sign of tampering.
        return not verifier
    if verifier is None or not _VERIFIER.fullmatch(verifier):
        return False
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    made = base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
    return hmac.compare_digest(made, challenge)
