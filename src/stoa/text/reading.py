"""Sanitised HTML for the page of one post: its outline, anchors, and its length in minutes.

Reads what sanitise returned.  Adds nothing but the ids of headings.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import regex

from stoa.text.plain import plain_text


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a post: *level* 1 to 6, its words, and the id that with_anchors gives it."""

    level: int
    text: str
    anchor: str


_HEADING = re.compile(r'<h([1-6])((?: (?:lang|dir)="[^"]*")*)>')
MAX_HEADINGS = 500
_NOT_IN_ANCHOR = regex.compile(r"[^\p{L}\p{M}\p{N}]+")


def outline(source: str) -> list[Heading]:
    """The headings of sanitised *source* in order, at most 500, with the anchors of with_anchors."""
    return [heading for _, heading in _headings(source)]


def with_anchors(source: str) -> str:
    """Sanitised *source* with an id on each heading, for the page of one post.

    Ids begin with "s-", so that none can be taken for a part of the page around the post.
    """
    out: list[str] = []
    done = 0
    for end, heading in _headings(source):
        out += [source[done:end], f' id="{heading.anchor}"']
        done = end
    out.append(source[done:])
    return "".join(out)


def _headings(source: str) -> Iterator[tuple[int, Heading]]:
    """Each heading with the place of the ">" that ends its opening tag."""
    taken: set[str] = set()
    done = 0
    for _ in range(MAX_HEADINGS):
        match = _HEADING.search(source, done)
        if match is None:
            return
        closer = f"</h{match[1]}>"
        end = source.find(closer, match.end())
        if end < 0:
            return
        text = " ".join(plain_text(source[match.end() : end]).split())
        yield match.end() - 1, Heading(int(match[1]), text, _anchor(text, taken))
        done = end + len(closer)


def _anchor(text: str, taken: set[str]) -> str:
    words = unicodedata.normalize("NFKC", text).casefold()
    base = "s-" + (_NOT_IN_ANCHOR.sub("-", words).strip("-")[:60].rstrip("-") or "section")
    anchor, number = base, 1
    while anchor in taken:
        number += 1
        anchor = f"{base}-{number}"
    taken.add(anchor)
    return anchor


_IDEOGRAPHS = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}]")
_WORD = regex.compile(r"[\p{L}\p{N}][\p{L}\p{M}\p{N}'’-]*")
_WORDS_A_MINUTE = 230
_CHARACTERS_A_MINUTE = 500


def reading_minutes(text: str) -> int:
    """Minutes a person takes for plain *text*, at least 1: 230 words each, or 500 characters of a
    script that puts no spaces between words.
    """
    words, characters = _counted(text)
    return max(1, round(words / _WORDS_A_MINUTE + characters / _CHARACTERS_A_MINUTE))


def count_words(text: str) -> int:
    """Words of plain *text*; of scripts that put no spaces between them, characters."""
    return sum(_counted(text))


def _counted(text: str) -> tuple[int, int]:
    characters = 0
    if not text.isascii():
        text, characters = _IDEOGRAPHS.subn(" ", text)
    return len(_WORD.findall(text)), characters
