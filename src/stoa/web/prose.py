"""The words of a post, made ready for a page: title, text, outline, direction, length.

Takes what core keeps (sanitised HTML) and adds what only a page needs; never lets through what the
sanitiser did not.  Kept in memory by status and version, since many look at the same post.
"""

from __future__ import annotations

import html
import re
from dataclasses import replace
from functools import lru_cache
from typing import Literal, NamedTuple

from markupsafe import Markup

from stoa import text
from stoa.core.accounts.model import Emoji
from stoa.core.auth.model import LONG
from stoa.core.statuses.model import StatusView
from stoa.ids import proxied
from stoa.locales import speaking
from stoa.locales.speaking import gettext
from stoa.text import Heading

Direction = Literal["ltr", "rtl", "auto"]

TEASER = 420
# Lines longer than this on average are paragraphs, typed with one line break between them.
_PARAGRAPH = 90
_OUTLINE_FROM = 3


class Prose(NamedTuple):
    """A post as read.  *body* is for its own page, *short* (same words, quieter) for a list,
    *teaser* the first of them or what the author gave for them, *description* those as plain text.
    """

    title: str | None
    kicker: str | None
    body: Markup
    short: Markup
    plain: str
    teaser: Markup
    description: str
    outline: list[Heading]
    language: str | None
    direction: Direction
    minutes: int
    is_long: bool

    @property
    def name(self) -> str:
        """One line to call the post by."""
        return self.title or text.excerpt(self.plain, 70) or gettext("A post without words")


def of(status: StatusView) -> Prose:
    """The prose of *status*."""
    return _kept(
        status.id,
        status.version,
        status.content,
        status.title,
        status.teaser,
        status.spoiler_text,
        status.language,
        status.emojis,
        speaking.language(),
    )


def fresh(status: StatusView) -> Prose:
    """The same for a status that is not stored (a preview), and so not kept in memory."""
    return _made(
        status.content, status.title, status.teaser, status.spoiler_text, status.language, status.emojis
    )


@lru_cache(maxsize=512)
def _kept(
    status_id: int,
    version: int,
    content: str,
    title: str | None,
    teaser: str,
    warning: str,
    language: str | None,
    emojis: tuple[Emoji, ...],
    _spoken: str,  # by the labels of what scrolls
) -> Prose:
    return _made(content, title, teaser, warning, language, emojis)


def _made(
    content: str,
    title: str | None,
    teaser: str,
    warning: str,
    language: str | None,
    emojis: tuple[Emoji, ...],
) -> Prose:
    kicker = None
    body = content
    if not title and not warning:
        lifted = text.lift_title(content)
        title, kicker, body = lifted.title, lifted.kicker, lifted.html
    plain = text.plain_text(content)
    spaced = _apart(body)

    def show(source: str) -> Markup:
        return Markup(with_emojis(_scrolling(source), emojis))  # noqa: S704  sanitised

    return Prose(
        title=title,
        kicker=kicker,
        body=show(under(text.with_anchors(spaced), 2)),
        short=show(under(spaced, 3)),
        plain=plain,
        teaser=show(_teaser(_without_more(teaser) or spaced)),
        description=text.excerpt(text.plain_text(body), TEASER),
        outline=_outline(body),
        language=language,
        direction=text.direction(language, plain[:2_000]),
        minutes=text.reading_minutes(plain),
        is_long=len(plain) > LONG,
    )


_OPENING = re.compile(r"\s*(?:<h[1-6][^>]*>.*?</h[1-6]>\s*)*(<p\b[^>]*>(?:(?!</p>).)*</p>)\s*", re.S)


# Where they lead is where the list leads anyway.
_MORE = re.compile(r"\s*<p\b[^>]*>\s*<a\b[^>]*>(?:(?!</a>).)*</a>\s*</p>\s*\Z", re.S)


def _without_more(teaser: str) -> str:
    """*teaser* without the line that says to read more."""
    return _MORE.sub("", teaser)


def _teaser(source: str) -> str:
    """The first paragraphs of *source*, about TEASER characters of them; words alone if need be."""
    taken: list[str] = []
    size = position = 0
    while size < TEASER and (match := _OPENING.match(source, position)):
        words = text.plain_text(match[1])
        if size and size + len(words) > 2 * TEASER:
            break
        if len(words) > 2 * TEASER:
            return f"<p>{html.escape(text.excerpt(words, TEASER), quote=False)}</p>"
        taken.append(match[1])
        size += len(words)
        position = match.end()
    if not taken:
        return f"<p>{html.escape(text.excerpt(text.plain_text(source), TEASER), quote=False)}</p>"
    return "".join(taken)


