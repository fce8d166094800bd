"""Tokens for apps: RFC 6749 as Mastodon's clients use it.  The consent page is in `web.pages.oauth`.

Errors have OAuth's own shape here: `error` is a word of RFC 6749, `error_description` a sentence.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any
from urllib.parse import unquote_plus

import msgspec

from stoa import ids
from stoa.api import rendered
from stoa.api.routing import Call, route
from stoa.asgi import responses
from stoa.asgi.responses import Response
from stoa.core.auth import apps, grants, second_factor, tokens
from stoa.core.auth import scopes as oauth_scopes
from stoa.core.auth.apps import App
from stoa.core.auth.sign_in import MayNotYet, WrongPassword, sign_in
from stoa.core.auth.throttle import network, throttles
from stoa.core.errors import TooMany


class _Ask(msgspec.Struct):
    grant_type: str = ""
    client_id: str = ""
    client_secret: str = ""
    code: str = ""
    redirect_uri: str = ""
    code_verifier: str = ""
    username: str = ""
    email: str = ""
    password: str = ""
    scope: str = ""
    token: str = ""


class _Refusal(Exception):
    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error = error
        self.status = status


_BAD_CLIENT = "Client authentication failed: the client is unknown, or its secret is missing or wrong."
_BAD_GRANT = (
    "The authorization code is invalid, expired, used or revoked, was issued to another client, "
    "or does not match the redirect URI or the code verifier."
)


async def token(call: Call) -> Response:
    """Token, for an authorization code, for the app itself, or (where allowed) for a password."""
    house = call.house
    asked = await call.args(_Ask)
    try:
        if house.settings.rate_limits == "on":
            throttles(house.db).token_requests.use(network(call.request.client_ip))
        app = await _client(call, asked)
        match asked.grant_type:
            case "authorization_code":
                return await _for_code(call, app, asked)
            case "client_credentials":
                scopes = _scopes(asked.scope, app)
                async with house.db.write() as conn:
                    made = await tokens.create(conn, scopes=scopes, app_id=app.id)
                return _token(made, scopes)
            case "password" if house.settings.allows_password_grant:
                return await _for_password(call, app, asked)
            case "":
                raise _Refusal("invalid_request", "grant_type is missing.")
        raise _Refusal("unsupported_grant_type", "This grant type is not supported here.")
    except _Refusal as refusal:
        return _refused(refusal)
    except TooMany as refusal:
        return _refused(_Refusal("slow_down", str(refusal), 429))


async def _for_code(call: Call, app: App, asked: _Ask) -> Response:
    if not asked.code:
        raise _Refusal("invalid_request", "code is missing.")
    async with call.house.db.write() as conn:
        traded = await grants.trade(
            conn,
            app=app,
            code=asked.code,
            redirect_uri=asked.redirect_uri,
            verifier=asked.code_verifier or None,
        )
    if traded is None:
        raise _Refusal("invalid_grant", _BAD_GRANT)
    return _token(traded.token, traded.scopes)


async def _for_password(call: Call, app: App, asked: _Ask) -> Response:
    scopes = _scopes(asked.scope, app)
    house = call.house
    try:
        user = await sign_in(
            house.db,
            asked.username or asked.email,
            asked.password,
            ip=call.request.client_ip,
            throttled=house.settings.rate_limits == "on",
        )
    except (WrongPassword, MayNotYet) as refusal:
        raise _Refusal("invalid_grant", str(refusal)) from refusal
    async with house.db.write() as conn:
        if await second_factor.is_on(conn, user.account_id):
            raise _Refusal("invalid_grant", "A password is not enough for this account: use the browser.")
        made = await tokens.create(conn, scopes=scopes, app_id=app.id, account_id=user.account_id)
    return _token(made, scopes)


async def revoke(call: Call) -> Response:
    """{}: the token is worth nothing any more, if it was the app's (RFC 7009)."""
    asked = await call.args(_Ask)
    try:
        app = await _client(call, asked)
    except _Refusal as refusal:
        return _refused(_Refusal("unauthorized_client", str(refusal), 403))
    async with call.house.db.write() as conn:
        found = await tokens.find(conn, asked.token)
        if found is not None and found.app_id == app.id:
            await tokens.revoke(conn, asked.token)
    if found is not None and found.app_id != app.id:
        return _refused(_Refusal("unauthorized_client", "The token is another client's.", 403))
    return responses.json({})


