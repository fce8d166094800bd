"""Sanitised HTML read by people and machines: its plain text, its outline, its length in minutes.

Reads what sanitise returned; of other HTML it makes what it can.  Never adds anything but heading
anchors, and never takes anything away from what is shown.
"""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass

import regex

from stoa.text import mathml

_MATH = re.compile(r"<math\b[^>]*>.*?</math>", re.S)
_PRE = re.compile(r"(<pre\b[^>]*>.*?</pre>)", re.S)
_BACK_LINK = re.compile(r'<a [^>]*class="footnote-backref"[^>]*>[^<]*</a>')
_SPACE = re.compile(r"[ \t\n\r\f]+")
_LINE = re.compile(r"<(?:br|/li|/tr|/dt|/caption)\b[^>]*>")
_PARAGRAPH = re.compile(
    r"</?(?:p|div|h[1-6]|blockquote|pre|ul|ol|dl|table|hr|figure|figcaption|section)\b[^>]*>"
)
_CELL = re.compile(r"</t[dh]>")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_GAP = re.compile(r" *\n *")
_MANY_LINES = re.compile(r"\n{3,}")


def plain_text(source: str) -> str:
    r"""The words of *source*: paragraphs apart by a blank line, <br> as a newline.

    A formula is its TeX between \( \) or \[ \]; a link is all of its text, hidden parts too.
    """
    if "<" not in source:
        return html.unescape(source).strip()
    # Made text stands aside until the tags are gone: it may look like one.
    kept: list[str] = []

    def keep(text: str) -> str:
        kept.append(text)
        return f"\ufdd0{len(kept) - 1}\ufdd1"

    if "<math" in source:
        source = _MATH.sub(lambda match: keep(mathml.source_of(match[0])), source)
    if "footnote-backref" in source:
        source = _BACK_LINK.sub("", source)
    if "<pre" in source:
        source = _PRE.sub(lambda match: "<p>" + keep(_code(match[1])) + "</p>", source)
    text = _SPACE.sub(" ", source)
    text = _PARAGRAPH.sub("\n\n", _LINE.sub("\n", _CELL.sub(" ", text)))
    text = html.unescape(_TAG.sub("", text))
    text = _MANY_LINES.sub("\n\n", _GAP.sub("\n", text)).strip()
    return _KEPT.sub(lambda match: _kept(kept, match), text) if kept else text


_KEPT = re.compile("\ufdd0([0-9]+)\ufdd1")


def _kept(kept: list[str], match: re.Match[str]) -> str:
    index = int(match[1])
    text = kept[index] if index < len(kept) else ""
    return _KEPT.sub(lambda inner: _kept(kept[:index], inner), text)


def _code(source: str) -> str:
    return html.unescape(_TAG.sub("", _LINE.sub("\n", source))).strip("\n")


def formulas_as_tex(source: str) -> str:
    r"""*source* with each <math> replaced by its TeX between \( \) or \[ \], for servers that strip
    elements they do not know and would show the symbols glued together.
    """
    if "<math" not in source:
        return source
    return _MATH.sub(lambda match: html.escape(mathml.source_of(match[0]), quote=False), source)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a post: *level* 1 to 6, its words, and the id that with_anchors gives it."""

    level: int
    text: str
    anchor: str


_HEADING = re.compile(r"<h([1-6])((?: (?:lang|dir)=\"[^\"]*\")*)>(.*?)</h\1>", re.S)
MAX_HEADINGS = 500
_NOT_IN_ANCHOR = regex.compile(r"[^\p{L}\p{M}\p{N}]+")


def outline(source: str) -> list[Heading]:
    """The headings of sanitised *source* in order, at most 500, with the anchors of with_anchors."""
    taken: set[str] = set()
    found: list[Heading] = []
    for match in _HEADING.finditer(source):
        text = _SPACE.sub(" ", plain_text(match[3]))
        found.append(Heading(int(match[1]), text, _anchor(text, taken)))
        if len(found) == MAX_HEADINGS:
            break
    return found


def with_anchors(source: str) -> str:
    """Sanitised *source* with an id on each heading, for the page of one post.

    Ids begin with "s-", so that none can be taken for a part of the page around the post.
    """
    anchors = iter(outline(source))

    def mark(match: re.Match[str]) -> str:
        heading = next(anchors, None)
        if heading is None:
            return match[0]
        return f'<h{match[1]}{match[2]} id="{heading.anchor}">{match[3]}</h{match[1]}>'

    return _HEADING.sub(mark, source)


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
    characters = 0
    if not text.isascii():
        text, characters = _IDEOGRAPHS.subn(" ", text)
    words = len(_WORD.findall(text))
    return max(1, round(words / _WORDS_A_MINUTE + characters / _CHARACTERS_A_MINUTE))
