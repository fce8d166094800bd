"""Sanitised HTML as plain text.

Reads what sanitise returned; of other HTML it makes what it can.  What it returns is text and must
be escaped like any other.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable

from stoa.text import mathml
from stoa.text.escaping import escaped

_BACK_LINK = re.compile(r'<a [^>]*class="footnote-backref"[^>]*>[^<]*</a>')
_SPACE = re.compile(r"[ \t\n\r\f]+")
_LINE = re.compile(r"<(?:br|/li|/tr|/dt|/caption)\b[^>]*>")
_PARAGRAPH = re.compile(
    r"</?(?:p|div|h[1-6]|blockquote|pre|ul|ol|dl|table|hr|figure|figcaption|section)\b[^>]*>"
)
_CELL = re.compile(r"</t[dh]>")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_GAP = re.compile(r" *\n *")
_MANY_LINES = re.compile(r"\n{3,}")


def plain_text(source: str) -> str:
    r"""The words of *source*: paragraphs apart by a blank line, <br> as a newline.

    A formula is its TeX between \( \) or \[ \]; a link is all of its text, hidden parts too.
    """
    if "<" not in source:
        return html.unescape(source).strip()
    # Made text stands aside until the tags are gone: it may look like one.
    kept: list[str] = []

    def keep(text: str) -> str:
        kept.append(text)
        return f"\ufdd0{len(kept) - 1}\ufdd1"

    if "<math" in source:
        source = _replaced(source, "math", lambda part: keep(mathml.source_of(part)))
    if "footnote-backref" in source:
        source = _BACK_LINK.sub("", source)
    if "<pre" in source:
        source = _replaced(source, "pre", lambda part: f"<p>{keep(_code(part))}</p>")
    text = _SPACE.sub(" ", source)
    text = _PARAGRAPH.sub("\n\n", _LINE.sub("\n", _CELL.sub(" ", text)))
    text = html.unescape(_TAG.sub("", text))
    text = _MANY_LINES.sub("\n\n", _GAP.sub("\n", text)).strip()
    return _KEPT.sub(lambda match: _kept(kept, match), text) if kept else text


_KEPT = re.compile("\ufdd0([0-9]+)\ufdd1")


def _kept(kept: list[str], match: re.Match[str]) -> str:
    index = int(match[1])
    text = kept[index] if index < len(kept) else ""
    return _KEPT.sub(lambda inner: _kept(kept[:index], inner), text)


def _replaced(source: str, name: str, make: Callable[[str], str]) -> str:
    """*source* with each element *name* replaced by what *make* makes of it."""
    closer = f"</{name}>"
    out: list[str] = []
    done = 0
    while (start := source.find(f"<{name}", done)) >= 0:
        end = source.find(closer, start)
        if end < 0:
            break
        end += len(closer)
        out += [source[done:start], make(source[start:end])]
        done = end
    out.append(source[done:])
    return "".join(out)


def _code(source: str) -> str:
    return html.unescape(_TAG.sub("", _LINE.sub("\n", source))).strip("\n")


def formulas_as_tex(source: str) -> str:
    r"""*source* with each <math> replaced by its TeX between \( \) or \[ \], for servers that strip
    elements they do not know and would show the symbols glued together.
    """
    if "<math" not in source:
        return source
    return _replaced(source, "math", lambda part: escaped(mathml.source_of(part)))
