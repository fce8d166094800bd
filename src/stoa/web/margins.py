"""Replies to passages, beside the paragraphs they are about; and paragraphs as something to reply to.

Pure: takes what was let through before.  Where a passage stands is looked for in the text as it is now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from markupsafe import Markup

from stoa import text
from stoa.text import Passage
from stoa.web.answers import About, Reply

MOST = 60
"""So many replies stand beside one post; the others only below it."""
_EXCERPT = 140
_CLOSER = "</p>"


@dataclass(slots=True)
class Block:
    """A paragraph (or heading, list, …) of a post, and the replies to passages that begin in it.  As
    HTML *start* and then *end*, so that a paragraph can be given something before it closes.
    """

    number: int
    anchor: str
    start: Markup
    end: Markup
    replies: list[Reply] = field(default_factory=list)


def beside(
    body: str, answers: Iterable[Reply], passages: Mapping[int, Passage], own: str = ""
) -> list[Block]:
    """The *body* of a post in blocks, with those of the *answers* to it that are about a passage; of each
    of these it says which.  Anchors begin with *own*.

    Behind a stub of the author's, or a filter of the reader's, a reply stays where it is.
    """
    parts, words = parted(body)
    blocks = [_block(number, part, own) for number, part in enumerate(parts)]
    placed = 0
    for reply in answers:
        passage = passages.get(reply.shown.status.id)
        if passage is None or placed == MOST:
            continue
        placed += 1
        at = _lies_in(words, passage)
        if at is None:
            reply.about = About()
            continue
        reply.about = About(text.excerpt(passage.exact, _EXCERPT), blocks[at].anchor)
        reply.body = Markup(text.without(str(reply.shown.prose.short), passage))  # noqa: S704  sanitised
        if reply.mark != "hidden" and not reply.shown.filtered:
            blocks[at].replies.append(reply)
    return blocks


def _block(number: int, source: str, own: str) -> Block:
    start, end = source, ""
    if source.rstrip().endswith(_CLOSER):
        start, end = source.rstrip()[: -len(_CLOSER)], _CLOSER
    return Block(number, f"{own}b{number + 1}", Markup(start), Markup(end))  # noqa: S704  sanitised


@lru_cache(maxsize=64)
def parted(body: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The blocks of *body* as HTML and as words."""
    parts = tuple(text.blocks(body))
    return parts, tuple(text.words_of(part) for part in parts)


_lies_in = lru_cache(maxsize=2048)(text.lies_in)


def chosen(
    body: str, exact: str, prefix: str = "", suffix: str = "", paragraph: int | None = None
) -> Passage | None:
    """The passage that somebody has selected in *body* (words, and what stands before and after them), or
    else the beginning of its *paragraph*; None where it has neither.
    """
    _, words = parted(body)
    whole = " ".join(words)
    found = text.find_passage(whole, Passage(exact, prefix, suffix)) if exact else None
    if found is None and paragraph is not None and paragraph < len(words):
        start = sum(len(one) + 1 for one in words[:paragraph])
        found = start, start + len(words[paragraph])
    if found is None:
        return None
    start, end = found
    passage = text.quoted(whole, start, start + len(text.beginning(whole[start:end], text.MAX_EXACT)))
    return passage if passage.exact.strip() else None
