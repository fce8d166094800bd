"""Apps: registered, found, proven by their secret, and what a member lets them do.

Anybody may register an app, as in Mastodon; it can do nothing until a member allows it to.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Sequence
from urllib.parse import urlsplit

import msgspec
from sqlalchemy import bindparam, delete, or_, select

from stoa import ids
from stoa.core.auth import scopes as oauth_scopes
from stoa.core.auth.tokens import hashed
from stoa.core.errors import Invalid, NotFound, Problem
from stoa.db import Connection, Query, Row, insert
from stoa.db.tables import access_tokens, apps

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
"""In place of an address to go back to: the code is shown, and the member copies it."""

MAX_NAME = 60
MAX_WEBSITE = 2000
MAX_REDIRECT_URI = 2000
MAX_REDIRECT_URIS = 20

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*", re.ASCII)
_UNPRINTABLE = re.compile(r"[\x00-\x20\x7f]")
# Addresses a browser would run or open here instead of handing them to an app.
_FORBIDDEN_SCHEMES = frozenset(("javascript", "data", "vbscript", "blob", "file", "about", "mailto"))


class App(msgspec.Struct, frozen=True, kw_only=True):
    """An app as registered.  Its secret is known to itself alone."""

    id: int
    name: str
    website: str | None
    redirect_uris: tuple[str, ...]
    scopes: str
    client_id: str
    secret_hash: str

    def returns_to(self, redirect_uri: str) -> bool:
        """Whether *redirect_uri* is one of those registered, to the letter.

        Only the port of a loopback address may differ: a program on the member's own machine gets
        another one each time (RFC 8252, section 7.3).
        """
        if redirect_uri in self.redirect_uris:
            return True
        wanted = _without_port(redirect_uri)
        return wanted is not None and any(wanted == _without_port(one) for one in self.redirect_uris)

    def is_proven_by(self, secret: str) -> bool:
        """Whether *secret* is the app's, compared in constant time."""
        return hmac.compare_digest(hashed(secret), self.secret_hash)


class Authorised(msgspec.Struct, frozen=True):
    """An app that a member lets act for them.  *app_id* None: a token made by the command line."""

    app_id: int | None
    name: str
    website: str | None
    scopes: tuple[str, ...]
    created_at: int
    last_used_at: int | None


_COLUMNS = [apps.c[name] for name in App.__struct_fields__]
_add = insert(
    apps, "id", "name", "website", "redirect_uris", "scopes", "client_id", "secret_hash", "created_at"
)
_find = Query(select(*_COLUMNS).where(apps.c.client_id == bindparam("client_id")))
_get = Query(select(*_COLUMNS).where(apps.c.id == bindparam("app_id")))
_authorised = Query(
    select(
        access_tokens.c.app_id,
        apps.c.name,
        apps.c.website,
        access_tokens.c.scopes,
        access_tokens.c.created_at,
        access_tokens.c.last_used_at,
    )
    .select_from(access_tokens.outerjoin(apps, apps.c.id == access_tokens.c.app_id))
    .where(access_tokens.c.account_id == bindparam("account_id"))
    .order_by(access_tokens.c.id.desc())
)
_revoke = Query(
    delete(access_tokens).where(
        access_tokens.c.account_id == bindparam("account_id"),
        or_(
            access_tokens.c.app_id == bindparam("app_id"),
            access_tokens.c.app_id.is_(None) & (bindparam("app_id") == 0),
        ),
    )
)
_revoke_all = Query(delete(access_tokens).where(access_tokens.c.account_id == bindparam("account_id")))


async def register(
    conn: Connection, *, name: str, redirect_uris: Sequence[str], scopes: str, website: str | None
) -> tuple[App, str]:
    """A new app and its secret, shown this once.  Raises Invalid."""
    uris = tuple(dict.fromkeys(redirect_uris))
    _check(name, uris, scopes, website)
    secret = secrets.token_urlsafe(32)
    app = App(
        id=ids.new_id(),
        name=name,
        website=website or None,
        redirect_uris=uris,
        scopes=" ".join(dict.fromkeys(scopes.split())) or oauth_scopes.DEFAULT,
        client_id=secrets.token_urlsafe(32),
        secret_hash=hashed(secret),
    )
    await conn.run(_add, **msgspec.structs.asdict(app), created_at=ids.now_ms())
    return app, secret


