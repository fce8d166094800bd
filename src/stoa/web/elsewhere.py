"""How a post will look in other programs, made of what they are sent.

What is known of these programs: Mastodon 4.6 shows of an Article its title, its summary and a link, of
a Note all of it, with headings as bold lines, without tables and with formulas as TeX; Misskey cuts
at 8,192 characters and knows no title.  Pure: takes the document, returns sanitised HTML.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from markupsafe import Markup, escape

from stoa import text
from stoa.locales.speaking import gettext, ngettext

MISSKEY_CUTS = 8_192


class Look(NamedTuple):
    """One program: what is shown there, behind which warning, and a sentence on what is different."""

    program: str
    warning: str
    body: Markup
    note: str
    cut: bool = False


class FeedItem(Protocol):
    """What a feed has of a post."""

    @property
    def title(self) -> str:
        """The line in the list of a reader."""

    @property
    def html(self) -> str:
        """All of it."""


def looks(sent: Mapping[str, Any], item: FeedItem) -> list[Look]:
    """Mastodon, Misskey, a reader of feeds."""
    return [_mastodon(sent), _misskey(sent), _feed(item)]


def _mastodon(sent: Mapping[str, Any]) -> Look:
    if sent["type"] == "Article":
        title = Markup("<p><strong>{}</strong></p>").format(sent.get("name") or "")
        link = Markup("<p><a>{}</a></p>").format(sent["url"])
        summary = _safe(sent.get("summary") or "")
        note = gettext("Of a post with a title Mastodon shows that, how it begins, and a link to it here.")
        return Look("Mastodon", "", title + summary + link, note, cut=True)
    body = _HEADING.sub(r"<p><strong>\2</strong></p>", text.formulas_as_tex(sent["content"]))
    body = _CELL_END.sub(" ", body)
    body = _TAG.sub(lambda tag: tag[0] if tag[1].lower() in _MASTODON_KNOWS else "", body)
    lost = gettext("Mastodon shows all of it. Headings are bold lines there, and formulas are TeX.")
    if "<table" in sent["content"]:
        lost = gettext("Mastodon shows all of it, but tables lose their lines and formulas are TeX.")
    return Look("Mastodon", sent.get("summary") or "", _safe(body), lost)


def _misskey(sent: Mapping[str, Any]) -> Look:
    warning = sent.get("summary") or ""
    if sent["type"] == "Article":
        warning = text.plain_text(warning)
    words = text.plain_text(sent["content"])
    missing = len(words) - MISSKEY_CUTS
    body = Markup('<p class="typed">{}</p>').format(words[:MISSKEY_CUTS])
    if missing > 0:
        note = ngettext(
            "Misskey cuts here: %(num)s character is missing.",
            "Misskey cuts here: %(num)s characters are missing.",
            missing,
        ) % {"num": missing}
        return Look("Misskey", warning, body, note, cut=True)
    note = gettext("Misskey shows all of it.")
    if sent.get("name"):
        note = gettext("Misskey shows all of it without its title, behind how it begins.")
    return Look("Misskey", warning, body, note)


def _feed(item: FeedItem) -> Look:
    title = Markup("<p><strong>{}</strong></p>").format(item.title)
    note = gettext("Readers of feeds show all of it, as far as they know formulas.")
    return Look(gettext("A reader of feeds"), "", title + _safe(item.html), note)


def _safe(body: str) -> Markup:
    """Sanitised once more after what was done to it, and without ids, which the page has already."""
    return Markup(_ID.sub("", text.sanitise(_PICTURE.sub(_described, body))))  # noqa: S704  sanitised


def _described(match: re.Match[str]) -> str:
    return str(escape(gettext("[a picture]")))


_HEADING = re.compile(r"<h([1-6])[^>]*>(.*?)</h\1>", re.S)
_CELL_END = re.compile(r"</(?:td|th|tr|caption)>")
_TAG = re.compile(r"</?([a-zA-Z0-9]+)[^>]*>")
_ID = re.compile(r" id=\"[^\"]*\"")
_PICTURE = re.compile(r"<img\b[^>]*>")
_MASTODON_KNOWS = frozenset(
    str.split("p br span a del s pre blockquote code b strong u i em ul ol li ruby rt rp")
)