async def userinfo(call: Call) -> Response:
    """Who the token speaks for, in the words of OpenID Connect."""
    house = call.house
    async with house.db.read() as conn:
        account = msgspec.json.decode(await rendered.account(conn, house, call.me))
    return responses.json(
        {
            "iss": f"{house.addresses.base}/",
            "sub": account["uri"],
            "name": account["display_name"] or account["username"],
            "preferred_username": account["username"],
            "profile": account["url"],
            "picture": account["avatar"],
        }
    )


async def metadata(call: Call) -> Response:
    """OAuth authorization server metadata (RFC 8414)."""
    base = call.house.addresses.base
    grant_types = ["authorization_code", "client_credentials"]
    if call.house.settings.allows_password_grant:
        grant_types.append("password")
    return responses.json(
        {
            "issuer": f"{base}/",
            "service_documentation": "https://docs.joinmastodon.org/",
            "authorization_endpoint": f"{base}/oauth/authorize",
            "token_endpoint": f"{base}/oauth/token",
            "app_registration_endpoint": f"{base}/api/v1/apps",
            "revocation_endpoint": f"{base}/oauth/revoke",
            "userinfo_endpoint": f"{base}/oauth/userinfo",
            "scopes_supported": sorted(oauth_scopes.ALL),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "code_challenge_methods_supported": ["S256"],
            "grant_types_supported": grant_types,
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        },
        headers={"cache-control": "public, max-age=3600"},
    )


async def _client(call: Call, asked: _Ask) -> App:
    """The app that asks, proven by its secret in the body or by HTTP Basic."""
    client_id, secret = asked.client_id, asked.client_secret
    header = call.request.header("authorization") or ""
    if header[:6].lower() == "basic ":
        client_id, secret = _basic(header[6:])
    async with call.house.db.read() as conn:
        app = await apps.find(conn, client_id)
    # A stranger's secret is compared too, so that the time taken tells nothing.
    proven = (app or _NOBODY).is_proven_by(secret)
    if app is None or not proven:
        raise _Refusal("invalid_client", _BAD_CLIENT, 401)
    return app


_NOBODY = App(
    id=0,
    name="",
    website=None,
    redirect_uris=(),
    scopes="",
    client_id="",
    secret_hash=tokens.hashed(""),
)


def _basic(text: str) -> tuple[str, str]:
    try:
        pair = base64.b64decode(text.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise _Refusal("invalid_client", _BAD_CLIENT, 401) from None
    client_id, _, secret = pair.partition(":")
    return unquote_plus(client_id), unquote_plus(secret)  # RFC 6749, section 2.3.1


def _scopes(asked: str, app: App) -> str:
    wanted = " ".join(dict.fromkeys(asked.split())) or oauth_scopes.DEFAULT
    if asked.strip() == "" and not oauth_scopes.within(wanted, app.scopes):
        wanted = app.scopes  # an app that may not even read asks for what it has
    if oauth_scopes.unknown(wanted) or not oauth_scopes.within(wanted, app.scopes):
        raise _Refusal("invalid_scope", "The requested scope is invalid, unknown, or not the client's.")
    return wanted


def _token(made: str, scopes: str) -> Response:
    return responses.json(entity(made, scopes), headers={"pragma": "no-cache"})


def entity(made: str, scopes: str) -> dict[str, Any]:
    """Token."""
    return {
        "access_token": made,
        "token_type": "Bearer",
        "scope": scopes,
        "created_at": ids.now_ms() // 1000,
    }


def _refused(refusal: _Refusal) -> Response:
    headers = {"pragma": "no-cache"}
    if refusal.status == 401:
        headers["www-authenticate"] = 'Basic realm="Stoa"'
    return responses.error(refusal.status, refusal.error, error_description=str(refusal), headers=headers)


ROUTES = [
    route("POST", "/oauth/token", token, auth="none"),
    route("POST", "/oauth/revoke", revoke, auth="none"),
    route("GET", "/oauth/userinfo", userinfo, scopes="profile"),
    route("POST", "/oauth/userinfo", userinfo, scopes="profile"),
    route("GET", "/.well-known/oauth-authorization-server", metadata, auth="none"),
]
