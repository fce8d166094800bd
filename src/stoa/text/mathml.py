"""MathML as it may stand in a post: which elements, which attributes, and what is well formed.

Keeps MathML Core and what carries meaning; layout that could cover the rest of a page, colours and
links are dropped.  A fragment that is not well formed is shown as its TeX or its text (a malformed
one brought whole timelines down elsewhere: CVE-2026-50129).  Does not parse HTML: it reads what the
sanitiser has serialised.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping

TEX = "application/x-tex"
_TEX_NAMES = frozenset({TEX, "latex", "tex", "text/x-tex", "text/latex"})
_LEAVES = frozenset({"mi", "mn", "mo", "mtext", "ms", "annotation"})
_EMPTY = frozenset({"mspace", "mprescripts", "none"})
_ARITY = {
    "mfrac": 2,
    "mroot": 2,
    "msub": 2,
    "msup": 2,
    "munder": 2,
    "mover": 2,
    "msubsup": 3,
    "munderover": 3,
}
_CONTAINERS = frozenset(
    str.split("math mrow msqrt mstyle mpadded mphantom menclose mtable mtr mtd semantics mmultiscripts")
)
TAGS = _LEAVES | _EMPTY | _CONTAINERS | _ARITY.keys()

_BOOLEAN = re.compile(r"true|false")
# Small enough that a formula cannot be moved over its neighbours or blown up to hide them.
_LENGTH = re.compile(r"-?(?:\d(?:\.\d{1,10})?|\.\d{1,10}|10)(?:em|ex)|-?\d{1,2}(?:px|pt)|0")
_SIZE = re.compile(r"\d(?:\.\d{1,10})?(?:em|ex)|[1-4]?\d{1,2}%")

ATTRIBUTES: Mapping[str, Mapping[str, re.Pattern[str]]] = {
    "math": {"display": re.compile("block|inline")},
    "annotation": {"encoding": re.compile(r"[A-Za-z/.+-]{1,40}")},
    "mi": {"mathvariant": re.compile("normal")},
    "mo": {
        **dict.fromkeys(
            ("stretchy", "fence", "separator", "symmetric", "largeop", "movablelimits"), _BOOLEAN
        ),
        "form": re.compile("prefix|infix|postfix"),
        "lspace": _LENGTH,
        "rspace": _LENGTH,
        "minsize": _SIZE,
        "maxsize": _SIZE,
    },
    "mspace": {"width": _LENGTH},
    "mpadded": {"width": _LENGTH, "lspace": _LENGTH},
    "mfrac": {"linethickness": re.compile(r"0|0(?:em|ex|px|pt)|thin|medium|thick")},
    "mover": {"accent": _BOOLEAN},
    "munder": {"accentunder": _BOOLEAN},
    "munderover": {"accent": _BOOLEAN, "accentunder": _BOOLEAN},
    "mstyle": {
        "displaystyle": _BOOLEAN,
        "scriptlevel": re.compile(r"[+-]?[0-3]"),
        "mathvariant": re.compile("normal"),
    },
    "mtable": {"displaystyle": _BOOLEAN, "scriptlevel": re.compile("[0-3]")},
    "mtd": {
        "columnspan": re.compile(r"[1-9]\d?"),
        "rowspan": re.compile(r"[1-9]\d?"),
        "class": re.compile("align-left|align-right|align-center"),
    },
    "menclose": {"notation": re.compile(r"[a-z ]{1,60}")},
}

MAX_DEPTH = 100
MAX_ELEMENTS = 8_000
_ATTRIBUTES = r'(?: [a-z]+="[^"]*")*'
_TOKEN = re.compile(
    rf"<(mi|mn|mo|mtext|ms|annotation){_ATTRIBUTES}>[^<]*</\1>"
    rf"|<(/?)([a-z][a-z-]*){_ATTRIBUTES}>|([^<]+)|<"
)
_ANNOTATION = re.compile(r'<annotation encoding="([^"]*)">([^<]*)</annotation>')
_TAG = re.compile(r"<[^>]*>")


def well_formed(fragment: str) -> bool:
    """Whether *fragment* (one serialised <math> element) nests and counts as MathML Core asks."""
    stack: list[str] = []
    children: list[int] = []
    seen = 0
    for leaf, close, name, text in _TOKEN.findall(fragment):
        if leaf:
            seen += 1
            if not stack or stack[-1] in _LEAVES or stack[-1] in _EMPTY:
                return False
            children[-1] += 1
        elif text:
            if not stack or (stack[-1] not in _LEAVES and not text.isspace()):
                return False
        elif not name:
            return False
        elif close:
            if not stack or stack.pop() != name:
                return False
            count = children.pop()
            if name in _ARITY and count != _ARITY[name]:
                return False
        else:
            seen += 1
            if name not in TAGS or seen > MAX_ELEMENTS or len(stack) >= MAX_DEPTH:
                return False
            if not stack:
                if name != "math" or seen > 1:
                    return False
            elif name == "math" or stack[-1] in _LEAVES or stack[-1] in _EMPTY:
                return False
            else:
                children[-1] += 1
            stack.append(name)
            children.append(0)
    return 1 < seen <= MAX_ELEMENTS and not stack


def tex_of(fragment: str) -> str | None:
    """The TeX that a formula carries as its annotation, or None."""
    for encoding, text in _ANNOTATION.findall(fragment):
        if encoding.lower() in _TEX_NAMES:
            return html.unescape(text).strip()
    return None


def source_of(fragment: str) -> str:
    r"""Plain text for a formula: its TeX between \( \) or \[ \], else the symbols it shows."""
    tex = tex_of(fragment)
    if not tex:
        return html.unescape(_TAG.sub("", _ANNOTATION.sub("", fragment)))
    if 'display="block"' in fragment[: fragment.find(">")]:
        return rf"\[{tex}\]"
    return rf"\({tex}\)"
