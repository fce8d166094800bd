"""Answers.  Functions that make one, ready to send; the App adds what every answer carries.

Header values with control characters raise ValueError instead of leaving the house, so nothing a
stranger wrote can end a header early.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterable, Mapping
from typing import Any
from urllib.parse import quote

import msgspec
import orjson
from starlette.responses import Response, StreamingResponse

__all__ = [
    "Response",
    "error",
    "etag_matches",
    "events",
    "html",
    "json",
    "json_bytes",
    "not_modified",
    "raw_headers",
    "redirect",
    "stream",
    "text",
]

JSON = "application/json; charset=utf-8"

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_EMPTY = frozenset((204, 205, 304))


class Plain(Response):
    """A whole body in memory, without the inspection a general Response does on its headers."""

    def __init__(
        self,
        body: bytes,
        content_type: str,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.status_code = status
        self.body = body
        self.background = None
        raw: list[tuple[bytes, bytes]] = []
        self.raw_headers = raw
        if status not in _EMPTY:
            raw.append((b"content-type", content_type.encode("latin-1")))
            raw.append((b"content-length", b"%d" % len(body)))
        if headers:
            raw.extend(raw_headers(headers))


def json(data: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """*data* as JSON; msgspec Structs may be anywhere in it, and dates are written as RFC 3339."""
    return Plain(orjson.dumps(data, _builtins, _JSON_OPTIONS), JSON, status, headers)


def json_bytes(
    body: bytes,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    *,
    content_type: str = JSON,
) -> Response:
    """*body*, which is JSON already."""
    return Plain(body, content_type, status, headers)


def error(
    status: int,
    message: str,
    *,
    headers: Mapping[str, str] | None = None,
    **extra: Any,
) -> Response:
    """An error in Mastodon's shape: {"error": message}, and *extra* such as error_description, details."""
    return json({"error": message, **extra}, status, headers)


def html(page: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A page."""
    return Plain(page.encode(), "text/html; charset=utf-8", status, headers)


def text(
    body: str,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    *,
    content_type: str = "text/plain; charset=utf-8",
) -> Response:
    """Text of any kind: robots.txt, a feed, a style sheet."""
    return Plain(body.encode(), content_type, status, headers)


def redirect(url: str, status: int = 302, headers: Mapping[str, str] | None = None) -> Response:
    """Go to *url*: 302 after a GET, 303 after a POST.  Whether *url* is a place to go is yours to know."""
    # Control characters, spaces and letters beyond ASCII become %XX; what is encoded stays so.
    location = quote(url, safe=":/%#?=@[]!$&'()*+,;~")
    return Plain(b"", "text/plain; charset=utf-8", status, {**(headers or {}), "location": location})


def not_modified(etag: str, headers: Mapping[str, str] | None = None) -> Response:
    """304: what you have, called *etag* (with its quotes), is still right."""
    return Plain(b"", "", 304, {**(headers or {}), "etag": etag})


def etag_matches(if_none_match: str | None, etag: str) -> bool:
    """Whether the client has *etag* already (weak comparison, RFC 9110 section 13.1.2)."""
    if not if_none_match:
        return False
    if if_none_match.strip() == "*":
        return True
    bare = etag.removeprefix("W/")
    return any(part.strip().removeprefix("W/") == bare for part in if_none_match.split(","))


def stream(
    parts: AsyncIterable[bytes],
    content_type: str,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """An answer sent piece by piece; *parts* is cancelled when the client leaves."""
    response = StreamingResponse(parts, status, media_type=None)
    response.raw_headers = [(b"content-type", content_type.encode("latin-1")), *raw_headers(headers or {})]
    return response


def events(parts: AsyncIterable[bytes], headers: Mapping[str, str] | None = None) -> Response:
    """Server-sent events; proxies are told not to hold them back."""
    return stream(
        parts,
        "text/event-stream; charset=utf-8",
        headers={"cache-control": "no-store", "x-accel-buffering": "no", **(headers or {})},
    )


_JSON_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NAIVE_UTC


def _builtins(value: Any) -> Any:
    if isinstance(value, msgspec.Struct):
        return msgspec.to_builtins(value)
    raise TypeError(f"{type(value).__name__} cannot be JSON")


def raw_headers(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """*headers* as ASGI wants them; raises ValueError for a control character."""
    raw = []
    for name, value in headers.items():
        if _CONTROL.search(value) or _CONTROL.search(name):
            raise ValueError(f"the header {name!r} holds a control character")
        raw.append((name.lower().encode("latin-1"), value.encode("latin-1")))
    return raw
