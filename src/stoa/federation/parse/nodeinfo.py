"""Reading NodeInfo: what program runs elsewhere, for show and for counting only."""

from __future__ import annotations

from stoa.federation.parse.jsonld import Object, first, many, objects
from stoa.federation.parse.values import address_of, text_of


def nodeinfo_address(document: Object) -> str | None:
    """Where the newest NodeInfo is that `/.well-known/nodeinfo` names (2.x before 1.x)."""
    found: dict[str, str] = {}
    for link in objects(document.get("links"), 16):
        rel, href = link.get("rel"), address_of(link.get("href"))
        if isinstance(rel, str) and href is not None and "nodeinfo.diaspora.software/ns/schema/" in rel:
            found[rel.rpartition("/")[2]] = href
    return found[max(found)] if found else None


def software_of(document: Object) -> tuple[str, str]:
    """Name (lower case) and version of the program a NodeInfo document names; "" where it does not.

    For show and for counting only: what a server can do is never inferred from its name (F3.5).
    """
    software = first(document.get("software"))
    if not isinstance(software, dict):
        return "", ""
    return _plain(software.get("name"), 64).lower(), _plain(software.get("version"), 128)


def _plain(value: object, most: int) -> str:
    # It is shown in terminals.
    return "".join(one for one in text_of(value, most) or "" if one.isprintable()).strip()


def protocols_of(document: Object) -> tuple[str, ...]:
    """The protocols a NodeInfo document lists; version 1.0 lists them by direction."""
    found = document.get("protocols")
    if isinstance(found, dict):
        found = found.get("inbound")
    return tuple(one for one in many(found, 32) if isinstance(one, str))
