r"""How many brackets of a formula stay open.

math-core (0.9) doubles its time with each opening bracket that finds no closing one in its row: 24 of
them take half a second, 40 for ever.  Promises a number that is never too small, so that such a
formula is not given to it; knows nothing else of TeX.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

# A command made of others (\\bra) reads what is in its group again for each group around it.
MAX_DEPTH = 24
TOO_MANY = 1_000

_OPENING = "".join(
    char
    for char in map(chr, range(0x21, 0x10000))
    if unicodedata.category(char) in ("Ps", "Pi") and char != "{"
)
_OPENERS = f"[{re.escape(_OPENING)}⌜⌞⎰]"
_NAMED = (
    r"(?:l|L|u)[A-Za-z]{0,9}(?:[aA]ng|[bB]r|ceil|floor|group|[vV]ert|corner|paren|moust|bag)"
    r"[A-Za-z]{0,9}"
)
_CLOSERS = r"[)\]]|\\\}|\\r(?:angle|brace|brack|ceil|floor|vert|Vert)(?![A-Za-z])"
_LARGE = r"\\[bB]igg?[lm]?(?![A-Za-z])"
_TOKEN = re.compile(
    r"(?P<plain>[A-Za-z0-9 +=,.<>/!;:'|*-]+)"
    r"|\\(?P<fence>left|right|middle)(?![A-Za-z])\s*(?:\\(?:[A-Za-z]+|.)|.)?"
    rf"|(?P<close>{_CLOSERS}|\\[bB]igg?r(?![A-Za-z])\s*(?:{_CLOSERS}))"
    rf"|(?P<open>(?:{_LARGE}\s*)?(?:{_OPENERS}|\\\{{|\\{_NAMED}))"
    rf"|(?P<class>{_LARGE}|\\mathopen(?![A-Za-z]))"
    r"|\\(?P<name>[A-Za-z]+)(?P<option>\s*\[[A-Za-z0-9 .,;=+-]{0,40}\])?"
    r"|\\.|\{|\}|[&^_]|[^\s]",
    re.S,
)
_PLAIN = re.compile(rf"(?:(?!{_OPENERS})[^\\])*+")

_BEGIN = frozenset({"begin", "bgroup", "begingroup"})
_END = frozenset({"end", "egroup", "endgroup"})


def unclosed(tex: str, arity: Callable[[str], int]) -> int:
    """How many opening brackets of *tex* may find no closing one; never fewer than there are.

    TOO_MANY where groups nest more than 24 deep.

    A closing bracket counts only in the same group and cell, and only where no command before it
    would take it as its argument: *arity* says how many a command takes.
    """
    if _PLAIN.fullmatch(tex):
        return 0
    found = 0
    scopes: list[tuple[int, int]] = []  # open brackets and awaited arguments of groups around
    here = awaited = 0
    for match in _TOKEN.finditer(tex):
        token, name = match[0], match["name"]
        if match["plain"]:
            if awaited:
                awaited = max(0, awaited - len(token.replace(" ", "")))
            continue
        fence = match["fence"]
        if token == "{" or fence == "left" or name in _BEGIN:
            scopes.append((here, max(0, awaited - 1)))
            here = awaited = 0
            if len(scopes) > MAX_DEPTH:
                return TOO_MANY
        elif token in ("}", "&", "\\\\") or fence or name in _END:
            # A command that still awaits something may swallow what it would itself close.
            found += here + (awaited > 0)
            here = awaited = 0
            if scopes and (token == "}" or fence == "right" or name in _END):
                here, awaited = scopes.pop()
        elif match["open"]:
            here += 1
            awaited = max(0, awaited - 1)
        elif match["class"]:
            here += 1
            awaited += 1
        elif match["close"]:
            if awaited:
                awaited -= 1
            elif here:
                here -= 1
        elif name:
            takes = arity(name)
            # \ket\hat becomes |\hat⟩, where \hat swallows what closes.
            here += awaited > 0 and takes > 0
            awaited = max(0, awaited - 1) + takes
        elif token in ("^", "_"):
            here += awaited > 0
            awaited += 1
        elif awaited:
            awaited -= 1
    return found + here + (awaited > 0) + sum(count for count, _ in scopes)
