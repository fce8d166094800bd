"""Letting pages of other origins call the API: any origin, never with cookies.

An app in a browser identifies itself by its token, so `*` gives away nothing, and since the answer
is the same for every origin no cache has to tell them apart.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from starlette.responses import Response

from stoa.asgi.requests import Request
from stoa.asgi.responses import text

# A path that ends with a slash stands for everything below it.
CORS_PATHS = (
    "/api/",
    "/oauth/token",
    "/oauth/revoke",
    "/oauth/userinfo",
    "/.well-known/",
    "/nodeinfo/",
    "/media/",
    "/proxy/",
    # Documents for other servers, which pages of others read as well.
    "/ap/",
    "/users/",
    "/actor",
    "/actor/",
    "/contexts/",
    "/emojis/",
)

_EXPOSED = (
    "Link, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-Request-Id, Retry-After, "
    "Deprecation, ETag, Idempotency-Key, Mastodon-Async-Refresh"
)
_ALLOW = ((b"access-control-allow-origin", b"*"),)
_ALLOW_AND_EXPOSE = (*_ALLOW, (b"access-control-expose-headers", _EXPOSED.encode()))
_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
_HEADER_NAMES = re.compile(r"\A[A-Za-z0-9!#$%&'*+.^_`|~, -]{1,1000}\Z")


class Cors:
    """Which paths other origins may use, and what they are told."""

    def __init__(self, paths: Sequence[str]) -> None:
        self._below = tuple(path for path in paths if path.endswith("/"))
        whole = [path for path in paths if not path.endswith("/")]
        self._whole = frozenset([*whole, *(f"{path}/" for path in whole)])

    def covers(self, path: str) -> bool:
        """Whether pages of other origins may use *path*."""
        return path.startswith(self._below) or path in self._whole

    def headers(self, request: Request) -> tuple[tuple[bytes, bytes], ...]:
        """What an answer on a covered path carries.

        Everybody is told that any origin may read it, lest a cache keep an answer without that;
        which headers may be read interests only pages, and those say their origin.
        """
        return _ALLOW_AND_EXPOSE if request.raw_header(b"origin") else _ALLOW

    def is_preflight(self, request: Request) -> bool:
        """Whether a browser only asks if it may ask."""
        return (
            self.covers(request.path)
            and request.header("origin") is not None
            and request.header("access-control-request-method") is not None
        )

    def preflight(self, request: Request) -> Response:
        """Yes, for two hours.  Unknown paths too, so that an app sees the 404 and not a riddle."""
        # `*` would not cover Authorization, so the names asked for are given back.
        asked = request.header("access-control-request-headers") or ""
        headers = {
            "access-control-allow-methods": _METHODS,
            "access-control-max-age": "7200",
        }
        if _HEADER_NAMES.match(asked):
            headers["access-control-allow-headers"] = asked
        return text("", 204, headers)
