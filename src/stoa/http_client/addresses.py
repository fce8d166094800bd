"""Which IP addresses are of the public internet.  Pure."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# The IANA special-purpose registries and what wraps other addresses (mapped, compatible, NAT64, Teredo,
# 6to4).  `ipaddress` has a list of its own, which changed between Python versions: an address must pass
# both.
SPECIAL: tuple[Network, ...] = tuple(
    ip_network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/96",
        "::ffff:0:0/96",
        "::ffff:0:0:0/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
    )
)
PORTS = (80, 443)
_NAT64 = ip_network("64:ff9b::/96")


@lru_cache(maxsize=4096)
def is_public(address: str) -> bool:
    """Whether *address* (digits, as a socket takes them) is global unicast and not special."""
    found = _read(address)
    if found is None or not found.is_global or found.is_multicast:
        return False
    return not any(found in network for network in SPECIAL if network.version == found.version)


def is_opened(address: str, networks: Sequence[Network]) -> bool:
    """Whether the administrator opened *address*: it lies in one of *networks*.

    Where a network of NAT64 was opened (servers that have IPv6 alone), what counts besides is the
    address behind it.
    """
    found = _read(address)
    if found is None:
        return False
    if not any(found in network for network in networks if network.version == found.version):
        return False
    if isinstance(found, IPv6Address) and found in _NAT64:
        behind = str(IPv4Address(int(found) & 0xFFFFFFFF))
        return is_public(behind) or is_opened(behind, networks)
    return True


def permitted(address: str, port: int, opened: Sequence[Network]) -> bool:
    """Whether a connection to *address* (digits) and *port* is one that we make."""
    return is_opened(address, opened) or (port in PORTS and is_public(address))


def _read(address: str) -> Address | None:
    try:
        found = ip_address(address)
    except ValueError:
        return None
    # fe80::1%eth0 names an interface of this machine.
    return None if isinstance(found, IPv6Address) and found.scope_id else found
