"""HTML as a translating service is sent it, and what it sends back.  Pure.

A long text goes in pieces of whole paragraphs, since such services take so much at once; what must stay
as it is (the names of custom emoji) is marked as not to be translated, as Mastodon does.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection

from stoa.text.escaping import escaped
from stoa.text.sanitising import sanitise

MOST = 6_000
"""Characters of a piece, unless one paragraph has more."""

_TAG = re.compile(r'<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>"]*(?:"[^"]*"[^<>"]*)*>')
_VOID = frozenset(("br", "hr", "img", "wbr"))
_SHIELDED = re.compile(r'<span translate="no">(:[A-Za-z0-9_]{1,100}:)</span>')
_ANY_TAG = re.compile(r"<[^<>]{0,10000}>")


def pieces(source: str) -> list[str]:
    """Sanitised HTML in pieces that are well formed each; joined they are *source* again."""
    found: list[str] = []
    piece_start = block_start = depth = 0
    for tag in _TAG.finditer(source):
        if tag[2].lower() in _VOID:
            continue
        depth += -1 if tag[1] else 1
        if depth:
            continue
        if tag.end() - piece_start > MOST and block_start > piece_start:
            found.append(source[piece_start:block_start])
            piece_start = block_start
        block_start = tag.end()
    if piece_start < len(source):
        found.append(source[piece_start:])
    return found


def shielded(source: str, shortcodes: Collection[str]) -> str:
    """Sanitised HTML, with the custom emoji *shortcodes* in its text marked as not to be translated."""
    if not shortcodes:
        return source
    names = re.compile(":(" + "|".join(re.escape(one) for one in sorted(shortcodes)) + "):")
    parts, last = [], 0
    for tag in _TAG.finditer(source):
        parts += [_marked(names, source[last : tag.start()]), tag[0]]
        last = tag.end()
    return "".join([*parts, _marked(names, source[last:])])


def _marked(names: re.Pattern[str], words: str) -> str:
    return names.sub(r'<span translate="no">:\1:</span>', words)


def shielded_text(source: str, shortcodes: Collection[str]) -> str:
    """The same for plain text."""
    return shielded(escaped(source), shortcodes)


def translated(answer: str) -> str:
    """HTML of a service as it may be shown: nothing in it that a post could not have."""
    return sanitise(_SHIELDED.sub(r"\1", sanitise(answer)))


def translated_text(answer: str) -> str:
    """Plain text of what was sent as `shielded_text`."""
    return html.unescape(_ANY_TAG.sub("", answer)).strip()
