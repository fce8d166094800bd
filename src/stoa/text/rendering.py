"""A text as its author typed it, to HTML that is safe to show.

Whatever find_mentions and find_hashtags return is what render makes links of: all three go by one
reading of the source.  Never raises for any source, and takes time in proportion to it.  Fetches
nothing: who is mentioned, and where a hashtag leads, the caller says.
"""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from stoa.text import formulas, markdown
from stoa.text.entities import RESERVED, Found, linked, normalise_hashtag
from stoa.text.highlighting import MAX_CODE, highlighted
from stoa.text.reading import plain_text
from stoa.text.sanitising import normalised, settled, too_deep

MAX_MENTIONS = 100
MAX_HASHTAGS = 100

# Far more than any post may count; beyond it words are shown as they are, without links.
MAX_SOURCE = 262_144


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody a post names: *acct* without '@' ("alice", "carl@there.example"), their page."""

    acct: str
    username: str
    url: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """*html*: sanitised.  *text*: its words alone, for search and excerpts, formulas as TeX."""

    html: str
    text: str


def render(
    source: str,
    content_type: str,
    *,
    mentions: Mapping[str, Mention],
    tag_url: Callable[[str], str],
    local_domain: str,
) -> Rendered:
    """The HTML and the plain text of *source* (text/plain, text/markdown or text/html).

    *mentions* is looked up by what find_mentions returned, then without regard to case, then
    without *local_domain*; a mention not in it stays text.  *tag_url* gives the address of a
    hashtag by its name as typed.
    """
    folded = {handle.lower(): mention for handle, mention in mentions.items()}
    own: set[str] = set()
    out: list[str] = []
    for piece in _read(source, content_type):
        if isinstance(piece, str):
            out.append(piece)
        elif piece.kind == "hashtag":
            url = tag_url(piece.name)
            own.add(url)
            out.append(
                f'<a href="{html.escape(url)}" class="mention hashtag" rel="tag">'
                f"#<span>{piece.name}</span></a>"
            )
        else:
            handle = piece.name.lower()
            mention = mentions.get(piece.name) or folded.get(handle)
            if mention is None:
                mention = folded.get(handle.removesuffix(f"@{local_domain.lower()}"))
            if mention is None:
                out.append(piece.shown)
                continue
            own.add(mention.url)
            out.append(
                f'<span class="h-card" translate="no"><a href="{html.escape(mention.url)}"'
                f' class="u-url mention">@<span>{html.escape(mention.username)}</span></a></span>'
            )
    safe = settled("".join(out), own)
    return Rendered(safe, plain_text(safe))


def find_mentions(source: str, content_type: str) -> list[str]:
    """Handles in *source* as typed, without '@' and with the domain in lower case.

    In order, unique, at most 100; those in code, links and formulas do not count.
    """
    found = (piece.name for piece in _entities(source, content_type) if piece.kind == "mention")
    return list(dict.fromkeys(found))[:MAX_MENTIONS]


def find_hashtags(source: str, content_type: str) -> list[str]:
    """Hashtags in *source* as typed, without '#'; one for each that normalise_hashtag tells apart.

    In order, at most 100; those in code, links and formulas do not count.
    """
    found: dict[str, str] = {}
    for piece in _entities(source, content_type):
        if piece.kind == "hashtag":
            found.setdefault(normalise_hashtag(piece.name), piece.name)
    return list(found.values())[:MAX_HASHTAGS]


def _entities(source: str, content_type: str) -> Iterator[Found]:
    return (piece for piece in _read(source, content_type) if not isinstance(piece, str))


_RESERVED = re.compile(f"[{RESERVED}\x00]|[\ud800-\udfff]")
_NEWLINE = re.compile("\r\n?|[\u2028\u2029]")


# An author's text is asked for its mentions, for its hashtags and for its HTML, one after another.
@functools.lru_cache(maxsize=8)
def _read(source: str, content_type: str) -> tuple[str | Found, ...]:
    """*source* as HTML, not sanitised, with mentions and hashtags left to be decided."""
    source = _NEWLINE.sub("\n", _RESERVED.sub("\ufffd", source))
    if len(source) > MAX_SOURCE:
        return (html.escape(source, quote=False).replace("\n", "<br>"),)
    base = content_type.partition(";")[0].strip().lower()
    if base == "text/markdown":
        text, found = formulas.extract(source, markdown=True)
        made = markdown.to_html(text)
        if made is not None and not too_deep(made):
            # Only HTML the author typed can be irregular.
            if "<" in text:
                made = normalised(made)
            return tuple(_Reader(found).html(made, colour=True))
    elif base == "text/html":
        return tuple(_Reader(None).html(normalised(source), colour=False))
    text, found = formulas.extract(source, markdown=False)
    return tuple(_Reader(found).plain(text))


_TOKEN = re.compile(r'<(/?)([a-z][a-z0-9]*)((?:\s+[a-z-]+(?:="[^"]*")?)*)\s*/?>')
_CLASS = re.compile(r'class="([^"]*)"')
_PARAGRAPHS = re.compile(r"\n[^\S\n]*\n\s*")
_SILENT = frozenset({"a", "code", "pre", "math", "script", "style"})
_QUOTED_PLACEHOLDER = re.compile(
    f"(?:{formulas.OPEN}|{quote(formulas.OPEN)})([0-9]{{1,5}})(?:{formulas.CLOSE}|{quote(formulas.CLOSE)})"
)


class _Reader:
    """One reading of one source: its formulas, and what they and its code may cost.

    *found* are the formulas whose placeholders stand in the text; None to look for them in it.
    """

    def __init__(self, found: list[formulas.Formula] | None) -> None:
        self.found = found or []
        self.extracts = found is None
        self.converter = formulas.Converter()
        self.code_left = MAX_CODE

    def plain(self, text: str) -> Iterator[str | Found]:
        """Paragraphs where blank lines are, <br> where a line ends."""
        for paragraph in _PARAGRAPHS.split(text.strip()):
            if paragraph:
                yield "<p>"
                for piece in self.words(paragraph):
                    yield piece.replace("\n", "<br>") if isinstance(piece, str) else piece
                yield "</p>"

    def html(self, source: str, *, colour: bool) -> Iterator[str | Found]:
        """Tags as they are; words between them read, unless they stand in code or in a link."""
        silent: list[str] = []
        done = 0
        language = ""
        for match in _TOKEN.finditer(source):
            text = source[done : match.start()]
            done = match.end()
            if text:
                yield from self._text(text, silent, language)
            close, name, attributes = match.groups()
            yield self._tag(match[0])
            if name not in _SILENT:
                continue
            language = ""
            if not close:
                if colour and name == "code" and silent == ["pre"]:
                    classes = _CLASS.search(attributes)
                    language = markdown.language_of(classes[1]) if classes else ""
                silent.append(name)
            elif silent and silent[-1] == name:
                silent.pop()
        if done < len(source):
            yield from self._text(source[done:], silent, "")

    def words(self, text: str) -> Iterator[str | Found]:
        """*text* (not escaped) as HTML: formulas, links, mentions, hashtags."""
        parts = formulas.PLACEHOLDER.split(text)
        for index, part in enumerate(parts):
            if index % 2:
                yield self.converter.html(self.found[int(part)])
            elif part:
                for piece in linked(part):
                    yield piece.translate(markdown.SHOW_ESCAPED) if isinstance(piece, str) else piece

    def _text(self, text: str, silent: list[str], language: str) -> Iterator[str | Found]:
        if not silent:
            text = html.unescape(text)
            if self.extracts:
                text, self.found = formulas.extract(text, markdown=False)
            yield from self.words(text)
            return
        text = formulas.PLACEHOLDER.sub(self._source, html.unescape(text))
        if "code" not in silent:
            yield html.escape(text.translate(markdown.SHOW_ESCAPED), quote=False)
            return
        text = text.translate(markdown.SHOW_ESCAPED_IN_CODE)
        if language and len(text) <= self.code_left:
            self.code_left -= len(text)
            yield highlighted(text, language)
        else:
            yield html.escape(text, quote=False)

    def _tag(self, tag: str) -> str:
        if "\ufdd0" in tag or "%EF%B7%90" in tag:
            tag = _QUOTED_PLACEHOLDER.sub(lambda match: html.escape(self._source(match)), tag)
        return tag.translate(markdown.SHOW_ESCAPED)

    def _source(self, match: re.Match[str]) -> str:
        # An address may hold the percent-encoded form by chance.
        index = int(match[1])
        return self.found[index].source if index < len(self.found) else match[0]
