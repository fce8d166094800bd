"""Lengths as people count them: grapheme clusters, not code points.

Cuts never fall inside a cluster.  Does not look into Markdown or HTML.
"""

from __future__ import annotations

import regex

from stoa.text.entities import shortened

_CLUSTER = regex.compile(r"\X")
_WHITESPACE = regex.compile(r"\s")

# Stacked marks ("zalgo") make one cluster of any number of code points.  A family emoji has 11.
_MOST_CODE_POINTS = 16


def count_characters(source: str) -> int:
    """Length of *source* as people count: clusters, an address as 23, a remote mention as '@user'.

    A text of endlessly stacked marks counts at least a sixteenth of its code points.
    """
    rest, counted = shortened(source)
    return max(_clusters(rest) + counted, len(rest) // _MOST_CODE_POINTS)


def excerpt(text: str, length: int) -> str:
    """*text* on one line, at most *length* clusters, cut after a whole word where one ends near.

    A cut is marked with an ellipsis, which is counted.  Scripts without spaces are cut between
    clusters.
    """
    # Enough code points for *length* clusters of any reasonable making; the rest is never read.
    text = " ".join(text[: max(length, 0) * _MOST_CODE_POINTS + 1].split())
    if length < 1:
        return ""
    if len(text) <= length:
        return text
    ends = [match.end() for _, match in zip(range(length + 1), _CLUSTER.finditer(text), strict=False)]
    if len(ends) <= length:
        return text
    if length == 1:
        return "…"
    cut = ends[length - 2]
    shortest = ends[length // 2 - 1] if length > 3 else 0
    if not text[cut].isspace():
        space = text.rfind(" ", shortest, cut)
        if space > 0:
            cut = space
    return text[:cut].rstrip(" ,;:.-–—") + "…"


def _clusters(text: str) -> int:
    if text.isascii():
        return len(text) - text.count("\r\n")
    return sum(1 for _ in _CLUSTER.finditer(text))
