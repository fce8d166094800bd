"""What a page says of itself: Open Graph, JSON-LD, Twitter's tags, `<title>`, oEmbed.  Pure.

Only the beginning of a page is read, nothing in it is run or loaded, and what it says is text to us.  Of
players only those of a few sites are kept, rebuilt from the address alone (CVE-2023-36459).
"""

from __future__ import annotations

import contextlib
import html
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any, Literal
from urllib.parse import urljoin, urlsplit

import msgspec

from stoa.core.links.model import Kind, Page
from stoa.core.links.spot import is_page

READ_BYTES = 384 * 1024
MAX_LD = 64 * 1024
MAX_TAGS = 400
TITLE, DESCRIPTION, NAME = 300, 600, 150

PLAYERS = frozenset(
    ("www.youtube.com", "www.youtube-nocookie.com", "player.vimeo.com", "w.soundcloud.com",
     "open.spotify.com", "bandcamp.com", "embed.music.apple.com")
)  # fmt: skip
_CHARSET = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?([A-Za-z0-9_.:-]{2,40})""", re.I)
_PLAYER = re.compile(r'<iframe[^>]{0,2000}?\ssrc="([^"]{1,2048})"', re.I)
_SPACE = re.compile(r"\s+")
_ARTICLES = ("Article", "NewsArticle", "BlogPosting", "ScholarlyArticle", "Report", "WebPage")


class _Head(HTMLParser):
    """Collects what is of use, up to MAX_TAGS of it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.meta: dict[str, str] = {}
        self.links: dict[str, str] = {}
        self.title = ""
        self.language = ""
        self.ld: list[str] = []
        self._in: Literal["", "title", "ld"] = ""
        self._tags = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "link", "title", "script", "html") or self._tags > MAX_TAGS:
            return
        self._tags += 1
        said = {name: value or "" for name, value in attrs}
        if tag == "meta":
            name = (said.get("property") or said.get("name") or said.get("itemprop") or "").lower()
            if name and said.get("content", "").strip():
                self.meta.setdefault(name, said["content"])
        elif tag == "link":
            for rel in said.get("rel", "").lower().split():
                kind = said.get("type", "").lower()
                self.links.setdefault(f"{rel} {kind}" if rel == "alternate" else rel, said.get("href", ""))
        elif tag == "html":
            self.language = said.get("lang", "")
        elif tag == "title" and not self.title:
            self._in = "title"
        elif tag == "script" and said.get("type", "").lower() == "application/ld+json":
            self._in = "ld"
            self.ld.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("title", "script"):
            self._in = ""

    def handle_data(self, data: str) -> None:
        if self._in == "title":
            self.title += data[:2000]
        elif self._in == "ld" and len(self.ld[-1]) < MAX_LD:
            self.ld[-1] += data


def read(body: bytes, content_type: str, address: str) -> Page:
    """What the page at *address* says; a Page without a title where that is nothing."""
    head = _Head()
    with contextlib.suppress(AssertionError, ValueError):  # what Python's own parser does not bear
        head.feed(_text(body[:READ_BYTES], content_type))
    meta, article = head.meta, _article(head.ld)

    def first(*names: str, most: int = NAME) -> str:
        return next((_short(meta[name], most) for name in names if meta.get(name, "").strip()), "")

    site = urlsplit(address)
    author = article.get("author")
    author = author[0] if isinstance(author, list) and author else author
    author_name = author.get("name") if isinstance(author, dict) else author
    author_url = author.get("url") if isinstance(author, dict) else ""
    image = _joined(address, meta.get("og:image:secure_url") or meta.get("og:image")
                    or meta.get("twitter:image") or head.links.get("image_src") or "")  # fmt: skip
    player = _joined(address, meta.get("og:video:secure_url") or meta.get("og:video:url")
                     or meta.get("twitter:player") or "")  # fmt: skip
    width, height = _number(meta.get("og:video:width")), _number(meta.get("og:video:height"))
    embed = _player(player, width, height)
    if not embed:
        width, height = _number(meta.get("og:image:width")), _number(meta.get("og:image:height"))
    return Page(
        title=first("og:title", "twitter:title", most=TITLE)
        or _short(_string(article.get("headline")), TITLE)
        or _short(head.title, TITLE),
        kind="video" if embed else "link",
        description=first("og:description", "twitter:description", "description", most=DESCRIPTION)
        or _short(_string(article.get("description")), DESCRIPTION),
        language=_language(first("og:locale", "language", "content-language") or head.language),
        provider_name=first("og:site_name", "application-name") or _publisher(article) or "",
        provider_url=f"{site.scheme}://{site.netloc}",
        author_name=_short(_string(author_name), NAME) or first("author", "article:author_name"),
        author_url=_joined(address, _string(author_url))
        or _joined(address, meta.get("article:author", "")),
        creator=first("fediverse:creator").removeprefix("@"),
        html=embed,
        embed_url=player if embed else "",
        width=width,
        height=height,
        image_url=image or None,
        image_description=first("og:image:alt", "twitter:image:alt", most=DESCRIPTION) if image else "",
        published_at=_moment(
            _string(article.get("datePublished")) or meta.get("article:published_time", "")
        ),
        oembed_url=_joined(address, head.links.get("alternate application/json+oembed", "")),
    )


