"""Only the public internet is connected to (security.md A5)."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stoa.http_client.addresses import SPECIAL, is_opened, is_public, permitted

# The table of security.md, with the first and the last of each network, and the wrapped forms.
NOT_PUBLIC = [
    "0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.1", "100.127.255.255",
    "127.0.0.1", "127.255.255.255", "169.254.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255",
    "192.0.0.1", "192.0.0.9", "192.0.0.10", "192.0.0.170", "192.0.2.1", "192.31.196.1", "192.52.193.1",
    "192.88.99.1", "192.168.0.1", "192.168.255.255", "192.175.48.1", "198.18.0.1", "198.19.255.255",
    "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::127.0.0.1", "::7f00:1", "::93.184.216.34", "::ffff:127.0.0.1", "::ffff:7f00:1",
    "::ffff:10.0.0.1", "::ffff:93.184.216.34", "::ffff:0:127.0.0.1", "64:ff9b::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::93.184.216.34", "64:ff9b:1::1", "64:ff9b:1:ffff::1", "100::1", "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:1::1", "2001:2::1", "2001:10::1", "2001:20::1",
    "2001:1ff:ffff::1", "2001:db8::1", "2001:db8:ffff::1", "2002::1", "2002:7f00:1::1", "2002:a00:1::1",
    "3fff::1", "3fff:fff::1", "5f00::1", "fc00::1", "fd12:3456::1", "fdff::1", "fe80::1", "febf::1",
    "fe80::1%eth0", "fec0::1", "ff00::1", "ff02::1", "ff0e::1",
]  # fmt: skip
PUBLIC = [
    "1.1.1.1", "9.9.9.9", "93.184.216.34", "172.32.0.1", "192.0.1.1", "223.255.255.255",
    "2606:4700::1111", "2a00:1450:4001:800::200e", "2400:cb00::1", "2003::1",
]  # fmt: skip


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_an_address_that_is_not_of_the_public_internet_is_refused(address: str) -> None:
    assert not is_public(address)
    assert not permitted(address, 443, ())


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_permitted_on_the_ports_of_the_web(address: str) -> None:
    assert permitted(address, 443, ())
    assert permitted(address, 80, ())
    assert not any(permitted(address, port, ()) for port in (22, 25, 5432, 6379, 8080, 8443, 65535))
    assert permitted(address, 8443, (ip_network(address),))


@pytest.mark.parametrize(
    "text", ["", "localhost", "127.1", "0x7f000001", "2130706433", "1.1.1.1 ", "[::1]", "1.1.1.1:80"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    assert not is_public(text)
    assert not is_opened(text, (ip_network("0.0.0.0/0"), ip_network("::/0")))


@given(st.sampled_from(SPECIAL).flatmap(lambda net: st.ip_addresses(network=str(net))))
def test_nothing_inside_a_special_network_is_public(address: object) -> None:
    assert not is_public(str(address))


@given(st.ip_addresses(v=4))
def test_no_wrapping_makes_an_ipv4_address_reachable(address: object) -> None:
    number = int(ip_address(str(address)))
    wrapped = [
        number,
        0xFFFF << 32 | number,
        0xFFFF << 48 | number,
        0x64FF9B << 96 | number,
        0x64FF9B0001 << 80 | number,
        0x2002 << 112 | number << 80,
        0x20010000 << 96 | number << 64,
        0x20010000 << 96 | number ^ 0xFFFFFFFF,
    ]
    for one in wrapped:
        assert not is_public(str(ip_address(one.to_bytes(16, "big"))))


def test_an_opened_network_opens_itself_alone() -> None:
    opened = (ip_network("127.0.0.0/8"),)
    assert permitted("127.0.0.1", 8001, opened)
    assert not permitted("10.0.0.1", 443, opened)
    assert not permitted("::1", 443, opened)
    assert not permitted("::ffff:127.0.0.1", 443, opened)


def test_an_opened_nat64_reaches_the_public_internet_alone() -> None:
    opened = (ip_network("64:ff9b::/96"),)
    assert permitted("64:ff9b::93.184.216.34", 443, opened)
    assert not permitted("64:ff9b::127.0.0.1", 443, opened)
    assert not permitted("64:ff9b::10.0.0.1", 443, opened)
    assert permitted("64:ff9b::10.0.0.1", 443, (*opened, ip_network("10.0.0.0/8")))
