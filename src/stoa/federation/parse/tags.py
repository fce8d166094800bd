"""What stands under `tag`: people named, hashtags, custom emoji."""

from __future__ import annotations

import re
from urllib.parse import unquote

import msgspec

from stoa.federation.parse.jsonld import Object, first, id_of, prop
from stoa.federation.parse.values import links_of, tags_of, text_of, time_of

MAX_TAGS = 100
MAX_SHORTCODE = 2_048

_SHORTCODE = re.compile(r"[A-Za-z0-9_.+-]+(?:@[A-Za-z0-9_.:-]+)?", re.ASCII)
_HASHTAG = re.compile(r"[^\s#\uff03/?&<>\"'\\]{1,200}")


class RemoteMention(msgspec.Struct, frozen=True):
    """Somebody named; *href* is their id or their page, *name* `@carl@there.example` or empty."""

    href: str
    name: str


class RemoteEmoji(msgspec.Struct, frozen=True):
    """A picture for `:shortcode:`.  *updated* is unix milliseconds."""

    shortcode: str
    url: str
    updated: int | None = None
    id: str | None = None


def mentions_of(obj: Object) -> tuple[RemoteMention, ...]:
    """Whom *obj* names, each once, at most MAX_TAGS."""
    found: dict[str, RemoteMention] = {}
    for tag in tags_of(obj, "Mention", MAX_TAGS):
        href = id_of(prop(tag, "href"))
        if href is not None:
            found.setdefault(href, RemoteMention(href, (text_of(prop(tag, "name"), 512) or "").strip()))
    return tuple(found.values())


def hashtags_of(obj: Object) -> tuple[str, ...]:
    """The hashtags of *obj* without '#', each once, at most MAX_TAGS.

    One without a name (Smithereen) is called what its address ends in.
    """
    found: dict[str, str] = {}
    for tag in tags_of(obj, "Hashtag", MAX_TAGS):
        name = (text_of(prop(tag, "name"), 256) or "").strip().lstrip("#\uff03")
        if not name:
            href = first(prop(tag, "href"))
            last = href.rstrip("/").rpartition("/")[2] if isinstance(href, str) else ""
            name = unquote(last[:512], errors="ignore").replace("\x00", "")
        if _HASHTAG.fullmatch(name):
            found.setdefault(name.casefold(), name)
    return tuple(found.values())


def emojis_of(obj: Object) -> tuple[RemoteEmoji, ...]:
    """The custom emoji of *obj*, one for each shortcode, at most MAX_TAGS."""
    found: dict[str, RemoteEmoji] = {}
    for tag in tags_of(obj, "Emoji", MAX_TAGS):
        name = (text_of(prop(tag, "name"), MAX_SHORTCODE + 2) or "").strip(":")
        pictures = links_of(prop(tag, "icon"), 1)
        if _SHORTCODE.fullmatch(name) and len(name) <= MAX_SHORTCODE and pictures:
            updated = time_of(prop(tag, "updated"))
            # The id may be null (Akkoma).
            found.setdefault(name, RemoteEmoji(name, pictures[0][0], updated, id_of(prop(tag, "id"))))
    return tuple(found.values())
