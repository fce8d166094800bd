r"""Formulas found in a text: \(...\), \[...\] and $$...$$, before any other syntax.

Promises one pass over the text, and placeholders that no syntax takes for its own.  Does not look
at what stands in a formula: see typesetting.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

OPEN, CLOSE = "\ufdd0", "\ufdd1"
PLACEHOLDER = re.compile("\ufdd0([0-9]{1,5})\ufdd1")

MAX_LENGTH = 4_000
MAX_FORMULAS = 1_000


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula as it stands in a text: *source* with its delimiters, *tex* without."""

    tex: str
    display: bool
    source: str


_EVENTS = re.compile(
    r"\\[^\n]|\$\$"
    r"|^[ \t>]{0,60}(?:(?:[-+*]|[0-9]{1,9}[.)])[ \t]{1,4})?(?P<fence>`{3,}(?=[^`\n]*$)|~{3,})"
    r"|`+",
    re.M,
)
_PLAIN_EVENTS = re.compile(r"\\[^\n]|\$\$")
_BLANK_LINE = re.compile(r"\n[ \t>]*\n")
_QUOTED = re.compile(r"[ ]{0,3}(?:>[ ]?)+")
_QUOTE_MARKS = re.compile(r"^[ ]{0,3}(?:>[ ]?){1,20}", re.M)
# "costs $$ here and $$ there" is not a formula.
_LOOKS_LIKE_TEX = re.compile(r"[\\^_={}<>+*/0-9|-]|^\s*\w\s*$")
_CLOSERS = {r"\(": r"\)", r"\[": r"\]", "$$": "$$"}


def extract(source: str, *, markdown: bool) -> tuple[str, list[Formula]]:
    """*source* with each formula replaced by a placeholder, and the formulas in order.

    With *markdown*, code keeps its formulas as they are.  A formula ends within 4,000 characters and
    holds no blank line; a post has at most 1,000.
    """
    if r"\(" not in source and r"\[" not in source and "$$" not in source:
        return source, []
    pattern = _EVENTS if markdown else _PLAIN_EVENTS
    events = [_event(match) for match in pattern.finditer(source)]
    where: dict[str, list[int]] = {}
    for index, event in enumerate(events):
        where.setdefault(event[2], []).append(index)
    blanks = [match.start() for match in _BLANK_LINE.finditer(source)]

    formulas: list[Formula] = []
    out: list[str] = []
    done = index = 0
    while index < len(events) and len(formulas) < MAX_FORMULAS:
        start, end, token, fence = events[index]
        index += 1
        if fence:
            index = _after_fence(source, events, index)
        elif token[0] == "`":
            # A code span ends at the next run of as many backticks.
            same = where[token]
            after = bisect_right(same, index - 1)
            if after < len(same):
                index = same[after] + 1
        elif (closer := _CLOSERS.get(token)) is not None:
            same = where.get(closer, [])
            after = bisect_right(same, index - 1)
            if after == len(same):
                continue
            close_start, close_end, _, _ = events[same[after]]
            if close_start - end > MAX_LENGTH:
                continue
            blank = bisect_right(blanks, end - 1)
            if blank < len(blanks) and blanks[blank] < close_start:
                continue
            tex = source[end:close_start]
            if token == "$$" and not _LOOKS_LIKE_TEX.search(tex):
                index = same[after] + 1
                continue
            if not tex.strip():
                continue
            if markdown and "\n" in tex:
                line = source[source.rfind("\n", 0, start) + 1 : start]
                if _QUOTED.match(line):
                    tex = _QUOTE_MARKS.sub("", tex)
            out.append(source[done:start])
            out.append(f"{OPEN}{len(formulas)}{CLOSE}")
            formulas.append(Formula(tex.strip(), token != r"\(", source[start:close_end]))
            done = close_end
            index = same[after] + 1
    out.append(source[done:])
    return "".join(out), formulas


_Event = tuple[int, int, str, bool]  # start, end, what it is, whether it is a fence


def _event(match: re.Match[str]) -> _Event:
    if match.lastgroup:
        return match.start(), match.end(), match["fence"], True
    return match.start(), match.end(), match[0], False


def _after_fence(source: str, events: list[_Event], index: int) -> int:
    """The index of the first event after the fenced block that the event before *index* opens."""
    opened = events[index - 1][2]
    while index < len(events):
        _, end, token, fence = events[index]
        index += 1
        if fence and token.startswith(opened):
            line_end = source.find("\n", end)
            if not source[end : line_end if line_end >= 0 else len(source)].strip():
                break
    return index
