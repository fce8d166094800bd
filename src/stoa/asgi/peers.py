"""Who is at the other end, when a proxy of our own may stand between.

`X-Forwarded-For`, `-Proto` and `X-Request-Id` count only when the immediate peer is a trusted
proxy; hops are read from the right, because everything further left is the sender's own claim.
`Forwarded`, `X-Real-IP` and `Client-IP` are never read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

from starlette.types import Scope

LOOPBACK = ("127.0.0.0/8", "::1/128")

_MAX_HOPS = 20
_MAX_CHARACTERS = 128  # no address is longer, with its zone and its port
_PORT = re.compile(r"\A(?:\[([^\]]*)\](?::\d+)?|(\d+\.\d+\.\d+\.\d+):\d+)\Z")


class Proxies:
    """The networks whose forwarding headers are believed; raises ValueError for a bad network."""

    def __init__(self, networks: Iterable[str] = LOOPBACK) -> None:
        self._networks: tuple[IPv4Network | IPv6Network, ...] = tuple(
            ip_network(network) for network in networks
        )
        self._trusted = lru_cache(1024)(self._is_trusted)

    def trusts(self, scope: Scope) -> bool:
        """Whether the immediate peer is a proxy of ours; a unix socket always is."""
        client = scope.get("client")
        return client is None or self._trusted(client[0])

    def client_ip(self, scope: Scope) -> str:
        """The address of whoever asked, normalised; IPv4 in IPv6 clothes is IPv4."""
        client = scope.get("client")
        peer = client[0] if client else "127.0.0.1"
        if client is not None and not self._trusted(peer):
            return _normal(peer) or peer
        hops = ",".join(_values(scope, b"x-forwarded-for")).split(",")
        seen = _normal(peer) or peer
        for hop in reversed(hops[-_MAX_HOPS:]):
            address = _normal(hop.strip())
            if address is None:
                break
            seen = address
            if not self._trusted(address):
                break
        return seen

    def scheme(self, scope: Scope) -> str:
        """The scheme, "http" or "https" (also for WebSockets), as the outermost trusted proxy saw it."""
        if self.trusts(scope):
            told = _values(scope, b"x-forwarded-proto")
            last = told[-1].rpartition(",")[2].strip().lower() if told else ""
            if last in ("http", "https"):
                return last
        return "https" if scope.get("scheme") in ("https", "wss") else "http"

    def _is_trusted(self, text: str) -> bool:
        address = _address(text)
        return address is not None and any(address in network for network in self._networks)


def _values(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]


def _address(text: str) -> IPv4Address | IPv6Address | None:
    match = _PORT.match(text)
    if match is not None:
        text = match[1] or match[2] or ""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _normal(text: str) -> str | None:
    return _normal_form(text) if len(text) <= _MAX_CHARACTERS else None


@lru_cache(1024)
def _normal_form(text: str) -> str | None:
    address = _address(text)
    return None if address is None else str(address)
