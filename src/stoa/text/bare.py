"""Sanitised HTML without its dress: paragraphs, line breaks and links, nothing else.

For readers whom headings, tables, mathematics set in two dimensions or moving emoji hinder.  Reads what
sanitise returned; of other HTML it makes what it can.
"""

from __future__ import annotations

import html
import re

from stoa.text.escaping import attribute, escaped
from stoa.text.plain import plain_text

_PICTURE = re.compile(r'<img\b[^>]*\balt="([^"]*)"[^>]*>')
_ITEM = re.compile(r"(<(?:li|dd)\b[^>]*>)\s*(<p\b[^>]*>)?")
_QUOTE = re.compile(r"(<blockquote\b[^>]*>\s*(?:<p\b[^>]*>)?)(.*?)((?:</p>)?\s*</blockquote>)", re.S)
_LINK = re.compile(r'<a\b[^>]*\bhref="([^"]*)"[^>]*>(.*?)</a>', re.S)
# Not sent by anybody: what a database holds has none of them (text/sanitising).
_OPEN, _BETWEEN, _CLOSE = "\ufdd4", "\ufdd5", "\ufdd6"
_KEPT = re.compile(f"{_OPEN}([0-9]+){_BETWEEN}(.*?){_CLOSE}", re.S)
_MARKS = re.compile(f"[{_OPEN}{_BETWEEN}{_CLOSE}]")


def bare(source: str) -> str:
    """*source* as `<p>`, `<br>` and `<a>` alone: formulas as their TeX, code as text, pictures as their
    description, items of lists after a dash, quotations in quotation marks, footnotes by their number.
    """
    places: list[str] = []

    def link(match: re.Match[str]) -> str:
        address = html.unescape(match[1])
        if "footnote-backref" in match[0]:
            return ""
        if address.startswith("#"):
            return f"[{match[2]}]"
        places.append(address)
        return f"{_OPEN}{len(places) - 1}{_BETWEEN}{match[2]}{_CLOSE}"

    source = _MARKS.sub("", source)
    source = _PICTURE.sub(r"\1", source)
    source = _LINK.sub(link, source)
    source = _ITEM.sub(r"\1– ", source)
    source = _QUOTE.sub(r"\1“\2”\3", source)
    return "".join(
        f"<p>{_linked(escaped(paragraph), places)}</p>"
        for paragraph in plain_text(source).split("\n\n")
        if paragraph.strip()
    )


def _linked(words: str, places: list[str]) -> str:
    def link(match: re.Match[str]) -> str:
        number = int(match[1])
        if number >= len(places):
            return match[2]
        return f'<a href="{attribute(places[number])}" rel="nofollow noopener">{match[2]}</a>'

    # A link that spans paragraphs is none any more.
    return _MARKS.sub("", _KEPT.sub(link, words)).replace("\n", "<br>")
