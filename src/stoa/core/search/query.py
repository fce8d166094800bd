"""What somebody typed into the search box, read.  Pure.

    "exact words"  -without  from:alice  from:me  language:uk  has:media  has:image  has:video  has:audio
    has:poll  has:quote  is:reply  is:sensitive  before:2026-03-01  after:2026-02  during:2026
    in:library  in:public  in:all

The words are Mastodon's, and a few more; all but `in:` may be turned round with a `-` before them.
What is no operator is a word to look for: nothing typed is an error.
"""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

import msgspec

from stoa.core.search import words

MAX_CHARACTERS = 1000
MAX_PHRASES = 20
NEVER = 2**47  # in unix milliseconds

_TERM = re.compile(
    r'(?P<minus>-?)(?:"(?P<exact>[^"]*)"?|(?P<name>[a-z]+):(?P<value>[^\s"]+)|(?P<word>\S+))'
)
_DAY = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", re.ASCII)


class Phrase(msgspec.Struct, frozen=True):
    """Tokens in a row.  *open* ones also match words that begin with the last token."""

    tokens: tuple[str, ...]
    open: bool = True


Trait = Literal["media", "image", "video", "audio", "poll", "quote", "reply", "sensitive"]

_HAS: dict[str, Trait] = {
    "media": "media", "image": "image", "video": "video",
    "audio": "audio", "poll": "poll", "quote": "quote",
}  # fmt: skip
_IS: dict[str, Trait] = {"reply": "reply", "sensitive": "sensitive"}


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """What posts are to have, or are not to have.  () asks for nothing."""

    phrases: tuple[Phrase, ...] = ()
    authors: tuple[str, ...] = ()  # acct, or "me"
    languages: tuple[str, ...] = ()
    traits: tuple[Trait, ...] = ()
    times: tuple[tuple[int, int], ...] = ()  # unix milliseconds: from the first on, before the second


class StatusQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked for: posts with all of *having* and nothing of *without*."""

    having: Side = Side()
    without: Side = Side()
    where: Literal["library", "public"] | None = None

    @property
    def asks_nothing(self) -> bool:
        """Whether it would find everything: then nothing is to be found."""
        return self.having == Side() and self.where is None


def parse(text: str) -> StatusQuery:
    """*text* as a query.  Total: there is no text that cannot be read."""
    sides: tuple[_Asked, _Asked] = defaultdict(list), defaultdict(list)
    where: Literal["library", "public"] | None = None
    for match in _TERM.finditer(text[:MAX_CHARACTERS]):
        name, value, turned = match["name"], match["value"], bool(match["minus"])
        if name == "in" and not turned and value.lower() in ("library", "public", "all"):
            # The last one counts, as in Mastodon.
            where = (
                None if value.lower() == "all" else "library" if value.lower() == "library" else "public"
            )
            continue
        asked = sides[turned]
        if name and _operator(asked, name, value):
            continue
        exact = match["exact"] is not None
        found = words.wanted(match["exact"] if exact else match[0].removeprefix("-"))
        if exact:
            found = [[token for phrase in found for token in phrase]] if found else []
        asked["phrases"] += [Phrase(tuple(phrase), open=not exact) for phrase in found]
    return StatusQuery(having=_side(sides[0]), without=_side(sides[1]), where=where)


_Asked = defaultdict[str, list[Any]]


def _side(asked: _Asked) -> Side:
    return Side(**{name: tuple(dict.fromkeys(those))[:MAX_PHRASES] for name, those in asked.items()})


def _operator(asked: _Asked, name: str, value: str) -> bool:
    """Take note of `name:value`; False if it is no operator and so a word."""
    lower = value.lower()
    if name == "from" and value.removeprefix("@"):
        asked["authors"].append(value.removeprefix("@"))
    elif name == "language":
        asked["languages"].append(lower)
    elif name == "has" and lower in _HAS:
        asked["traits"].append(_HAS[lower])
    elif name == "is" and lower in _IS:
        asked["traits"].append(_IS[lower])
    elif name in ("before", "after", "during") and (span := _span(value)):
        first, beyond = span
        asked["times"].append(
            (0, first) if name == "before" else (beyond, NEVER) if name == "after" else (first, beyond)
        )
    else:
        return False
    return True


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
