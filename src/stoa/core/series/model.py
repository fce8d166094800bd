"""Series as values, and how large they may be."""

from __future__ import annotations

import msgspec

MAX_SERIES = 100
MAX_PARTS = 300
MAX_TITLE = 120
MAX_DESCRIPTION = 1_000


class SeriesView(msgspec.Struct, frozen=True, kw_only=True):
    """A series.  *parts* are the ids of its posts that are here, in order, whoever may read them; times
    are unix milliseconds.
    """

    id: int
    account_id: int
    uri: str
    url: str | None
    title: str
    description: str
    local: bool
    grows: bool
    created_at: int
    updated_at: int
    parts: tuple[int, ...]
