"""A filter: words and statuses that somebody does not want to read, where, and how they are hidden."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

import msgspec

Context = Literal["home", "notifications", "public", "thread", "account"]
Action = Literal["warn", "hide", "blur"]

MAX_FILTERS = 100  # of one member
MAX_KEYWORDS = 200  # of one filter
MAX_STATUSES = 1_000
MAX_TITLE = 256
MAX_KEYWORD = 512


class Keyword(msgspec.Struct, frozen=True):
    """A word or a phrase."""

    id: int
    keyword: str
    whole_word: bool


class Entry(msgspec.Struct, frozen=True):
    """A single status."""

    id: int
    status_id: int


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """A filter with all that it holds."""

    id: int
    title: str
    contexts: tuple[Context, ...]
    action: Action
    expires_at: int | None  # unix milliseconds
    keywords: tuple[Keyword, ...] = ()
    statuses: tuple[Entry, ...] = ()

    def holds_at(self, now: int) -> bool:
        """Whether it has not ended by *now*."""
        return self.expires_at is None or self.expires_at > now


class Result(msgspec.Struct, frozen=True):
    """Why a filter applies to a status: words found, statuses named."""

    filter: Filter
    keywords: tuple[str, ...]
    status_ids: tuple[int, ...]


def results(filters: Sequence[Filter], text: str, status_ids: Sequence[int]) -> list[Result]:
    """What of *filters* applies to a status whose words are *text* and that is known by *status_ids* (a
    boost: by its own and by that of what it boosts).  Expired filters are the caller's to leave out.
    """
    found = []
    for one in filters:
        words = _matches(one.keywords, text)
        named = tuple(entry.status_id for entry in one.statuses if entry.status_id in status_ids)
        if words or named:
            found.append(Result(one, words, named))
    return found


def _matches(keywords: tuple[Keyword, ...], text: str) -> tuple[str, ...]:
    if not keywords or _any_of(keywords).search(text) is None:
        return ()
    return tuple(one.keyword for one in keywords if _pattern((one,)).search(text) is not None)


@lru_cache(maxsize=1_000)
def _any_of(keywords: tuple[Keyword, ...]) -> re.Pattern[str]:
    return _pattern(keywords)


def _pattern(keywords: tuple[Keyword, ...]) -> re.Pattern[str]:
    return _compiled("|".join(_source(one) for one in keywords))


@lru_cache(maxsize=10_000)
def _compiled(source: str) -> re.Pattern[str]:
    return re.compile(source, re.IGNORECASE)


def _source(one: Keyword) -> str:
    # A word's border is only asked for where the phrase has a letter: "#maths" begins with none.
    words = re.escape(one.keyword.strip())
    if not one.whole_word:
        return words
    before = r"(?<!\w)" if re.match(r"\w", one.keyword.strip()) else ""
    after = r"(?!\w)" if re.search(r"\w\Z", one.keyword.strip()) else ""
    return f"{before}{words}{after}"
