"""Addresses of things elsewhere: which are ones, and who is responsible for them.

An id is kept as it was sent, byte for byte; only its origin (scheme, host, port) is ever put into
one form, to be compared (FEP-fe34).  Says nothing of whether an address may be connected to: that is
decided where connections are made.
"""

from __future__ import annotations

import re
from functools import lru_cache

import idna

MAX_ADDRESS = 2_048

# No user information, no backslash (a slash to browsers), nothing that ends a header or an attribute.
_ADDRESS = re.compile(
    r"(https?)://(\[[0-9A-Fa-f:.]{2,45}\]|[^\s/?#\\@:\[\]<>\"'%]{1,253})(?::([0-9]{1,5}))?"
    r"(?:[/?#][^\s\\<>\"\x00-\x20\x7f-\xa0\u2028\u2029\ud800-\udfff]*)?",
    re.I,
)
_ASCII_HOST = re.compile(
    r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
)
_DEFAULT_PORTS = {"http": 80, "https": 443}


@lru_cache(maxsize=8_192)
def origin(address: str) -> str | None:
    """`https://there.example` for any address there, hosts in lower case and punycode, without a
    port that goes without saying; None for what is no http(s) address.
    """
    match = _ADDRESS.fullmatch(address) if len(address) <= MAX_ADDRESS else None
    if match is None:
        return None
    scheme = match[1].lower()
    host = _host(match[2])
    if host is None:
        return None
    if match[3] is None or int(match[3]) == _DEFAULT_PORTS[scheme]:
        return f"{scheme}://{host}"
    return f"{scheme}://{host}:{int(match[3])}" if int(match[3]) < 65_536 else None


def host_of(address: str) -> str | None:
    """The host of *address* as handles end in it, with the port where it is not the scheme's own."""
    found = origin(address)
    return None if found is None else found.partition("://")[2]


def same_origin(one: str, other: str) -> bool:
    """Whether the same server answers for both addresses; False where one is no address."""
    found = origin(one)
    return found is not None and found == origin(other)


def is_address(value: object) -> bool:
    """Whether *value* is a string that can be the id or the address of something elsewhere."""
    return isinstance(value, str) and origin(value) is not None


def _host(host: str) -> str | None:
    if host.startswith("["):
        return host.lower()
    if not host.isascii():
        try:
            # Not the codec of the standard library: it makes "ss" of "ß", which is another host.
            host = idna.encode(host, uts46=True, std3_rules=True).decode()
        except (UnicodeError, ValueError, IndexError):
            return None
    host = host.lower()
    return host if _ASCII_HOST.fullmatch(host) else None
