"""One address, a document for servers and a page for people: which of them was asked for.

Pure.  A server names a type of documents; a browser names pages, or takes whatever there is.  Where
both are named the greater q-value wins, and among equals the one named first (RFC 9110 section 12.5.1
leaves that to us; it is what programs mean that send a list without q-values).
"""

from __future__ import annotations

import re
from functools import lru_cache

ACTIVITY_JSON = "application/activity+json; charset=utf-8"
"""What documents are sent as; Mastodon takes nothing else since 4.2.7 but ld+json with its profile."""

_PROFILE = "https://www.w3.org/ns/activitystreams"
_MAX_ACCEPT = 2_000
_MAX_RANGES = 50
_RANGE = re.compile(
    r'\s*([A-Za-z0-9!#$&^_.+*-]+/[A-Za-z0-9!#$&^_.+*-]+)\s*((?:;(?:[^,"]|"[^"]*")*)?)(?:,|$)'
)
_PARAMETER = re.compile(r';\s*([A-Za-z0-9_-]+)\s*=\s*(?:"([^"]*)"|([^\s;",]*))\s*')
_WEIGHT = re.compile(r"(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")

_PAGES = ("text/html", "application/xhtml+xml", "text/*", "*/*")


@lru_cache(maxsize=512)
def wants_document(accept: str | None) -> bool:
    """Whether the header *accept* asks for a document rather than for a page.

    `application/json` is taken for one, for the sake of those who look at us by hand; nothing at all
    and `*/*` ask for a page.
    """
    document, page = (0.0, 0), (0.0, 0)
    for place, (kind, parameters) in enumerate(_ranges(accept or "*/*")):
        # Later in the list is less.
        worth = (_weight(parameters.get("q", "1")), -place)
        if _is_document(kind, parameters):
            document = max(document, worth)
        elif kind in _PAGES:
            page = max(page, worth)
    return document[0] > 0 and document > page


def _is_document(kind: str, parameters: dict[str, str]) -> bool:
    if kind == "application/ld+json":
        return "profile" not in parameters or _PROFILE in parameters["profile"].split()
    return kind in ("application/activity+json", "application/json", "application/*")


def _ranges(accept: str) -> list[tuple[str, dict[str, str]]]:
    found: list[tuple[str, dict[str, str]]] = []
    at = 0
    accept = accept[:_MAX_ACCEPT]
    while at < len(accept) and len(found) < _MAX_RANGES:
        match = _RANGE.match(accept, at)
        if match is None:
            # What cannot be read is passed over, up to the next comma.
            at = accept.find(",", at) + 1 or len(accept)
            continue
        at = match.end()
        parameters = {
            one[1].lower(): one[2] if one[2] is not None else one[3]
            for one in _PARAMETER.finditer(match[2])
        }
        found.append((match[1].lower(), parameters))
    return found


def _weight(q: str) -> float:
    """The q-value, 1 where it makes no sense."""
    return float(q) if _WEIGHT.fullmatch(q) else 1.0
