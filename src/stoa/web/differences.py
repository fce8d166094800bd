"""What changed between two texts, word by word, for people to read.

Pure.  Paragraphs are compared first, then the words of those that changed; what did not change is
folded but for the paragraphs beside a change.  What it returns is text, to be escaped like any other.
However long the texts are, the work is bounded: when MOST_WORDS have been compared, what comes after
is shown as taken out and put in, whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Literal, NamedTuple

MOST_WORDS = 8_000
MOST_PARAGRAPHS = 3_000
AROUND = 1
# Less in common than this, and a paragraph is another one, not the same with changed words.
_ALIKE = 0.35
# From here on what occurs often is not looked for everywhere: that would take the square of the length.
_LONG = 400
_A_WORD = 3  # characters and the space after it, at the least

_WORDS = re.compile(r"\w+|\s+|[^\w\s]")
_APART = re.compile(r"\n{2,}")


class Piece(NamedTuple):
    """Words that are the same in both texts, or only in the one before (out), or after (in)."""

    kind: Literal["same", "in", "out"]
    words: str


class Part(NamedTuple):
    """A paragraph in pieces; or, *folded*, how many paragraphs that did not change."""

    pieces: tuple[Piece, ...] = ()
    folded: int = 0


@lru_cache(maxsize=64)
def between(before: str, after: str) -> tuple[Part, ...]:
    """How *after* came of *before*; empty where both say the same."""
    if before == after:
        return ()
    olds, news = _paragraphs(before), _paragraphs(after)
    matcher = SequenceMatcher(None, olds, news, autojunk=len(news) > _LONG)
    parts: list[Part] = []
    steps = matcher.get_opcodes()
    budget = MOST_WORDS
    for place, (kind, a, b, c, d) in enumerate(steps):
        if kind == "equal":
            parts += _folded(news[c:d], first=place == 0, last=place == len(steps) - 1)
            continue
        for old, new in zip(olds[a:b], news[c:d], strict=False):
            budget -= (len(old) + len(new)) // _A_WORD
            parts += _words(old, new) if budget > 0 else _another(old, new)
        parts += [Part((Piece("out", one),)) for one in olds[a:b][d - c :]]
        parts += [Part((Piece("in", one),)) for one in news[c:d][b - a :]]
    return tuple(parts)


def _paragraphs(source: str) -> list[str]:
    found = [one for one in _APART.split(source.strip("\n")) if one.strip()]
    if len(found) <= MOST_PARAGRAPHS:
        return found
    return [*found[: MOST_PARAGRAPHS - 1], "\n\n".join(found[MOST_PARAGRAPHS - 1 :])]


def _folded(same: Sequence[str], *, first: bool, last: bool) -> Iterator[Part]:
    head = 0 if first else AROUND
    tail = 0 if last else AROUND
    if len(same) <= head + tail + 1:
        head, tail = len(same), 0
    for one in same[:head]:
        yield Part((Piece("same", one),))
    if len(same) > head + tail:
        yield Part(folded=len(same) - head - tail)
    for one in same[len(same) - tail :] if tail else ():
        yield Part((Piece("same", one),))


def _another(old: str, new: str) -> tuple[Part, Part]:
    return Part((Piece("out", old),)), Part((Piece("in", new),))


def _words(old: str, new: str) -> Sequence[Part]:
    olds, news = _WORDS.findall(old), _WORDS.findall(new)
    matcher = SequenceMatcher(None, olds, news, autojunk=len(news) > _LONG)
    if matcher.real_quick_ratio() < _ALIKE or matcher.ratio() < _ALIKE:
        return _another(old, new)
    pieces: list[Piece] = []
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            pieces.append(Piece("same", "".join(olds[a:b])))
            continue
        if b > a:
            pieces.append(Piece("out", "".join(olds[a:b])))
        if d > c:
            pieces.append(Piece("in", "".join(news[c:d])))
    return [Part(tuple(pieces))]
