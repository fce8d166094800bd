"""Sanitised HTML as the blocks it is made of: paragraphs, headings, lists and the like.

Reads what sanitise returned; of other HTML it makes what it can.
"""

from __future__ import annotations

import re

from stoa.text.passages import Passage, squeezed
from stoa.text.plain import plain_text

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)[^>]*>")
_VOID = frozenset(("br", "hr", "img", "wbr", "col", "source", "input", "track", "area", "embed"))


def blocks(source: str) -> list[str]:
    """The outermost elements of sanitised *source*, each as its HTML; joined they are *source* again."""
    found: list[str] = []
    depth = done = 0
    for match in _TAG.finditer(source):
        if match[2].lower() in _VOID:
            if depth == 0:
                found.append(source[done : match.end()])
                done = match.end()
            continue
        if not match[1]:
            if depth == 0 and source[done : match.start()].strip():
                found.append(source[done : match.start()])
                done = match.start()
            depth += 1
        elif depth:
            depth -= 1
            if depth == 0:
                found.append(source[done : match.end()])
                done = match.end()
    if source[done:].strip() or not found:
        found.append(source[done:])
    else:
        found[-1] += source[done:]
    return found


def words_of(block: str) -> str:
    """The text of a block."""
    return squeezed(plain_text(block))


_QUOTATION = re.compile(r"\s*<blockquote\b[^>]*>.*\Z", re.S)


def without(source: str, passage: Passage) -> str:
    """Sanitised *source* without the quotation it begins with, if that is of *passage*."""
    parts = blocks(source)
    if len(parts) < 2 or not _QUOTATION.match(parts[0]):
        return source
    if words_of(parts[0]).strip("“”\"'…. ") != squeezed(passage.exact).strip("“”\"'…. "):
        return source
    return "".join(parts[1:]).lstrip()
