"""The words of a post: what its body is, whatever kind of object it comes as.

Gives HTML as it was sent or made from text and Markdown; whoever stores it sanitises it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from stoa import text
from stoa.federation.parse.jsonld import Object, first, objects, prop, types
from stoa.federation.parse.tags import MAX_TAGS
from stoa.federation.parse.values import (
    address_of,
    language_of,
    line_of,
    media_type_of,
    spoken,
    tags_of,
    text_of,
    time_of,
)
from stoa.text.escaping import escaped

MAX_CONTENT = 1_000_000
MAX_TEASER = 5_000
MAX_SPOILER = 5_000

# Their name is a title and their summary an excerpt; a Note's summary is a warning (F8.3).
TITLED = frozenset({"Article", "Page", "Video", "Audio", "Image", "Event"})


def body_of(obj: Object) -> tuple[str, str | None]:
    """The HTML of *obj* ("" if it has none) and its language.

    `content`, or else `contentMap`; an Article without either is its summary.
    """
    said, language = spoken(obj, "content", MAX_CONTENT)
    if said is not None and said.strip():
        html = as_html(said, media_type_of(obj), obj)
    else:
        html = ""
        if titled(obj):
            summary, language = spoken(obj, "summary", MAX_TEASER)
            html = as_html(summary or "", "", obj)
    if "Event" in types(obj):
        html = _when_and_where(obj) + html
    return html, language or language_of(prop(obj, "language"))


def titled(obj: Object) -> bool:
    """Whether *obj* is of a kind that has a title and an excerpt."""
    return not TITLED.isdisjoint(types(obj))


def warning_of(obj: Object, *, sensitive: bool) -> str:
    """What *obj* warns of, as plain text, or "".

    Of what has a title the summary is an excerpt (F8.3), unless it is marked as sensitive and shows
    the excerpt somewhere else or nowhere (WordPress, PeerTube 7, and we).
    """
    said, _ = spoken(obj, "summary", MAX_SPOILER)
    if not said or (titled(obj) and not sensitive):
        return ""
    if titled(obj):
        preview = first(prop(obj, "preview"))
        if isinstance(preview, dict) and spoken(preview, "content", MAX_SPOILER)[0] == said:
            return ""
    return text.plain_text(said).replace("\x00", "")


def teaser_of(obj: Object) -> str | None:
    """HTML that may stand for a long post where there is no room: its preview (FEP-b2b8) or, of what
    has a title and no warning, its summary.
    """
    preview = first(prop(obj, "preview"))
    if isinstance(preview, dict):
        said, _ = spoken(preview, "content", MAX_TEASER)
        if said is not None and said.strip():
            return as_html(said, media_type_of(preview), preview)
    if titled(obj):
        said, _ = spoken(obj, "summary", MAX_TEASER)
        return said if said is not None and said.strip() else None
    return None


def as_html(said: str, media_type: str, obj: Object) -> str:
    """*said*, which is text, Markdown or (if it says nothing else) HTML, as HTML."""
    if media_type == "text/markdown":
        tags = {}
        for tag in tags_of(obj, "Hashtag", MAX_TAGS):
            name, href = text_of(prop(tag, "name"), 256), address_of(first(prop(tag, "href")))
            if name and href:
                tags[text.normalise_hashtag(name)] = href
        rendered = text.render(
            said,
            "text/markdown",
            mentions={},
            tag_url=lambda name: tags.get(text.normalise_hashtag(name), ""),
            local_domain="",
        )
        return rendered.html
    if media_type == "text/plain":
        paragraphs = (part.strip() for part in said.replace("\r\n", "\n").split("\n\n"))
        return "".join(f"<p>{escaped(part).replace(chr(10), '<br>')}</p>" for part in paragraphs if part)
    return said


def with_links(html: str, links: Sequence[str]) -> str:
    """*html* followed by those of *links* that it does not hold: a link post is nothing without."""
    missing = [one for one in links if one not in html and escaped(one) not in html]
    return html + "".join(f'<p><a href="{text_attribute(one)}">{escaped(one)}</a></p>' for one in missing)


def text_attribute(value: str) -> str:
    """*value* as it may stand between quotation marks."""
    return escaped(value).replace('"', "&quot;")


def _when_and_where(obj: Object) -> str:
    times = [
        datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
        for name in ("startTime", "endTime")
        if (at := time_of(prop(obj, name))) is not None
    ]
    places = [
        place
        for one in objects(prop(obj, "location"), 4)
        if (place := line_of(prop(one, "name"), 200)) is not None
    ]
    said = ", ".join(part for part in (" – ".join(times), *places) if part)
    return f"<p>{escaped(said)}</p>" if said else ""
