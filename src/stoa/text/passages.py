"""Passages of a text, and where they stand in it: quoted by their words, as a Web Annotation does it
(W3C Web Annotation Data Model, 4.2.4, TextQuoteSelector).

A text may change after somebody has quoted it.  Here "text" is plain, with one space between words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import regex

MAX_EXACT = 1_000
MAX_AROUND = 64
AROUND = 32
"""So much of what stands before and after a passage is noted with it."""

_MOST_PLACES = 100
_TELLING = 12  # a shorter piece of context stands anywhere
_LIKE = 0.6  # of its words and their neighbours, so much is left of a passage that is known again
_FEWEST_WORDS = 4
_LOOKED_THROUGH = 100_000


@dataclass(frozen=True, slots=True)
class Passage:
    """*exact* words, and what stood before and after them."""

    exact: str
    prefix: str = ""
    suffix: str = ""


def squeezed(text: str) -> str:
    """*text* with one space for each run of white space."""
    return " ".join(text.split())


def quoted(text: str, start: int, end: int) -> Passage:
    """The passage from *start* to *end* of *text*."""
    return Passage(text[start:end], text[max(0, start - AROUND) : start], text[end : end + AROUND])


def beginning(text: str, most: int) -> str:
    """*text*, or as many whole words from its beginning as *most* characters hold."""
    if len(text) <= most:
        return text
    return text[:most].rpartition(" ")[0] or text[:most]


def find(text: str, passage: Passage) -> tuple[int, int] | None:
    """Where *passage* begins and ends in *text*; None where it is lost.

    Its very words, where they stand several times those with the likest neighbours; else what stands
    now between its neighbours; else the words that are likest, if they are like enough.
    """
    exact = squeezed(passage.exact)
    if not exact:
        return None
    places = [at for _, at in zip(range(_MOST_PLACES), _places(text, exact), strict=False)]
    if places:
        best = max(places, key=lambda at: _neighbours(text, at, at + len(exact), passage))
        return best, best + len(exact)
    return _between(text, exact, passage) or _likest(text[:_LOOKED_THROUGH], exact)


def lies_in(texts: Sequence[str], passage: Passage) -> int | None:
    """The number of that one of *texts*, which follow on each other, in which *passage* begins."""
    found = find(" ".join(texts), passage)
    if found is None:
        return None
    end = 0
    for number, text in enumerate(texts):
        end += len(text) + 1
        if found[0] < end:
            return number
    return None


def _places(text: str, words: str) -> Iterator[int]:
    at = text.find(words)
    while at >= 0:
        yield at
        at = text.find(words, at + 1)


def _neighbours(text: str, start: int, end: int, passage: Passage) -> int:
    """How many characters before and after are as they were."""
    before = text[max(0, start - MAX_AROUND) : start].rstrip()[::-1]
    after = text[end : end + MAX_AROUND].lstrip()
    return _same(before, squeezed(passage.prefix)[::-1]) + _same(after, squeezed(passage.suffix))


def _same(one: str, other: str) -> int:
    length = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        length += 1
    return length


def _between(text: str, exact: str, passage: Passage) -> tuple[int, int] | None:
    prefix, suffix = squeezed(passage.prefix), squeezed(passage.suffix)
    if len(prefix) < _TELLING or len(suffix) < _TELLING:
        return None
    for _, at in zip(range(_MOST_PLACES), _places(text, prefix), strict=False):
        start = at + len(prefix)
        end = text.find(suffix, start, start + 2 * len(exact) + 2 * MAX_AROUND)
        if end < 0:
            continue
        inner = text[start:end]
        start += len(inner) - len(inner.lstrip())
        end = start + len(inner.strip())
        if _likeness(_words(exact), _words(text[start:end])) >= _LIKE / 2:
            return start, end
    return None


_ALONE = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}]"  # no spaces between words
_TOKEN = regex.compile(rf"{_ALONE}|(?:(?!{_ALONE})[\p{{L}}\p{{M}}\p{{N}}])++")


def _words(text: str) -> list[str]:
    return [match[0].casefold() for match in _TOKEN.finditer(text)]


def _likeness(one: list[str], other: list[str]) -> float:
    """How much two runs of words share, 0 to 1: words, and pairs of words that follow each other."""
    mine, theirs = (Counter([*words, *pairwise(words)]) for words in (one, other))
    return 2 * (mine & theirs).total() / ((mine.total() + theirs.total()) or 1)


@lru_cache(maxsize=16)
def _where(text: str) -> tuple[tuple[str, int, int], ...]:
    """Each word with where it begins and ends."""
    return tuple((match[0].casefold(), *match.span()) for match in _TOKEN.finditer(text))


def _likest(text: str, exact: str) -> tuple[int, int] | None:
    wanted = _words(exact)
    size = len(wanted)
    if size < _FEWEST_WORDS:
        return None
    where = _where(text)
    words = [word for word, _, _ in where]
    # Of all runs of so many words that with the most of the wanted ones, in whatever order.
    missing, common, best, most = Counter(wanted), 0, 0, 0
    for place, word in enumerate(words):
        if missing[word] > 0:
            common += 1
        missing[word] -= 1
        if place >= size:
            gone = words[place - size]
            missing[gone] += 1
            if missing[gone] > 0:
                common -= 1
        if common > most:
            most, best = common, max(0, place - size + 1)
    if most < _LIKE * size or _likeness(wanted, words[best : best + size]) < _LIKE:
        return None
    return where[best][1], where[min(best + size, len(where)) - 1][2]
