"""Which page a post is about: the first link in it that is no mention, hashtag or quote.  Pure."""

from __future__ import annotations

import html
import re
from urllib.parse import urldefrag, urlsplit

MAX_ADDRESS = 2_048
MAX_LINKS = 20

_LINK = re.compile(r"<a\s([^<>]{1,6000})>")
_HREF = re.compile(r'\bhref="([^"]*)"')
_CLASS = re.compile(r'\bclass="([^"]*)"')
_NOT_PAGES = frozenset(("mention", "hashtag", "u-url", "footnote-backref", "footnote-ref"))
# What Misskey, Fedibird and others write for servers that know no quotes.
_QUOTE = re.compile(r'<(?:span|p) class="[^"]*quote-inline[^"]*">.*?</(?:span|p)>', re.S)


def first_link(content: str, *, own: str, quoted: frozenset[str] = frozenset()) -> str | None:
    """The address, without its fragment, of the first page that *content* (sanitised HTML) links to;
    none of the house at *own*, and none of those *quoted*.
    """
    if "<a " not in content:
        return None
    for inner in _LINK.findall(_QUOTE.sub("", content))[:MAX_LINKS]:
        classes = _CLASS.search(inner)
        if classes and not _NOT_PAGES.isdisjoint(classes[1].split()):
            continue
        found = _HREF.search(inner)
        if found is None:
            continue
        address = urldefrag(html.unescape(found[1])).url
        if is_page(address) and address not in quoted and not address.startswith(f"{own}/"):
            return address
    return None


def is_page(address: str) -> bool:
    """Whether there may be a web page at *address*."""
    if len(address) > MAX_ADDRESS or not address.isascii() or not address.isprintable():
        return False
    try:
        parts = urlsplit(address)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return False
