r"""Formulas: \(...\), \[...\] and $$...$$ found before any other syntax, and turned into MathML.

Promises MathML Core with the TeX kept as annotation (FEP-dc88), or the source as code: a mistake in
a formula is never an error.  The libraries see only formulas of bounded length, depth and number,
because both are recursive and one of them would take the process with it.  Macros do not reach from
one formula to the next.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stoa.text import mathml
from stoa.text.escaping import escaped

if TYPE_CHECKING:
    import math_core

OPEN, CLOSE = "\ufdd0", "\ufdd1"
PLACEHOLDER = re.compile("\ufdd0([0-9]{1,5})\ufdd1")

MAX_LENGTH = 4_000
MAX_FORMULAS = 1_000
MAX_MARKUP = 150_000  # characters of MathML in one post; beyond it formulas stay TeX

# latex2mathml takes fifty times as long as math-core and is asked only for what that cannot do.
_SLOW_LENGTH = 400
MAX_SLOW = 20

# math-core needs up to 3.2 KB of stack for a level (measured); a small thread stack is 512 KB.
MAX_NESTING = 100
_FEW = 60


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


class Converter:
    """Formulas of one post as HTML, within what one post may cost."""

    def __init__(self) -> None:
        self._markup = 0
        self._slow = 0

    def html(self, formula: Formula) -> str:
        """A <math> element with its TeX, or the source as <code> when it cannot be made."""
        markup = None
        if self._markup < MAX_MARKUP and not _too_deep(formula.tex):
            markup = _quick(formula.tex, formula.display)
            if markup is None and len(formula.tex) <= _SLOW_LENGTH and self._slow < MAX_SLOW:
                self._slow += 1
                markup = _thorough(formula.tex)
        if markup is None or len(markup) > MAX_MARKUP // 4:
            return f"<code>{escaped(formula.source)}</code>"
        self._markup += len(markup)
        tex = escaped(formula.tex)
        return (
            f'<math display="{"block" if formula.display else "inline"}"><semantics>{markup}'
            f'<annotation encoding="{mathml.TEX}">{tex}</annotation></semantics></math>'
        )


_ROOT = re.compile(r"<math[^>]*>(.*)</math>", re.S)
_ALIGNED = re.compile(r'<mtd style="(?:[^"]*;)?text-align: (left|right)[^"]*"')
_STRIKE = re.compile(r'<mrow class="menclose-[a-z]*"></mrow>')
_STYLE = re.compile(r' style="[^"]*"')
# Numbers belong to papers; MathJax as servers set it up gives none either.
_NUMBERED = re.compile(r"\\(begin|end)\{(align|equation|gather|alignat|flalign|multline)\}")
_MARGIN_CELL = re.compile(r'<mtd style="width: 50%[^"]*"></mtd>')
_LEAKED = re.compile(r">\s*\\[A-Za-z]")


def _quick(tex: str, display: bool) -> str | None:
    """What stands inside <math> for *tex*, by math-core; None when that does not know it."""
    import math_core

    if r"\tag" not in tex:
        tex = _NUMBERED.sub(r"\\\1{\2*}", tex)
    try:
        markup = _math_core().convert_with_local_state(tex, displaystyle=display)
    except math_core.LatexError:
        return None
    inner = _ROOT.fullmatch(markup)
    if inner is None:
        return None
    markup = _STRIKE.sub("", _MARGIN_CELL.sub("", inner[1]))
    markup = _STYLE.sub("", _ALIGNED.sub(r'<mtd class="align-\1"', markup))
    return f"<mrow>{markup}</mrow>" if markup else None


def _thorough(tex: str) -> str | None:
    """What stands inside <math> for *tex*, by latex2mathml; None when that fails too."""
    # It copies words of the source into its markup as they are: leave those to the source.
    if "<" in tex or "&lt" in tex or "\\href" in tex or "\\style" in tex:
        return None
    from latex2mathml import converter

    try:
        markup = converter.convert(tex)
    except Exception:  # IndexError, KeyError, RecursionError and its own: a mistake in the TeX
        return None
    inner = _ROOT.fullmatch(markup)
    if inner is None or _LEAKED.search(markup):
        return None
    return _VARIANT.sub(_letters, inner[1]) or None


# MathML Core has no mathvariant but "normal": the letters themselves say it.
_VARIANT = re.compile(r'<(m[in]) mathvariant="([a-z-]+)">([A-Za-z0-9]{1,20})<')
_ALPHABETS = {
    "double-struck": ("MATHEMATICAL DOUBLE-STRUCK", "DOUBLE-STRUCK"),
    "script": ("MATHEMATICAL SCRIPT", "SCRIPT"),
    "fraktur": ("MATHEMATICAL FRAKTUR", "BLACK-LETTER"),
    "bold": ("MATHEMATICAL BOLD",),
    "bold-italic": ("MATHEMATICAL BOLD ITALIC", "MATHEMATICAL BOLD"),
    "sans-serif": ("MATHEMATICAL SANS-SERIF",),
    "monospace": ("MATHEMATICAL MONOSPACE",),
}


def _letters(match: re.Match[str]) -> str:
    return f"<{match[1]}>{''.join(_letter(char, match[2]) for char in match[3])}<"


def _letter(char: str, variant: str) -> str:
    if char.isdigit():
        name = unicodedata.name(char)
    else:
        name = f"{'CAPITAL' if char.isupper() else 'SMALL'} {char.upper()}"
    for alphabet in _ALPHABETS.get(variant, ()):
        try:
            return unicodedata.lookup(f"{alphabet} {name}")
        except KeyError:
            continue
    return char


@functools.cache
def _math_core() -> math_core.LatexToMathML:
    import math_core

    return math_core.LatexToMathML(fancy_error=False)


# A definition can hide a bracket, or expand to any depth.
_DEFINES = re.compile(
    r"\\(?:[egx]?def|let|futurelet|(?:re)?newcommand|providecommand|(?:re)?newenvironment"
    r"|DeclareMathOperator|DeclarePairedDelimiter|char|string|csname|expandafter|verb|catcode)"
    r"(?![A-Za-z])"
)
_COMMENT = re.compile(r"(\\.)|%[^\n]*", re.S)
_TOKENS = re.compile(r"\\(?:[a-zA-Z]+|.)|[^\\\s]", re.S)
_BEGINNERS = frozenset({"{", "[", "\\left", "\\begin", "\\bgroup", "\\begingroup"})
_ENDERS = {
    "}": ("{", "\\bgroup"),
    "]": ("[",),
    "\\right": ("\\left",),
    "\\end": ("\\begin",),
    "\\egroup": ("\\bgroup", "{"),
    "\\endgroup": ("\\begingroup",),
}


def _too_deep(tex: str) -> bool:
    r"""Whether a recursive reader of *tex* could need more than 100 levels.

    Levels come from groups and from commands that take their argument without braces: in
    \sqrt\sqrt\frac1\sqrt each is the argument of the one before.  Any command is taken for one that
    may; a chain goes on while at most one other token or group stands between two commands.
    """
    if _DEFINES.search(tex):
        return True
    if tex.count("\\") + tex.count("{") + tex.count("[") <= _FEW:
        return False
    # A comment may hide the end of a group: read it both ways.
    return _deep(tex) or ("%" in tex and _deep(_COMMENT.sub(r"\1", tex)))


def _deep(tex: str) -> bool:
    openers, chains, gaps = [""], [0], [0]
    total = 0
    for token in _TOKENS.findall(tex):
        if token in _BEGINNERS:
            openers.append(token)
            chains.append(0)
            gaps.append(0)
        elif (closes := _ENDERS.get(token)) is not None:
            # A bracket need not be closed: a group's end closes those within.
            last = len(openers) - 1
            while openers[last] == "[" and token != "]":
                last -= 1
            if openers[last] in closes:
                total -= sum(chains[last:])
                del openers[last:], chains[last:], gaps[last:]
            gaps[-1] += 1
        elif token in ("\\\\", "&"):
            total -= chains[-1]
            chains[-1] = gaps[-1] = 0
        elif token[0] == "\\" and token[1:].isalpha():
            if gaps[-1] > 1:
                total -= chains[-1]
                chains[-1] = 0
            chains[-1] += 1
            gaps[-1] = 0
            total += 1
        else:
            gaps[-1] += 1
        if total + len(chains) > MAX_NESTING:
            return True
    return False
