"""Markdown to HTML: CommonMark with tables, strikethrough and footnotes.

The parser is pulldown-cmark, which takes time in proportion to its input whatever that is.  What it
returns is not safe to show: raw HTML stands in it, to be judged by the sanitiser like any other.
Formulas and names that hold marks of emphasis (@_ann_, a_*_b in an address) are put out of its reach
first.
"""

from __future__ import annotations

import html
import re
import zlib
from urllib.parse import quote

import pyromark

from stoa.text.entities import hide_marks

_OPTIONS = (
    pyromark.Options.ENABLE_TABLES
    | pyromark.Options.ENABLE_STRIKETHROUGH
    | pyromark.Options.ENABLE_FOOTNOTES
)
# Tables and footnotes can make much out of little: a row of 20,000 cells from one bar each.
MAX_HTML = 300_000
MAX_GROWTH = 4

_MARKS = {"_": "\ufdd2", "*": "\ufdd3", "~": "\ufdd4"}
_HIDE_MARKS = str.maketrans(_MARKS)
# A sign after a backslash is meant as itself and starts no mention, hashtag or shortcode.
_ESCAPED = {"@": "\ufdd5", "#": "\ufdd6", ":": "\ufdd7"}
_HIDDEN = re.compile("[\ufdd5-\ufdd7]")
_ESCAPE = re.compile(r"\\(?:([@#:])|.)", re.S)
_HAS_MARK = re.compile(r"[_*~]")


def to_html(source: str) -> str | None:
    """HTML of *source*, not sanitised; None when it would be out of all proportion.

    Signs that were escaped stay hidden until its words have been read: see show_signs.
    """
    marked = _HAS_MARK.search(source) is not None
    if marked:
        source = hide_marks(source, _HIDE_MARKS)
    escaped = "\\" in source
    if escaped:
        source = _ESCAPE.sub(_hide_escaped, source)
    result = pyromark.html(source, options=_OPTIONS)
    if len(result) > max(MAX_HTML, MAX_GROWTH * len(source)):
        return None
    if marked:
        for mark, hidden in _MARKS.items():
            result = result.replace(hidden, mark).replace(quote(hidden), mark)
    if escaped:
        for sign, hidden in _ESCAPED.items():
            result = result.replace(quote(hidden), sign)
    result = result.replace(" />", ">")
    if 'style="text-align: ' in result:
        result = _ALIGNED.sub(r'<\1 class="align-\2">', result)
    if 'class="footnote-' in result:
        result = _with_footnotes(result, format(zlib.crc32(source.encode()), "08x"))
    return result


def show_signs(piece: str, *, in_code: bool = False) -> str:
    """*piece* with the signs that to_html hid; in code the backslash before them is shown too."""
    if _HIDDEN.search(piece):
        for sign, hidden in _ESCAPED.items():
            piece = piece.replace(hidden, "\\" + sign if in_code else sign)
    return piece


def _hide_escaped(match: re.Match[str]) -> str:
    return _ESCAPED[match[1]] if match[1] else match[0]


_ALIGNED = re.compile(r'<(t[hd]) style="text-align: (left|right|center)">')
_REFERENCE = re.compile(r'<sup class="footnote-reference"><a href="#([^"]*)">(\d+)</a></sup>')
_DEFINITION = re.compile(
    r'<div class="footnote-definition" id="[^"]*">'
    r'<sup class="footnote-definition-label">(\d+)</sup>'
)
_DEFINITION_END = "</div>"


def _with_footnotes(source: str, post: str) -> str:
    """*source* with its notes gathered at the end, each linked from and back to where it is named.

    *post* keeps the ids of several posts on one page apart.
    """
    bodies: dict[str, str] = {}
    kept: list[str] = []
    done = 0
    while match := _DEFINITION.search(source, done):
        end = source.find(_DEFINITION_END, match.end())
        if end < 0:
            break
        kept.append(source[done : match.start()])
        bodies.setdefault(match[1], source[match.end() : end].strip())
        done = end + len(_DEFINITION_END)
    kept.append(source[done:])

    named: dict[str, int] = {}

    def refer(match: re.Match[str]) -> str:
        number = match[2]
        if number not in bodies:
            return f"<sup>{number}</sup>"
        count = named[number] = named.get(number, 0) + 1
        own = f"fnref-{post}-{number}" + (f"-{count}" if count > 1 else "")
        return (
            f'<sup><a href="#fn-{post}-{number}" id="{own}" class="footnote-ref"'
            f' role="doc-noteref">{number}</a></sup>'
        )

    text = _REFERENCE.sub(refer, "".join(kept))
    items: list[str] = []
    for number in sorted(bodies, key=int):
        body = _REFERENCE.sub(refer, bodies[number])
        back = (
            f' <a href="#fnref-{post}-{number}" class="footnote-backref" role="doc-backlink">↩</a>'
            if number in named
            else ""
        )
        if body.endswith("</p>"):
            body = f"{body[:-4]}{back}</p>"
        else:
            body += back
        items.append(f'<li id="fn-{post}-{number}">{body}</li>')
    if not items:
        return text
    return (
        f'{text}<section class="footnotes" role="doc-endnotes"><hr><ol>\n'
        + "\n".join(items)
        + "\n</ol></section>\n"
    )


def language_of(class_name: str) -> str:
    """The language a fence names, from the class of its <code>; '' when none."""
    name = html.unescape(class_name).removeprefix("language-")
    return name.split(",")[0].strip("{}.")
