"""The three ways an author may write (plain, Markdown, HTML), read into one kind of pieces.

A piece is HTML, or something found in the words that the caller must decide about.  What comes out
is not sanitised.  Text in code, in links and in formulas is left as it is.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from urllib.parse import quote

from stoa.text import formulas, markdown
from stoa.text.entities import RESERVED, Found, linked
from stoa.text.escaping import attribute, escaped
from stoa.text.highlighting import MAX_CODE, highlighted
from stoa.text.sanitising import as_text, normalised, too_deep
from stoa.text.typesetting import Converter

# Far more than any post may count; beyond it words are shown as they are, without links.
MAX_SOURCE = 262_144

# With a formula and a link inside, still less than the sanitiser takes.
MAX_DEPTH = 40

_RESERVED = re.compile(f"[{RESERVED}\x00\ud800-\udfff]")
_NEWLINE = re.compile("\r\n?|[\u2028\u2029]")


def read(source: str, content_type: str) -> Iterator[str | Found]:
    """*source* in pieces; an unknown *content_type*, and Markdown out of all proportion, is plain."""
    source = _NEWLINE.sub("\n", _RESERVED.sub("\ufffd", source))
    if len(source) > MAX_SOURCE:
        yield f"<p>{_broken(escaped(source.strip()))}</p>"
        return
    base = content_type.partition(";")[0].strip().lower()
    if base == "text/markdown":
        text, found = formulas.extract(source, markdown=True)
        made = markdown.to_html(text)
        if made is not None and not too_deep(made, MAX_DEPTH):
            # Only HTML the author typed can be irregular.
            if "<" in text:
                made = normalised(made)
            made = made.replace("\xa0", "&nbsp;")
            yield from _Reader(found).html(made, colour=True)
            return
    elif base == "text/html":
        if too_deep(source, MAX_DEPTH):
            yield as_text(source)
        else:
            yield from _Reader(None).html(normalised(source), colour=False)
        return
    text, found = formulas.extract(source, markdown=False)
    yield "<p>"
    yield from _Reader(found).words(text.strip(), paragraphs=True)
    yield "</p>"


# Where a reader of HTML must stop: at elements whose text is left alone, and at words that hold what
# may be a link, a name or a formula.  Everything between is copied as it stands.
_STOP = re.compile(
    r"<(a|code|pre|math)\b([^>]*)>|[@#\uff03\ufdd0\ufdd5-\ufdd7]|://|[xX][mM][pP][pP]:"
    r"|[mM][aA][gG][nN][eE][tT]:|\\[(\[]|\$\$"
)
_CODE_BLOCK = re.compile(r'<code class="([^"]*)">')
_PARAGRAPHS = re.compile(r"\n[^\S\n]*\n\s*")
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
        self.converter = Converter()
        self.code_left = MAX_CODE

    def words(self, text: str, *, paragraphs: bool = False) -> Iterator[str | Found]:
        """*text* (not escaped) as HTML: formulas, links, mentions, hashtags.

        With *paragraphs*, blank lines part paragraphs and a newline is a <br>.
        """
        for index, part in enumerate(formulas.PLACEHOLDER.split(text)):
            if index % 2:
                yield self.converter.html(self.found[int(part)])
            elif part:
                for piece in linked(part):
                    yield _broken(piece) if paragraphs and isinstance(piece, str) else piece

    def html(self, source: str, *, colour: bool) -> Iterator[str | Found]:
        """HTML as it is; words in it read, unless they stand in code, in a link or in a formula."""
        done = 0
        match = _STOP.search(source)
        while match:
            start = match.start()
            if name := match[1]:
                yield source[done:start]
                done = source.find(f"</{name}>", match.end())
                done = len(source) if done < 0 else done
                inner = source[match.end() : done]
                yield self._opening(name, match[0])
                if name == "pre" and colour and (code := _CODE_BLOCK.match(inner)):
                    yield code[0]
                    yield self._code(inner[code.end() :].removesuffix("</code>"), code[1])
                    yield "</code>"
                else:
                    yield self._silent(inner, in_code=name in ("code", "pre"))
                scan = done
            elif source.rfind("<", done, start) > source.rfind(">", done, start):
                # Inside a tag: only what we put there ourselves is undone.
                end = source.find(">", start) + 1 or len(source)
                opened = source.rfind("<", done, start)
                yield source[done:opened]
                yield self._tag(source[opened:end])
                done = scan = end
            else:
                begin = source.rfind(">", done, start) + 1 or done
                end = source.find("<", start)
                end = len(source) if end < 0 else end
                yield source[done:begin]
                yield from self._words(html.unescape(source[begin:end]))
                done = scan = end
            match = _STOP.search(source, scan)
        yield source[done:]

    def _words(self, text: str) -> Iterator[str | Found]:
        if self.extracts:
            text, self.found = formulas.extract(text, markdown=False)
        for piece in self.words(text):
            yield markdown.show_signs(piece) if isinstance(piece, str) else piece

    def _opening(self, name: str, tag: str) -> str:
        if name == "a" and 'href="' in tag and "rel=" not in tag and 'href="#' not in tag:
            tag = f'{tag[:-1]} rel="nofollow noopener ugc">'
        return self._tag(tag)

    def _tag(self, tag: str) -> str:
        if formulas.OPEN in tag or "%EF%B7%90" in tag:
            tag = _QUOTED_PLACEHOLDER.sub(lambda match: attribute(self._source(match)), tag)
        return markdown.show_signs(tag)

    def _silent(self, inner: str, *, in_code: bool) -> str:
        if formulas.OPEN in inner:
            inner = formulas.PLACEHOLDER.sub(lambda match: escaped(self._source(match)), inner)
        return markdown.show_signs(inner, in_code=in_code)

    def _code(self, inner: str, classes: str) -> str:
        language = markdown.language_of(classes)
        shown = self._silent(inner, in_code=True)
        if not language or len(inner) > self.code_left or "<" in inner:
            return shown
        self.code_left -= len(inner)
        return highlighted(html.unescape(shown), language)

    def _source(self, match: re.Match[str]) -> str:
        # An address may hold the percent-encoded form by chance.
        index = int(match[1])
        return self.found[index].source if index < len(self.found) else match[0]


def _broken(text: str) -> str:
    if "\n" not in text:
        return text
    return _PARAGRAPHS.sub("</p><p>", text).replace("\n", "<br>")
