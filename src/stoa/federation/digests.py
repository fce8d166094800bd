"""Digests of bodies: `Digest` (RFC 3230, with draft-cavage) and `Content-Digest` (RFC 9530).

Always over the very bytes that were received, before anything is decompressed or parsed.  SHA-256 is
what the fediverse sends; SHA-512 counts in `Content-Digest`, where RFC 9530 names both.  Algorithms
that we do not know are passed over, as both specifications ask; one that we know must be right.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re

MAX_CHARACTERS = 1024

_MEMBER = re.compile(r"([a-z*][a-z0-9_.*-]*)=:([A-Za-z0-9+/=]*):")


class DigestRefused(Exception):
    """A digest is missing, cannot be read, or is not that of the body; the message says which."""


def digest(body: bytes) -> str:
    """The value of a `Digest` header: `SHA-256=…`."""
    return "SHA-256=" + base64.b64encode(hashlib.sha256(body).digest()).decode()


def content_digest(body: bytes) -> str:
    """The value of a `Content-Digest` header: `sha-256=:…:`."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def check_digest(value: str, body: bytes) -> None:
    """Return if the SHA-256 in the `Digest` header *value* is that of *body*; else raise DigestRefused.

    The name of the algorithm is read in any case (RFC 3230 section 4.1.1).
    """
    found = 0
    for member in _bounded(value).split(","):
        name, _, encoded = member.strip().partition("=")
        if name.lower() != "sha-256":
            continue
        found += 1
        _compare(encoded, hashlib.sha256(body).digest())
    if not found:
        raise DigestRefused("the Digest header has no SHA-256")


def check_content_digest(value: str, body: bytes) -> None:
    """Return if each SHA-256 and SHA-512 in the `Content-Digest` *value*, and at least one, is that of
    *body*; else raise DigestRefused.
    """
    found = 0
    for member in _bounded(value).split(","):
        match = _MEMBER.fullmatch(member.strip())
        if match is None:
            raise DigestRefused("the Content-Digest header cannot be read")
        if match[1] == "sha-256":
            _compare(match[2], hashlib.sha256(body).digest())
        elif match[1] == "sha-512":
            _compare(match[2], hashlib.sha512(body).digest())
        else:
            continue
        found += 1
    if not found:
        raise DigestRefused("the Content-Digest header has neither sha-256 nor sha-512")


def _bounded(value: str) -> str:
    if len(value) > MAX_CHARACTERS:
        raise DigestRefused("the digest header is too long")
    return value


def _compare(encoded: str, expected: bytes) -> None:
    try:
        given = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise DigestRefused("a digest is not base64") from None
    if given != expected:
        raise DigestRefused("a digest is not that of the body")
