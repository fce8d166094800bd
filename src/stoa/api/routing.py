"""From a request to a handler that knows who is asking.

    ROUTES = [route("GET", "/api/v1/bookmarks", bookmarks, scopes="read:bookmarks")]

A handler takes a Call and returns a Response.  It opens its own transaction, once:
`async with call.house.db.read() as conn` or `.write()`; whatever needs the network comes before.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Literal, TypeVar
from urllib.parse import quote

import msgspec

from stoa import ids
from stoa.api.limits import NARROW, Limits
from stoa.asgi import params
from stoa.asgi.errors import HTTPError
from stoa.asgi.kept import Kept
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.asgi.router import Route
from stoa.core import errors
from stoa.core.accounts.model import Role
from stoa.core.accounts.permissions import Permission, may
from stoa.core.auth import scopes as oauth_scopes
from stoa.core.auth import tokens
from stoa.core.house import House
from stoa.core.media.model import MediaUnavailable
from stoa.db.paging import Page

# none: nobody is asked; optional: a token counts where there is one; app: any token;
# user: a token of somebody who may act; pending: of somebody who may still have to confirm.
Auth = Literal["none", "optional", "app", "user", "pending"]

MAX_KNOWN_TOKENS = 10_000
_IN_PATHS = "/:@!$&'()*+,;=~"  # stand for themselves (RFC 3986, section 3.3)

T = TypeVar("T", bound=msgspec.Struct)


class Call:
    """One call of the API: the request, the house, and who is asking."""

    __slots__ = ("house", "request", "token")

    def __init__(self, request: Request, house: House, token: tokens.Token | None) -> None:
        self.request = request
        self.house = house
        self.token = token

    @property
    def viewer_id(self) -> int | None:
        """The account that asks; None for visitors and for apps on their own."""
        return self.token.account_id if self.token else None

    @property
    def me(self) -> int:
        """The account that asks, on routes where there must be one."""
        if self.token is None or self.token.account_id is None:
            raise HTTPError(422, "This method requires an authenticated user")
        return self.token.account_id

    def administer(self) -> int:
        """The account that asks, if it is the owner's or an administrator's; 403 for all others."""
        me = self.me
        if self.token is None or self.token.role not in ("owner", "admin"):
            raise HTTPError(403, "This action is not allowed")
        return me

    def staff(self, *any_of: Permission) -> tuple[int, Role]:
        """The account that asks, and its role, if that has one of these permissions; 403 for all others."""
        me = self.me
        role: Role = "user" if self.token is None else self.token.role
        if not may(role, *any_of):
            raise HTTPError(403, "This action is not allowed")
        return me, role

    def id(self, name: str = "id") -> int:
        """The id in the path.  What cannot be an id is nobody's: 404."""
        return record_id(self.request.params[name])

    async def args(self, kind: type[T], *, upload_limit: int | None = None) -> T:
        """Query and body as *kind* (a msgspec Struct); 422 with the parameter's name if it does not fit."""
        return params.decode(kind, await self.request.arguments(upload_limit=upload_limit))

    def page(self, *, default: int = 20, most: int = 40) -> Page:
        """The paging parameters: `limit` (capped at *most*), max_id, since_id, min_id."""
        asked = params.decode(_Paging, self.request.query)
        limit = default if asked.limit is None else max(1, min(asked.limit, most))
        return Page(limit=limit, max_id=asked.max_id, since_id=asked.since_id, min_id=asked.min_id)

    def link(self, rows: list[int], page: Page) -> dict[str, str]:
        """The Link header for a page whose rows have these ids, newest first; {} for an empty page."""
        if not rows:
            return {}
        base = f"{self.house.addresses.base}{quote(self.request.path, safe=_IN_PATHS)}?"
        kept = [
            part
            for part in self.request.query_string.decode("latin-1").split("&")
            if part and part.split("=", 1)[0] not in ("max_id", "since_id", "min_id", "access_token")
        ]
        rest = "".join(f"{part}&" for part in kept)
        return {
            "link": f'<{base}{rest}max_id={rows[-1]}>; rel="next", '
            f'<{base}{rest}min_id={rows[0]}>; rel="prev"'
        }


class _Paging(msgspec.Struct):
    limit: int | None = None
    max_id: int | None = None
    since_id: int | None = None
    min_id: int | None = None


Handler = Callable[[Call], Awaitable[Response]]


class ApiRoute(msgspec.Struct, frozen=True):
    """A route of the API before it is bound to a house."""

    method: str
    path: str
    handler: Handler
    auth: Auth
    scopes: tuple[str, ...]
    kept: bool | Callable[[Call], bool]


def route(
    method: str,
    path: str,
    handler: Handler,
    *,
    auth: Auth = "user",
    scopes: str = "",
    kept: bool | Callable[[Call], bool] = False,
) -> ApiRoute:
    """*scopes*: space-separated; one of them is enough.

    *kept*: the answer hangs on nothing but path, query, viewer and database (`asgi.kept`);
    or a function that says whether it does in this call.
    """
    return ApiRoute(method, path, handler, auth, tuple(scopes.split()), kept)


def record_id(text: str) -> int:
    """An id from outside; raises HTTPError 404 for what no id can look like."""
    if not (text.isascii() and text.isdigit() and len(text) < 20 and int(text) < 2**63):
        raise HTTPError(404, "Record not found")
    return int(text)


def bind(house: House, routes: Iterable[ApiRoute]) -> list[Route]:
    """The routes, ready for the router, each with its guard."""
    kept = Kept()
    known = KnownTokens(house)
    limits = Limits() if house.settings.rate_limits == "on" else None
    return [
        Route(
            one.method,
            one.path,
            _guarded(house, one, kept, known, limits),
            auth=one.auth,
            scopes=one.scopes,
        )
        for one in routes
    ]


