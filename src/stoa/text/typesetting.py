r"""Formulas as MathML.

Promises MathML Core with the TeX kept as annotation (FEP-dc88), or the source as code: a mistake in
a formula is never an error.  The libraries see only formulas of bounded length, depth and number,
because one of them would take the process with it, or all of its time.  Macros cannot be defined.
"""

from __future__ import annotations

import functools
import re
import threading
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from stoa.text import mathml
from stoa.text.brackets import unclosed
from stoa.text.escaping import escaped
from stoa.text.formulas import Formula
from stoa.text.sanitising import too_deep

if TYPE_CHECKING:
    import math_core

MAX_MARKUP = 150_000  # characters of MathML in one post; beyond it formulas stay TeX
MAX_DEPTH = 50  # elements within each other in what is shown

# A definition can expand to any size and depth.
_DEFINES = re.compile(
    r"\\(?:[egx]?def|let|futurelet|(?:re)?newcommand|providecommand|(?:re)?newenvironment"
    r"|DeclareMathOperator|DeclarePairedDelimiter)(?![A-Za-z])"
)

# A bracket that is never closed doubles the work (see brackets); it is counted in characters read.
MAX_WORK = 500_000
_MOST_UNCLOSED = 8

# latex2mathml takes fifty times as long as math-core, five microseconds for a character, and is asked
# only for what that cannot do.
MAX_SLOW = 4_000

# math-core is recursive and needs up to 3.2 KB of stack for a level (measured with 0.9); running out
# of it ends the process.  Sixty levels fit the smallest stack a thread is given anywhere; a formula
# that could have more is converted on a thread whose stack fits any formula of 4,000 characters.
_LEVELS_ANYWHERE = 60
_STACK = 64 * 1024 * 1024


class Converter:
    """Formulas of one post as HTML, within what one post may cost."""

    def __init__(self) -> None:
        self._markup = 0
        self._work = 0
        self._slow = 0

    def html(self, formula: Formula) -> str:
        """A <math> element with its TeX, or the source as <code> when it cannot be made."""
        markup = None
        if self._markup < MAX_MARKUP and not _DEFINES.search(formula.tex):
            left_open = unclosed(formula.tex, _arity)
            work = len(formula.tex) << min(left_open, _MOST_UNCLOSED)
            if left_open <= _MOST_UNCLOSED and self._work + work <= MAX_WORK:
                self._work += work
                markup = _quick(formula.tex, formula.display)
            if markup is None and self._slow + len(formula.tex) <= MAX_SLOW:
                self._slow += len(formula.tex)
                markup = _thorough(formula.tex)
        if markup is None or len(markup) > MAX_MARKUP // 4 or too_deep(markup, MAX_DEPTH):
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
_TAG_NAME = re.compile(r"</?([^\s/>]*)")
_LEAKED = re.compile(r">\s*\\[A-Za-z]")


def _quick(tex: str, display: bool) -> str | None:
    """What stands inside <math> for *tex*, by math-core; None when that does not know it."""
    import math_core

    if r"\tag" not in tex:
        tex = _NUMBERED.sub(r"\\\1{\2*}", tex)
    try:
        if sum(map(tex.count, "\\{[^_")) <= _LEVELS_ANYWHERE:
            markup = _math_core().convert_with_local_state(tex, displaystyle=display)
        else:
            markup = _on_a_large_stack(tex, display)
    except (math_core.LatexError, RuntimeError):  # RuntimeError: no thread to be had
        return None
    inner = _ROOT.fullmatch(markup)
    if inner is None:
        return None
    markup = _STRIKE.sub("", _MARGIN_CELL.sub("", inner[1]))
    markup = _STYLE.sub("", _ALIGNED.sub(r'<mtd class="align-\1"', markup))
    return f"<mrow>{markup}</mrow>" if markup else None


@functools.lru_cache(maxsize=4_096)
def _arity(name: str) -> int:
    """How many arguments a command takes: as few as math-core converts it with, else very many."""
    import math_core

    for count in range(3):
        try:
            _math_core().convert_with_local_state(f"\\{name}" + "{x}" * count, displaystyle=True)
        except math_core.LatexError:
            continue
        return count
    return _UNKNOWN


_UNKNOWN = 9


def _thorough(tex: str) -> str | None:
    """What stands inside <math> for *tex*, by latex2mathml; None when that fails too."""
    from latex2mathml import converter

    try:
        markup = converter.convert(tex)
    except Exception:  # IndexError, KeyError, RecursionError and its own: a mistake in the TeX
        return None
    inner = _ROOT.fullmatch(markup)
    if inner is None or _LEAKED.search(markup):
        return None
    # It copies \text{<b>} into its markup as it is.
    if not mathml.TAGS.issuperset(_TAG_NAME.findall(markup)):
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


def _on_a_large_stack(tex: str, display: bool) -> str:
    convert = functools.partial(_math_core().convert_with_local_state, tex, displaystyle=display)
    return str(_large_stack().submit(convert).result())


_starting = threading.Lock()


@functools.cache
def _large_stack() -> ThreadPoolExecutor:
    """One thread with 64 MB of stack; memory is taken only as far as a formula needs it."""
    executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="formulas")
    # The size is a setting of the whole process and counts when a thread starts.
    with _starting:
        usual = threading.stack_size(_STACK)
        try:
            executor.submit(int).result()
        finally:
            threading.stack_size(usual)
    return executor


@functools.cache
def _math_core() -> math_core.LatexToMathML:
    import math_core

    return math_core.LatexToMathML(fancy_error=False)
