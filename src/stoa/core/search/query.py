"""What somebody typed into the search box, read.  Pure.

    "exact words"  -without  from:alice  from:me  language:uk  has:media  has:poll  is:reply
    is:sensitive  before:2026-03-01  after:2026-02  during:2026  in:library  in:public

The words are Mastodon's.  What is no operator is a word to look for: nothing typed is an error.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Literal

import msgspec

from stoa.core.search import words

MAX_CHARACTERS = 1000
MAX_PHRASES = 20

_TERM = re.compile(
    r'(?P<minus>-?)(?:"(?P<exact>[^"]*)"?|(?P<name>[a-z]+):(?P<value>[^\s"]+)|(?P<word>\S+))'
)
_DAY = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", re.ASCII)


class Phrase(msgspec.Struct, frozen=True):
    """Tokens in a row.  *open* ones also match words that begin with the last token."""

    tokens: tuple[str, ...]
    open: bool = True


class StatusQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked for.  Times are unix milliseconds; None and () ask for nothing."""

    phrases: tuple[Phrase, ...] = ()
    without: tuple[Phrase, ...] = ()
    from_acct: str | None = None
    language: str | None = None
    has: tuple[Literal["media", "poll"], ...] = ()
    is_: tuple[Literal["reply", "sensitive"], ...] = ()
    where: Literal["library", "public"] | None = None
    after: int | None = None
    before: int | None = None

    @property
    def asks_nothing(self) -> bool:
        """Whether it would find everything: then nothing is to be found."""
        return self == StatusQuery(without=self.without)


def parse(text: str) -> StatusQuery:
    """*text* as a query.  Total: there is no text that cannot be read."""
    phrases: list[Phrase] = []
    without: list[Phrase] = []
    asked: dict[str, object] = {}
    for match in _TERM.finditer(text[:MAX_CHARACTERS]):
        if match["name"] and not match["minus"] and _operator(asked, match["name"], match["value"]):
            continue
        exact = match["exact"] is not None
        found = words.wanted(match["exact"] if exact else match[0].removeprefix("-"))
        if exact:
            found = [[token for phrase in found for token in phrase]] if found else []
        target = without if match["minus"] else phrases
        target.extend(Phrase(tuple(phrase), open=not exact) for phrase in found)
    return msgspec.convert(
        {**asked, "phrases": tuple(phrases[:MAX_PHRASES]), "without": tuple(without[:MAX_PHRASES])},
        StatusQuery,
    )


def _operator(asked: dict[str, object], name: str, value: str) -> bool:
    """Take note of `name:value`; False if it is no operator and so a word."""
    if name == "from":
        asked["from_acct"] = value.removeprefix("@")
    elif name == "language":
        asked["language"] = value.lower()
    elif name == "has" and value in ("media", "image", "video", "audio", "poll"):
        asked["has"] = (*_all(asked, "has"), "poll" if value == "poll" else "media")
    elif name == "is" and value in ("reply", "sensitive"):
        asked["is_"] = (*_all(asked, "is_"), value)
    elif name == "in" and value in ("library", "public"):
        asked["where"] = value
    elif name in ("before", "after", "during") and (span := _span(value)):
        first, beyond = span
        if name != "before":
            asked["after"] = beyond if name == "after" else first
        if name != "after":
            asked["before"] = first if name == "before" else beyond
    else:
        return False
    return True


def _all(asked: dict[str, object], name: str) -> tuple[object, ...]:
    known = asked.get(name, ())
    return known if isinstance(known, tuple) else ()


def _span(value: str) -> tuple[int, int] | None:
    """The first millisecond of a year, a month or a day, and the first one after it."""
    match = _DAY.fullmatch(value)
    if not match:
        return None
    year, month, day = (int(part) if part else None for part in match.groups())
    assert year is not None
    try:
        first = date(year, month or 1, day or 1)
        if day:
            beyond = first + timedelta(days=1)
        elif month:
            beyond = date(year + month // 12, month % 12 + 1, 1)
        else:
            beyond = date(year + 1, 1, 1)
    except (ValueError, OverflowError):
        return None
    return _ms(first), _ms(beyond)


def _ms(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000