def _guarded(
    house: House, one: ApiRoute, kept: Kept, known: KnownTokens, limits: Limits | None
) -> Callable[[Request], Awaitable[Response]]:
    handler, auth, wanted = one.handler, one.auth, one.scopes
    if one.kept:
        handler = _kept(house, handler, kept, one.kept)
    narrow = NARROW.get((one.method, one.path))

    async def run(request: Request) -> Response:
        try:
            token = None if auth == "none" else await known.find(request)
        except HTTPError:
            if limits is not None:  # guesses count too
                limits.use(request, None, narrow)
            raise
        if limits is not None:
            limits.use(request, token, narrow)
        if token is None:
            if auth not in ("none", "optional"):
                raise _unauthorized("The access token is invalid")
        else:
            _check(token, auth, wanted)
        try:
            return await handler(Call(request, house, token))
        except REFUSALS as refusal:
            raise as_http(refusal) from refusal

    return run


REFUSALS = (
    errors.NotFound,
    errors.Forbidden,
    errors.Unprocessable,
    errors.TooMany,
    MediaUnavailable,
)


def as_http(refusal: Exception) -> HTTPError:
    """What core refused, in the words and codes of Mastodon (reference/clients.md, errors)."""
    match refusal:
        case errors.Invalid():
            details = {
                field: [{"error": one.code, "description": one.description} for one in problems]
                for field, problems in refusal.details.items()
            }
            return HTTPError(422, str(refusal), details=details)
        case errors.Unprocessable():
            return HTTPError(422, str(refusal))
        case errors.Forbidden():
            return HTTPError(403, str(refusal) or "This action is not allowed")
        case errors.TooMany():
            return HTTPError(429, str(refusal) or "Too many requests")
        case MediaUnavailable():
            return HTTPError(503, str(refusal), headers={"retry-after": "60"})
    return HTTPError(404, "Record not found")


def _check(token: tokens.Token, auth: Auth, wanted: tuple[str, ...]) -> None:
    if wanted and not any(oauth_scopes.covers(token.scopes, scope) for scope in wanted):
        raise HTTPError(403, "This action is outside the authorized scopes")
    if auth in ("user", "pending") and token.account_id is None:
        raise HTTPError(422, "This method requires an authenticated user")
    if token.disabled:
        raise HTTPError(403, "Your login is currently disabled")
    if auth != "pending":
        if not token.confirmed:
            raise HTTPError(403, "Your login is missing a confirmed e-mail address")
        if not token.approved:
            raise HTTPError(403, "Your login is currently pending approval")


async def require_member(
    house: House, raw: str | None, wanted: tuple[str, ...]
) -> tuple[tokens.Token, int]:
    """The token *raw* and the account that acts with it, for what is no Request; raises HTTPError as a
    route would that asks for one of the scopes *wanted*.
    """
    token = None
    if raw:
        async with house.db.read() as conn:
            token = await tokens.find(conn, raw)
    if token is None:
        raise _unauthorized("The access token is invalid")
    _check(token, "user", wanted)
    if token.account_id is None:
        raise HTTPError(422, "This method requires an authenticated user")
    return token, token.account_id


class KnownTokens:
    """Finds the token of a request; remembers those found while the database has not changed."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._version: int | None = None
        self._tokens: dict[str, tokens.Token] = {}

    async def find(self, request: Request) -> tokens.Token | None:
        """The token, or None where none was sent; HTTPError 401 for one that opens nothing."""
        raw = bearer(request)
        if raw is None:
            return None
        version = self._house.db.version()
        if version is None or version != self._version or len(self._tokens) > MAX_KNOWN_TOKENS:
            self._tokens.clear()
            self._version = version
        known = self._tokens.get(raw)
        if known is not None:
            return known
        async with self._house.db.read() as conn:
            token = await tokens.find(conn, raw)
        if token is None:
            raise _unauthorized("The access token is invalid")
        now = ids.now_ms()
        if tokens.is_due(token, now):
            async with self._house.db.write() as conn:
                await tokens.mark_used(conn, token, now)
        elif version is not None:
            self._tokens[raw] = token
        return token


def _kept(house: House, handler: Handler, kept: Kept, may_be: bool | Callable[[Call], bool]) -> Handler:
    """*handler*, asked only where the answer made before is no longer right."""

    async def answer(call: Call) -> Response:
        if may_be is not True and not (callable(may_be) and may_be(call)):
            return await handler(call)
        version = house.db.version()
        # Language and scheme are part of what an answer may hang on; other headers are not.
        key = (
            call.request.path,
            call.request.query_string,
            call.viewer_id,
            None if call.token is None else call.token.scopes,
            call.request.header("accept-language"),
        )
        found = kept.get(version, key)
        if found is None:
            found = await handler(call)
            kept.put(version, key, found)
        return found

    return answer


def bearer(request: Request) -> str | None:
    """The token in the Authorization header or, as in Mastodon, in the query; None if there is none."""
    header = request.header("authorization")
    if header is None:
        if b"access_token=" not in request.query_string:
            return None
        given = request.query.get("access_token")
        return str(given) if isinstance(given, str) and given else None
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "bearer" or not value.strip():
        raise _unauthorized("The access token is invalid")
    return value.strip()


def _unauthorized(message: str) -> HTTPError:
    challenge = f'Bearer realm="Stoa", error="invalid_token", error_description="{message}"'
    return HTTPError(401, message, headers={"www-authenticate": challenge})
