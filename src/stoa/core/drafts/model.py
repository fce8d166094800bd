"""What somebody is writing, and the limits on it."""

from __future__ import annotations

from typing import Any

import msgspec

MAX_DRAFTS = 100
MAX_REVISIONS = 30
"""Of one draft; the oldest makes room."""
MAX_BYTES = 512 * 1024
"""Of one draft."""
MAX_TOTAL_BYTES = 16 * 1024 * 1024
"""Of all drafts of one account; and again of all their revisions, where the oldest makes room."""
APART_MS = 5 * 60 * 1000
"""What was there less long than this is no revision: one for each breath helps nobody."""
MAX_KEY = 40


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """What is in the form.  *rest*: the fields besides title and text, as the door wrote them."""

    title: str = ""
    text: str = ""
    rest: dict[str, Any] = {}
    media_ids: tuple[int, ...] = ()

    @property
    def bytes(self) -> int:
        """How much room they take."""
        return len(msgspec.json.encode(self))


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A draft as it is kept.  Times are unix milliseconds."""

    id: int
    key: str
    version: int
    created_at: int
    updated_at: int
    words: Words


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A draft in a list: its title, or how it begins."""

    id: int
    title: str
    beginning: str
    updated_at: int
    bytes: int


class Revision(msgspec.Struct, frozen=True, kw_only=True):
    """What a draft said, at *created_at*."""

    id: int
    created_at: int
    words: Words


class Clash(msgspec.Struct, frozen=True, kw_only=True):
    """The draft was changed meanwhile, most often by its author in another window: *kept* is what it says
    now.  What was to be saved has become a revision of it, so that nothing is lost.
    """

    kept: Draft
