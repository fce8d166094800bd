"""Reading WebFinger answers (RFC 7033) and host-meta (RFC 6415)."""

from __future__ import annotations

import html
import re
from urllib.parse import quote

import msgspec

from stoa.federation.parse.jsonld import NotUnderstood, Object, objects
from stoa.federation.parse.origins import is_address
from stoa.federation.parse.values import address_of, text_of

SUBSCRIBE = "http://ostatus.org/schema/1.0/subscribe"
INTENT = "https://w3id.org/fep/3b86/"

_SUBJECT = re.compile(r"acct:@?([A-Za-z0-9_.-]{1,256})@([A-Za-z0-9.:_\[\]-]{1,260})", re.ASCII)
_ACTIVITY_TYPES = ("application/activity+json", "application/ld+json")
_LRDD = re.compile(r"<(?:\w+:)?Link\b([^<>]{1,4096})>", re.I)
_XML_ATTRIBUTE = re.compile(r"\b(rel|template)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.I)


class RemoteHandle(msgspec.Struct, frozen=True, kw_only=True):
    """What a server says of one of its handles.  Not believed before the actor agrees (F3.2)."""

    username: str
    domain: str  # in lower case
    actor: str | None  # the id under rel "self"
    page: str | None
    templates: dict[str, str]  # rel → template, of subscribing and of intents (FEP-3b86)


def parse_jrd(document: Object) -> RemoteHandle:
    """What the WebFinger answer *document* says.  Raises NotUnderstood without an `acct:` subject."""
    subject = text_of(document.get("subject"), 600) or ""
    match = _SUBJECT.fullmatch(subject.strip())
    if match is None:
        raise NotUnderstood("a WebFinger answer whose subject is no acct: address")
    actor: str | None = None
    page: str | None = None
    templates: dict[str, str] = {}
    for link in objects(document.get("links"), 100):
        rel, kind = link.get("rel"), link.get("type")
        kind = kind.partition(";")[0].strip().lower() if isinstance(kind, str) else ""
        href, template = link.get("href"), link.get("template")
        if not isinstance(rel, str):
            continue
        if rel == "self" and kind in _ACTIVITY_TYPES and isinstance(href, str) and is_address(href):
            actor = actor or href
        elif rel == "http://webfinger.net/rel/profile-page":
            page = page or address_of(href)
        elif (
            (rel == SUBSCRIBE or rel.startswith(INTENT))
            and isinstance(template, str)
            and is_address(_filled(template, {}))
        ):
            templates.setdefault(rel, template)
    return RemoteHandle(
        username=match[1], domain=match[2].lower(), actor=actor, page=page, templates=templates
    )


def fill(template: str, values: dict[str, str]) -> str | None:
    """*template* with each `{name}` replaced by its percent-encoded value, or by nothing where there
    is none (FEP-3b86 §3.2); None if no http(s) address comes of it.
    """
    found = _filled(template, values)
    return found if is_address(found) else None


def _filled(template: str, values: dict[str, str]) -> str:
    return re.sub(
        r"\{([^{}]{1,64})\}", lambda match: quote(values.get(match[1], ""), safe=""), template[:2_048]
    )


def lrdd_template(document: bytes) -> str | None:
    """The WebFinger template in an XML host-meta document, with `{uri}` in it; None without one.

    The document is searched, not parsed: no entity is ever expanded.
    """
    source = document[:65_536].decode("utf-8", "replace")
    for link in _LRDD.finditer(source):
        attributes = {
            found[1].lower(): html.unescape(found[2] or found[3] or "")
            for found in _XML_ATTRIBUTE.finditer(link[1])
        }
        template = attributes.get("template", "")
        if attributes.get("rel") == "lrdd" and "{uri}" in template and fill(template, {"uri": "x"}):
            return template
    return None
