"""URLs that may be requested, in one spelling.  Pure; strict: what could be read in two ways is refused.

What is sent is what is returned here, byte for byte, so that a signature over it holds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address

import idna

from stoa.http_client.errors import Refused

MAX_CHARACTERS = 4096
PORTS = {"http": 80, "https": 443}

# Scheme, authority, path and query, fragment.
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#\\]*)([^#]*)(?:#.*)?", re.DOTALL)
_AUTHORITY = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^:\[\]@]+)(?::([0-9]{0,5}))?")
# RFC 3986: pchar, "/", "?"; and the brackets that programs leave as they are in queries.
_TARGET = re.compile(r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?\[\]]|%[0-9A-Fa-f]{2})*")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")

# Names that mean something inside a network, or nothing (RFC 6761, 6762, 7686, 8375, 9476; ICANN's
# `internal`).
_INSIDE = frozenset(
    (
        "localhost",
        "local",
        "internal",
        "localdomain",
        "lan",
        "home",
        "corp",
        "intranet",
        "onion",
        "alt",
        "arpa",
    )
)


@dataclass(frozen=True, slots=True)
class Location:
    """A URL that may be requested: *url* in full, without a fragment, and its parts.

    *host* is in lower case, in A-labels, without brackets.
    """

    url: str
    scheme: str
    host: str
    port: int

    @property
    def authority(self) -> str:
        """What the Host header says."""
        return _authority(self.scheme, self.host, self.port)

    @property
    def is_literal(self) -> bool:
        """Whether the host is an IP address."""
        return ":" in self.host or self.host.replace(".", "").isdigit()

    @property
    def is_inside(self) -> bool:
        """Whether the host is a name that is not one of the public DNS."""
        labels = self.host.split(".")
        return not self.is_literal and (len(labels) == 1 or labels[-1] in _INSIDE)


@lru_cache(maxsize=1024)
def parse(url: str, *, insecure: bool = False) -> Location:
    """The location that *url* names; plain http only if *insecure*.  Raises Refused.

    No credentials, no spaces, control characters or 8-bit text, no broken percent-encoding; hosts as
    normalise_host has them.
    """
    if len(url) > MAX_CHARACTERS:
        raise Refused(url, "the URL is too long")
    match = _URL.fullmatch(url)
    if match is None:
        raise Refused(url, "that is not a URL of a server")
    scheme = match[1].lower()
    if scheme not in PORTS or (scheme == "http" and not insecure):
        raise Refused(url, "only https is spoken")
    authority = _AUTHORITY.fullmatch(match[2])
    if authority is None:
        raise Refused(url, "the host or port cannot be read, or there are credentials")
    port = int(authority[2]) if authority[2] else PORTS[scheme]
    if not 0 < port < 65536:
        raise Refused(url, "there is no such port")
    if not _TARGET.fullmatch(match[3]):
        raise Refused(url, "there are characters that do not belong into a URL")
    try:
        host = normalise_host(authority[1])
    except ValueError as error:
        raise Refused(url, str(error)) from None
    target = match[3] if match[3].startswith("/") else "/" + match[3]
    return Location(f"{scheme}://{_authority(scheme, host, port)}{target}", scheme, host, port)


def _authority(scheme: str, host: str, port: int) -> str:
    name = f"[{host}]" if ":" in host else host
    return name if port == PORTS[scheme] else f"{name}:{port}"


@lru_cache(maxsize=4096)
def normalise_host(host: str) -> str:
    """*host* in its one spelling: lower case, A-labels, IPv6 without brackets and compressed.

    Raises ValueError (with a sentence) for what is no host, for a trailing dot, for percent-encoding,
    and for IPv4 in any form but four decimal numbers (`127.1`, `0x7f000001`, `2130706433`).
    """
    if host.startswith("["):
        try:
            return str(IPv6Address(host.strip("[]")))
        except ValueError:
            raise ValueError("that is not an IPv6 address") from None
    if len(host) > 253 or "%" in host:
        raise ValueError("that is not a host")
    name = host.lower()
    if not name.isascii():
        try:
            name = idna.encode(name, uts46=True, transitional=False).decode()
        except (idna.IDNAError, UnicodeError):
            raise ValueError("that is not a host") from None
    labels = name.split(".")
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise ValueError("that is not a host")
    if _NUMBER.fullmatch(labels[-1]):
        # As browsers have it: a host that ends in a number is IPv4 or nothing.
        try:
            return str(IPv4Address(name))
        except ValueError:
            raise ValueError("that is not an IPv4 address in its usual form") from None
    return name
