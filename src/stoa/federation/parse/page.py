"""Reading web pages for the little that concerns us: which document they show, whom they name as `me`.

Pages are searched, not parsed: nothing in them is executed, loaded or shown.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from urllib.parse import urljoin

from stoa.federation.parse.origins import is_address

MAX_BYTES = 1_048_576

_ELEMENT = re.compile(r"<(a|link)\s([^<>]{1,4096})>", re.I)
_ATTRIBUTE = re.compile(
    r"([a-z][a-z-]{0,20})\s{0,8}=\s{0,8}(?:\"([^\"]{0,2048})\"|'([^']{0,2048})'|([^\s\"'=<>`]{1,2048}))",
    re.I,
)
_DOCUMENTS = ("application/activity+json", "application/ld+json")
_LINK_HEADER = re.compile(r"<([^<>\s]{1,2048})>((?:\s{0,8};[^;,<>]{1,512}){1,8})")


def document_of(page: bytes, address: str, link_header: str = "") -> str | None:
    """The address of the ActivityPub document that a page at *address* is another form of; None where
    it names none (`rel="alternate"`, in the page or in its Link header).
    """
    for target, parameters in _LINK_HEADER.findall(link_header[:16_384]):
        attributes = _attributes(parameters.replace(";", " "))
        if _is_document(attributes) and (found := _joined(address, target)):
            return found
    for attributes in _links(page, ("link",)):
        if _is_document(attributes) and (found := _joined(address, attributes.get("href", ""))):
            return found
    return None


def named_as_me(page: bytes, address: str) -> set[str]:
    """The addresses that a page at *address* links to with `rel="me"`."""
    found = set()
    for attributes in _links(page, ("a", "link")):
        if "me" in attributes.get("rel", "").lower().split() and (
            target := _joined(address, attributes.get("href", ""))
        ):
            found.add(target)
    return found


def _links(page: bytes, kinds: tuple[str, ...]) -> Iterator[dict[str, str]]:
    for kind, inner in _ELEMENT.findall(page[:MAX_BYTES].decode("utf-8", "replace")):
        if kind.lower() in kinds:
            yield _attributes(inner)


def _attributes(inner: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(inner):
        found.setdefault(name.lower(), html.unescape(double or single or bare))
    return found


def _is_document(attributes: dict[str, str]) -> bool:
    kind = attributes.get("type", "").partition(";")[0].strip().lower()
    return "alternate" in attributes.get("rel", "").lower().split() and kind in _DOCUMENTS


def _joined(base: str, target: str) -> str | None:
    try:
        found = urljoin(base, target.strip())
    except ValueError:
        return None
    return found if is_address(found) else None
