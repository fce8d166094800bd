"""Sanitised HTML as XHTML for books: the same text and marks, in a form that XML readers take.  Pure.

Only what the sanitiser lets through is known here; of the rest the words stay.  Pictures within the text
are emoji, for which their names stand.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from html.parser import HTMLParser
from urllib.parse import urlsplit

from stoa.text import mathml

_PLAIN = frozenset(
    str.split(
        "p br span a abbr bdi del s ins mark pre blockquote q cite code kbd samp var b strong u sub sup em "
        "i small h1 h2 h3 h4 h5 h6 ul ol li dl dt dd hr div table caption thead tbody tfoot tr th td ruby "
        "rt rp details summary section time wbr"
    )
)
_MATHS = frozenset(mathml.TAGS)
_VOID = frozenset(("br", "hr", "wbr"))
_BLOCKS = frozenset(str.split("p h1 h2 h3 h4 h5 h6 pre ul ol dl div table blockquote hr section details"))
# What may stand around a block; all else is ended where one begins, as XHTML asks.
_AROUND = frozenset(str.split("ul ol dl li dd div table caption tr td th blockquote section details"))
_EVERYWHERE = frozenset(("id", "dir", "lang", "class"))
_OF = {
    "a": frozenset({"href"}),
    "ol": frozenset({"start"}),
    "li": frozenset({"value"}),
    "th": frozenset({"colspan", "rowspan", "scope"}),
    "td": frozenset({"colspan", "rowspan"}),
}
# XML 1.0 has no way to write these, not even escaped.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MATHML = "http://www.w3.org/1998/Math/MathML"


def words(said: str) -> str:
    """Plain text as it is written in XML, in attributes too."""
    return escape(_NOT_XML.sub("", said))


def of(source: str, *, base: str, places: Mapping[str, str]) -> str:
    """*source* as XHTML.  Addresses without a host begin with *base*; `#id` leads to the file where that
    id is (*places*: id → file), or nowhere.
    """
    writer = _Writer(base, places)
    writer.feed(source)
    writer.close()
    return writer.finished()


class _Writer(HTMLParser):
    def __init__(self, base: str, places: Mapping[str, str]) -> None:
        super().__init__(convert_charrefs=True)
        self._base = base
        self._places = places
        self._out: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        while tag in _BLOCKS and self._open and self._open[-1] not in _AROUND:
            self._out.append(f"</{self._open.pop()}>")
        if tag == "img":
            self.handle_data(given.get("alt", ""))
        elif tag in _VOID:
            self._out.append(f"<{tag}/>")
        elif tag in _PLAIN or tag in _MATHS:
            self._out.append(f"<{tag}{self._attributes(tag, given)}>")
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while (last := self._open.pop()) != tag:
                self._out.append(f"</{last}>")
            self._out.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self._out.append(escape(_NOT_XML.sub("", data), quote=False))

    def finished(self) -> str:
        """All of it, with nothing left open."""
        ends = [f"</{tag}>" for tag in reversed(self._open)]
        return "".join([*self._out, *ends])

    def _attributes(self, tag: str, given: dict[str, str]) -> str:
        kept: dict[str, str] = {"xmlns": _MATHML} if tag == "math" else {}
        own = frozenset(mathml.ATTRIBUTES.get(tag, ())) if tag in _MATHS else _OF.get(tag, frozenset())
        for name, value in given.items():
            if name == "href":
                if address := self._address(value):
                    kept["href"] = address
            elif name == "lang":
                kept["lang"] = kept["xml:lang"] = value
            elif name == "class" and value == "footnote-ref":
                kept["class"], kept["epub:type"] = value, "noteref"
            elif name in own or (name in _EVERYWHERE and tag not in _MATHS):
                kept[name] = value
        return "".join(f' {name}="{words(value)}"' for name, value in kept.items())

    def _address(self, value: str) -> str:
        if value.startswith("#"):
            file = self._places.get(value[1:])
            return "" if file is None else f"{file}{value}"
        if value.startswith("/") and not value.startswith("//"):
            return self._base + value
        try:
            parts = urlsplit(value)
        except ValueError:
            return ""
        return value if parts.scheme in ("http", "https") and parts.hostname else ""
