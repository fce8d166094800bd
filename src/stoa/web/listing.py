"""Long lists a page at a time: what part was asked for, and where "Newer" and "Older" lead."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlencode

import msgspec

from stoa.asgi import params
from stoa.asgi.requests import Request
from stoa.db.paging import Page

PER_PAGE = 20


class Links(NamedTuple):
    """Addresses, or None where there is nothing more that way."""

    newer: str | None
    older: str | None


class _Asked(msgspec.Struct):
    max_id: int | None = None
    min_id: int | None = None


def page_of(request: Request, limit: int = PER_PAGE) -> Page:
    """The part of a list that the address asks for."""
    asked = params.decode(_Asked, request.query)
    return Page(limit=limit, max_id=asked.max_id, min_id=asked.min_id)


def links(request: Request, keys: Sequence[int], page: Page, **kept: str) -> Links:
    """Where to go on from a page with these *keys* (newest first); *kept* stays in the address."""
    if not keys:
        return Links(_address(request, kept) if page.max_id or page.min_id else None, None)
    moved = page.max_id is not None or page.min_id is not None
    full = len(keys) >= page.limit
    return Links(
        newer=_address(request, {**kept, "min_id": str(keys[0])}) if moved else None,
        older=_address(request, {**kept, "max_id": str(keys[-1])})
        if full or page.min_id is not None
        else None,
    )


def _address(request: Request, query: dict[str, str]) -> str:
    return f"?{urlencode(query)}" if query else request.path
