"""Every page.  A module lists its own as PAGES (method, path, handler); `web.app` puts them together.

A handler takes the request and the house and returns an answer; what core refuses it lets through,
and the refusal becomes the page that says so.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.core.errors import NotFound
from stoa.core.house import House

Page: TypeAlias = tuple[str, str, Callable[[Request, House], Awaitable[Response]]]


def number(text: str) -> int:
    """An id in an address.  Raises NotFound for what no id can look like."""
    if not (text.isascii() and text.isdigit() and len(text) < 20 and int(text) < 2**63):
        raise NotFound
    return int(text)