_P = re.compile(r"<p>((?:(?!</p>).)*?<br>.*?)</p>", re.S)
_BR = re.compile(r"<br>\s*")
_TAGS = re.compile(r"<(/?)([a-z][a-z0-9]*)[^>]*>")


def _apart(source: str) -> str:
    """*source* with long lines of one paragraph made paragraphs (class "nl", set closer).

    Many people type one line break after each paragraph; set as typed, that is a grey wall.  Verses
    and addresses, whose lines are short, stay as they are.
    """

    def split(match: re.Match[str]) -> str:
        lines = _BR.split(match[1])
        words = sum(len(line) for line in lines)
        if words < _PARAGRAPH * len(lines) or any(not _balanced(line) for line in lines):
            return match[0]
        return "<p>" + '</p><p class="nl">'.join(lines) + "</p>"

    return _P.sub(split, source) if "<br>" in source else source


def _balanced(line: str) -> bool:
    depth = 0
    for match in _TAGS.finditer(line):
        depth += -1 if match[1] else 1
        if depth < 0:
            return False
    return depth == 0


_HEADING = re.compile(r"<h([1-6])((?: [^>]*)?)>(.*?)</h\1>", re.S)


def _levels(levels: list[int], top: int) -> list[int]:
    """*levels* of headings moved so that the highest is *top* and none is left out on the way down."""
    highest = min(levels, default=1)
    found: list[int] = []
    for level in levels:
        wanted = level - highest + top
        found.append(min(wanted, found[-1] + 1 if found else top, 6))
    return found


def under(source: str, top: int) -> str:
    """*source* with its headings from level *top* on: the page's own titles stand above them."""
    levels = iter(_levels([int(match[1]) for match in _HEADING.finditer(source)], top))

    def move(match: re.Match[str]) -> str:
        level = next(levels)
        return f"<h{level}{match[2]}>{match[3]}</h{level}>"

    return _HEADING.sub(move, source)


def _outline(body: str) -> list[Heading]:
    headings = text.outline(body)
    if len(headings) < _OUTLINE_FROM:
        return []
    levels = _levels([heading.level for heading in headings], 2)
    return [replace(heading, level=level) for heading, level in zip(headings, levels, strict=True)]


_WIDE = re.compile(r'<table>|</table>|<pre>|<math display="block">.*?</math>', re.S)


def _scrolling(source: str) -> str:
    """*source* with what may be wider than the page in boxes that scroll, by the keyboard too."""

    def wrap(match: re.Match[str]) -> str:
        part = match[0]
        if part == "<table>":
            return f'<div class="wide" role="group" aria-label="{gettext("Table")}" tabindex="0"><table>'
        if part == "</table>":
            return "</table></div>"
        if part == "<pre>":
            return f'<pre role="group" aria-label="{gettext("Code")}" tabindex="0">'
        label = gettext("Formula")
        return f'<span class="formula" role="group" aria-label="{label}" tabindex="0">{part}</span>'

    return _WIDE.sub(wrap, source)


_CODE = re.compile(r"(<(?:pre|code|math)\b.*?</(?:pre|code|math)>|<[^>]*>)", re.S)
_SHORTCODE = re.compile(r"(?<![A-Za-z0-9_:]):([A-Za-z0-9_]{2,64}):(?![A-Za-z0-9_:])")


def with_emojis(source: str, emojis: tuple[Emoji, ...], base: str = "") -> str:
    """*source* (HTML) with `:shortcode:` as its picture, outside of tags, code and formulas; addresses
    begin with *base*.

    Those of other servers have an address with us: a page asks no other host for anything.
    """
    paths = {one.shortcode: path for one in emojis if (path := _path(one))}
    if not paths:
        return source

    def picture(match: re.Match[str]) -> str:
        path = paths.get(match[1])
        if path is None:
            return match[0]
        name = html.escape(f":{match[1]}:")
        return f'<img class="emoji" src="{html.escape(base)}{path}" alt="{name}" title="{name}">'

    parts = _CODE.split(source)
    parts[::2] = [_SHORTCODE.sub(picture, part) for part in parts[::2]]
    return "".join(parts)


def _path(one: Emoji) -> str | None:
    if one.key:
        return f"/media/{one.key}"
    return proxied("emoji", one.id, one.remote_url) if one.remote_url else None
