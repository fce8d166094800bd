"""A title for a post that was typed without one.

A heading, or a first line that is short and in capitals or set apart, becomes the title of the
post's page; a short line before it that ends in a colon (From "The Analyst":) stands above it.  When
in doubt there is no title.  Takes nothing out of a post but the lines it returns.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import regex

from stoa.text.escaping import escaped
from stoa.text.plain import plain_text

MAX_TITLE = 140
MAX_KICKER = 80
# A line set apart in a short post is its first sentence, not a title.
MIN_BODY_CAPITALS = 140
MIN_BODY_SET_APART = 600


def with_title(title: str | None, content: str) -> str:
    """*content* (HTML) with the title above it, for whoever knows of no titles."""
    return content if not title else f"<p><strong>{escaped(title)}</strong></p>{content}"


class Lifted(NamedTuple):
    """What lift_title found: plain-text *title* and *kicker*, and the HTML without them."""

    title: str | None
    kicker: str | None
    html: str


_BLOCK = re.compile(r"\s*<(p|h[1-3])((?: [a-z]+=\"[^\"]*\")*)>(.*?)</\1>\s*", re.S)
_MARKUP = re.compile(r"<(?:p|br|h[1-6]|div|ul|ol|blockquote|pre|table|a|span|b|i|em|strong)\b")
_BREAK = re.compile(r"<br\s*/?>\s*")
_EMPHASIS = re.compile(r"</?(?:b|i|em|strong|u|span)(?: [^<>]*)?>")
_PARAGRAPHS = re.compile(r"\n[^\S\n]*\n\s*")
_CASED = regex.compile(r"[\p{Lu}\p{Ll}\p{Lt}]")
_LETTERS = regex.compile(r"\p{L}")
_SENTENCE_ENDS = (".", ",", ";", ":", "…", "。", "、", "-", "–", "—", "؛", "،", "۔")


def lift_title(text_or_html: str) -> Lifted:
    """The title, the kicker and the rest of a post, from sanitised HTML or from plain text."""
    source = text_or_html
    if not _MARKUP.search(source):
        source = _paragraphs(source)
    none = Lifted(None, None, source)

    first = _take(source)
    if first is None:
        return none
    line, rest, heading, alone = first
    if heading:
        return Lifted(line, None, rest) if line and len(line) <= 2 * MAX_TITLE else none
    if _is_title(line, alone, rest):
        return Lifted(line, None, rest)
    if line.endswith((":", "：")) and 1 < len(line) <= MAX_KICKER:
        second = _take(rest)
        if second is not None:
            title, rest, heading, alone = second
            if (heading and title) or _is_title(title, alone, rest):
                return Lifted(title, line, rest)
    return none


def _take(source: str) -> tuple[str, str, bool, bool] | None:
    """The first line as text, what is left, whether it is a heading, whether it stands alone.

    None when the post does not begin with words alone.
    """
    block = _BLOCK.match(source)
    if block is None:
        return None
    tag, attributes, inner = block.groups()
    first, broken, others = inner, False, ""
    if tag == "p":
        split = _BREAK.split(inner, maxsplit=1)
        if len(split) == 2:
            first, others, broken = split[0], split[1], True
        if not _closed(first):
            return None
    bare = _EMPHASIS.sub("", first)
    if tag == "p" and "<" in bare:
        return None  # a link, a mention, a formula: not a title
    line = " ".join(plain_text(bare).split())
    if not line:
        return None
    rest = source[block.end() :]
    if broken and others.strip():
        rest = f"<p{attributes}>{others}</p>{rest}"
    return line, rest, tag != "p", not broken


def _closed(first: str) -> bool:
    return len(re.findall(r"<[a-z]", first)) == first.count("</")


def _is_title(line: str, alone: bool, rest: str) -> bool:
    if not 3 <= len(line) <= MAX_TITLE or len(_LETTERS.findall(line)) < 3:
        return False
    if line[0] in "#@:" or "://" in line:
        return False
    body = len(plain_text(rest))
    cased = _CASED.findall(line)
    capitals = len(cased) >= 6 and sum(char.isupper() for char in cased) >= 0.9 * len(cased)
    if capitals and " " in line:
        return body >= MIN_BODY_CAPITALS and body > len(line)
    if not alone or line.endswith(_SENTENCE_ENDS):
        return False
    return body >= MIN_BODY_SET_APART


def _paragraphs(text: str) -> str:
    source = escaped(text.strip().replace("\r\n", "\n"))
    return "".join(
        f"<p>{paragraph.strip()}</p>".replace("\n", "<br>")
        for paragraph in _PARAGRAPHS.split(source)
        if paragraph.strip()
    )
