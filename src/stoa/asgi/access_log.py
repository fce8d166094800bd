"""One line per request, without anybody's secrets: logger `stoa.access`, level INFO.

Values of query parameters are left out where the name speaks of a token, code, password or key, or of
who asks (the handle of a visitor), and so is the path itself where the route says that a part of it is one.
"""

from __future__ import annotations

import logging
from urllib.parse import unquote_plus

from stoa.asgi.requests import Request

log = logging.getLogger("stoa.access")

_SECRET = (
    "token", "code", "pass", "secret", "key", "otp", "state", "session", "signature", "mail", "handle",
)  # fmt: skip


def write(request: Request, status: int, sent: int, seconds: float) -> None:
    """Say who asked for what, what they got, how much of it and how long it took."""
    if log.isEnabledFor(logging.INFO):
        log.info(
            "%s %s %s %d %d %.1fms %s",
            request.client_ip,
            request.method,
            target(request),
            status,
            sent,
            seconds * 1000,
            request.id,
        )


def target(request: Request) -> str:
    """Path and query of *request* as they may be written down, in printable ASCII."""
    route = request.route
    if route is not None and any(is_secret(name) for name in request.params):
        path = route.path
    else:
        raw = request.scope.get("raw_path") or request.path.encode()
        path = _printable(raw)
    query = request.query_string
    return f"{path}?{without_secrets(query)}" if query else path


def without_secrets(query: bytes) -> str:
    """*query* with `...` in place of every value that could let somebody in."""
    kept = []
    for piece in _printable(query).split("&"):
        name, equals, _ = piece.partition("=")
        kept.append(f"{name}=..." if equals and is_secret(unquote_plus(name)) else piece)
    return "&".join(kept)


def is_secret(name: str) -> bool:
    """Whether a parameter called *name* must not be written down."""
    name = name.lower()
    return any(word in name for word in _SECRET)


def _printable(raw: bytes) -> str:
    text = raw.decode("ascii", "backslashreplace")
    return text if text.isprintable() else text.encode("unicode_escape").decode("ascii")