def with_oembed(page: Page, said: Mapping[str, Any], address: str) -> Page:
    """*page* with what its oEmbed answer *said* (oembed.com, 2.3), as far as that is of use."""
    kind: Kind = page.kind
    embed, player = page.html, page.embed_url
    width, height, image = page.width, page.height, page.image_url
    if said.get("type") in ("video", "rich") and not embed:
        found = _PLAYER.search(_string(said.get("html")))
        player = html.unescape(found[1]) if found else ""
        embed = _player(player, _number(said.get("width")), _number(said.get("height")))
        if embed:
            kind, width, height = "video", _number(said.get("width")), _number(said.get("height"))
        else:
            player = ""
    if said.get("type") == "photo" and (photo := _joined(address, _string(said.get("url")))):
        kind, image = "photo", photo
        width, height = _number(said.get("width")), _number(said.get("height"))
    return msgspec.structs.replace(
        page,
        kind=kind,
        title=page.title or _short(_string(said.get("title")), TITLE),
        provider_name=page.provider_name or _short(_string(said.get("provider_name")), NAME),
        author_name=page.author_name or _short(_string(said.get("author_name")), NAME),
        author_url=page.author_url or _joined(address, _string(said.get("author_url"))),
        image_url=image or _joined(address, _string(said.get("thumbnail_url"))) or None,
        image_description=page.image_description if image == page.image_url else "",
        html=embed,
        embed_url=player,
        width=width,
        height=height,
    )


def _player(address: str, width: int, height: int) -> str:
    """A frame for the player at *address*, if it is of a site that we know; else nothing."""
    if not address or urlsplit(address).scheme != "https" or urlsplit(address).netloc not in PLAYERS:
        return ""
    return (
        f'<iframe src="{html.escape(address)}" width="{width or 640}" height="{height or 360}" '
        'sandbox="allow-scripts allow-same-origin allow-popups allow-presentation" '
        'allowfullscreen="allowfullscreen" loading="lazy"></iframe>'
    )


def _article(scripts: list[str]) -> Mapping[str, Any]:
    """The first thing in the JSON-LD of a page that is an article."""
    for script in scripts:
        try:
            said = msgspec.json.decode(html.unescape(script).strip().encode("utf-8", "replace"))
        except (msgspec.DecodeError, RecursionError):
            continue
        things = said if isinstance(said, list) else said.get("@graph") if isinstance(said, dict) else None
        for thing in things if isinstance(things, list) else [said]:
            if isinstance(thing, dict):
                kinds = thing.get("@type")
                if any(one in _ARTICLES for one in (kinds if isinstance(kinds, list) else [kinds])):
                    return thing
    return {}


def _publisher(article: Mapping[str, Any]) -> str:
    publisher = article.get("publisher")
    return _short(_string(publisher.get("name")), NAME) if isinstance(publisher, dict) else ""


def _text(body: bytes, content_type: str) -> str:
    declared = re.search(r"charset\s*=\s*\"?([A-Za-z0-9_.:-]{2,40})", content_type, re.I)
    in_page = _CHARSET.search(body[:4096])
    names = [declared[1] if declared else "", in_page[1].decode() if in_page else "", "utf-8"]
    for name in names:
        try:
            return body.decode(name, "replace") if name else body.decode("utf-8")
        except (LookupError, ValueError):
            continue
    return ""


def _short(text: str, most: int) -> str:
    plain = _SPACE.sub(" ", "".join(one for one in text[: most * 4] if one.isprintable() or one.isspace()))
    plain = plain.strip()
    return plain if len(plain) <= most else f"{plain[: most - 1].rstrip()}…"


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _number(value: Any) -> int:
    text = str(value).removesuffix("px") if isinstance(value, (str, int)) else ""
    return min(int(text), 20_000) if text.isascii() and text.isdigit() and len(text) < 7 else 0


def _joined(base: str, target: str) -> str:
    if not target.strip():
        return ""
    try:
        found = urljoin(base, html.unescape(target.strip()))
    except ValueError:
        return ""
    return found if is_page(found) else ""


def _language(said: str) -> str | None:
    code = said.replace("_", "-").partition("-")[0].strip().lower()
    return code if 2 <= len(code) <= 3 and code.isascii() and code.isalpha() else None


def _moment(said: str) -> int | None:
    try:
        at = datetime.fromisoformat(said.strip()[:40])
        return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)
    except (ValueError, OverflowError):
        return None
