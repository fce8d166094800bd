"""Where visitors finish on their own server what they began here (FEP-3b86, and OStatus before it).

Pure: what a server says of itself comes in as templates (core/ports.py: intents), an address comes out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal
from urllib.parse import quote, urlsplit

import idna

Deed = Literal["follow", "reply", "boost", "favourite"]
DEEDS: tuple[Deed, ...] = ("follow", "reply", "boost", "favourite")

SUBSCRIBE = "http://ostatus.org/schema/1.0/subscribe"
INTENT = "https://w3id.org/fep/3b86/"

# What each deed is called there, and the place in its template without which it would say nothing.
_OWN: Mapping[Deed, tuple[str, str]] = {
    "follow": ("Follow", "object"),
    "reply": ("Create", "inReplyTo"),
    "boost": ("Announce", "object"),
    "favourite": ("Like", "object"),
}
_HOME = re.compile(
    r"(?:https?://(?P<host_of_page>[^\s/@?#]{1,260})(?:/@(?P<name_of_page>[\w.-]{1,200}))?/?"
    r"|@?(?P<name>[\w.-]{1,200})@(?P<host>[^\s/@?#]{1,260})"
    r"|(?P<alone>[^\s/@?#]{1,260}))",
    re.I,
)
_DOMAIN = re.compile(
    r"((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63})(?::[0-9]{1,5})?", re.ASCII
)
_INSIDE = re.compile(r"([a-z0-9][a-z0-9-]{0,61})(?::[0-9]{1,5})", re.ASCII)  # localhost:8001, for trials
_PLACE = re.compile(r"\{([^{}]{1,64})\}")
_CLEAN = re.compile(r"https?://[^\s\x00-\x20\x7f\"<>\\^`{|}]+", re.ASCII)
MAX_TEMPLATE = 2_048


def home_of(typed: str, *, insecure: bool = False) -> tuple[str, str] | None:
    """(domain, handle to ask WebFinger about) for `@me@there.example`, `there.example` or the address of
    a page there; None for what names no server.  *insecure*: plain http and names like `localhost:8001`
    will do, here and below (settings.insecure_http).

    Where only a server is named, the handle is that of the server itself.
    """
    match = _HOME.fullmatch(typed.strip())
    if match is None:
        return None
    given = match["host_of_page"] or match["host"] or match["alone"]
    try:
        domain = given.lower() if given.isascii() else idna.encode(given, uts46=True).decode()
    except (idna.IDNAError, UnicodeError):
        return None
    found = _domain(domain, insecure=insecure)
    if found is None:
        return None
    name = match["name_of_page"] or match["name"] or found[1]
    return domain, f"{name}@{domain}"


def address(deed: Deed, uri: str, templates: Mapping[str, str], *, insecure: bool = False) -> str | None:
    """Where somebody does *deed* to *uri* at a server that offers *templates* (rel → template); None if
    it offers nothing that fits.
    """
    intent, place = _OWN[deed]
    values = {"object": uri, "inReplyTo": uri, "uri": uri}
    ways = ((INTENT + intent, place), (INTENT + "Object", "object"), (SUBSCRIBE, "uri"))
    for rel, place in ways:
        template = templates.get(rel, "")
        if f"{{{place}}}" not in template or len(template) > MAX_TEMPLATE:
            continue
        filled = _PLACE.sub(lambda found: quote(values.get(found[1], ""), safe=""), template)
        if _leads_out(filled, insecure=insecure):
            return filled
    return None


def guessed(domain: str, uri: str, *, insecure: bool = False) -> str:
    """Where that is at most servers: Mastodon's page since 2.7, which many others answer too."""
    scheme = "http" if insecure else "https"
    return f"{scheme}://{domain}/authorize_interaction?uri={quote(uri, safe='')}"


def _leads_out(filled: str, *, insecure: bool) -> bool:
    """Whether it is the address of a page and no trick: no script, no credentials before the host."""
    if not _CLEAN.fullmatch(filled) or not filled.startswith(("https://", "http://")[: 1 + insecure]):
        return False
    try:
        return _domain(urlsplit(filled).netloc.lower(), insecure=insecure) is not None
    except ValueError:
        return False


def _domain(text: str, *, insecure: bool) -> re.Match[str] | None:
    return _DOMAIN.fullmatch(text) or (_INSIDE.fullmatch(text) if insecure else None)