async def find(conn: Connection, client_id: str) -> App | None:
    """The app with this public id."""
    row = await conn.first(_find, client_id=client_id)
    return None if row is None else _app(row)


async def get(conn: Connection, app_id: int) -> App:
    """The app.  Raises NotFound."""
    row = await conn.first(_get, app_id=app_id)
    if row is None:
        raise NotFound
    return _app(row)


async def list_authorised(conn: Connection, account_id: int) -> list[Authorised]:
    """What acts for *account_id*: one entry for each app, tokens of no app together as one."""
    found: dict[int | None, Authorised] = {}
    for row in await conn.all(_authorised, account_id=account_id):
        before = found.get(row.app_id)
        granted = row.scopes.split()
        if before is not None:
            granted = [*before.scopes, *granted]
        used = [at for at in (row.last_used_at, before.last_used_at if before else None) if at]
        found[row.app_id] = Authorised(
            app_id=row.app_id,
            name=row.name or "Command line",
            website=row.website,
            scopes=tuple(dict.fromkeys(granted)),
            created_at=row.created_at,
            last_used_at=max(used, default=None),
        )
    return list(found.values())


async def revoke(conn: Connection, account_id: int, app_id: int | None) -> None:
    """Take from an app all it may do for *account_id*; None takes the tokens of no app."""
    await conn.run(_revoke, account_id=account_id, app_id=app_id or 0)


async def revoke_all(conn: Connection, account_id: int) -> None:
    """Take from every app all it may do for *account_id*."""
    await conn.run(_revoke_all, account_id=account_id)


def _app(row: Row) -> App:
    return msgspec.convert(row._asdict(), App)


def _check(name: str, uris: tuple[str, ...], scopes: str, website: str | None) -> None:
    wrong: dict[str, list[Problem]] = {}
    if not name.strip():
        wrong["name"] = [Problem("ERR_BLANK", "can't be blank")]
    elif len(name) > MAX_NAME:
        wrong["name"] = [_too_long(MAX_NAME)]
    if not uris:
        wrong["redirect_uri"] = [Problem("ERR_BLANK", "can't be blank")]
    elif len(uris) > MAX_REDIRECT_URIS:
        wrong["redirect_uri"] = [Problem("ERR_TOO_LONG", f"has more than {MAX_REDIRECT_URIS} entries")]
    elif any(len(uri) > MAX_REDIRECT_URI for uri in uris):
        wrong["redirect_uri"] = [_too_long(MAX_REDIRECT_URI)]
    elif not all(_is_redirect_uri(uri) for uri in uris):
        wrong["redirect_uri"] = [Problem("ERR_INVALID", "must be an absolute URI.")]
    if oauth_scopes.unknown(scopes):
        wrong["scopes"] = [Problem("ERR_INVALID", "doesn't match configured on the server.")]
    if website:
        parts = urlsplit(website) if len(website) <= MAX_WEBSITE else None
        if parts is None or parts.scheme not in ("http", "https") or _UNPRINTABLE.search(website):
            wrong["website"] = [Problem("ERR_INVALID", "is not a valid URL")]
    if wrong:
        raise Invalid(wrong)


def _too_long(most: int) -> Problem:
    return Problem("ERR_TOO_LONG", f"is too long (maximum is {most} characters)")


def _is_redirect_uri(uri: str) -> bool:
    if uri == OUT_OF_BAND:
        return True
    scheme, colon, rest = uri.partition(":")
    if not colon or not _SCHEME.fullmatch(scheme) or scheme.lower() in _FORBIDDEN_SCHEMES:
        return False
    if "#" in uri or _UNPRINTABLE.search(uri) or not rest:
        return False
    if scheme.lower() not in ("http", "https"):
        return True
    try:
        parts = urlsplit(uri)
        return bool(parts.hostname) and "@" not in parts.netloc and parts.port != 0
    except ValueError:
        return False


def _without_port(uri: str) -> tuple[str, ...] | None:
    """A loopback address without its port; None for every other."""
    try:
        parts = urlsplit(uri)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme != "http" or host not in ("127.0.0.1", "::1") or "@" in parts.netloc:
        return None
    return (host, parts.path, parts.query, parts.fragment)
