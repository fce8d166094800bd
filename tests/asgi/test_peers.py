"""Who asked: forwarding headers count from our own proxies, and from the right."""

import pytest

from stoa.asgi.peers import Proxies
from tests.asgi.asking import scope_of

PROXIES = Proxies(["127.0.0.0/8", "::1/128", "10.0.0.0/8"])


def client_ip(peer: str | None, *forwarded: str) -> str:
    headers = [("x-forwarded-for", value) for value in forwarded]
    client = None if peer is None else (peer, 1)
    return PROXIES.client_ip(scope_of("GET", "/", headers, client))


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("203.0.113.9", [], "203.0.113.9"),
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        # The left part is what the sender claimed; the proxies appended the rest.
        ("127.0.0.1", ["1.2.3.4, 198.51.100.1"], "198.51.100.1"),
        ("127.0.0.1", ["1.2.3.4", "198.51.100.1, 10.1.1.1"], "198.51.100.1"),
        ("127.0.0.1", ["10.1.1.1, 10.2.2.2"], "10.1.1.1"),
        ("127.0.0.1", ["198.51.100.1, nonsense"], "127.0.0.1"),
        ("127.0.0.1", ["nonsense, 10.1.1.1"], "10.1.1.1"),
        ("127.0.0.1", ["198.51.100.1:4711"], "198.51.100.1"),
        ("127.0.0.1", ["[2001:DB8::0001]:80"], "2001:db8::1"),
        ("127.0.0.1", ["fe80::1%eth0"], "fe80::1"),
        ("::ffff:127.0.0.1", ["::ffff:198.51.100.1"], "198.51.100.1"),
        ("::1", ["198.51.100.1"], "198.51.100.1"),
        (None, ["198.51.100.1"], "198.51.100.1"),
        (None, [], "127.0.0.1"),
        ("127.0.0.1", [",".join(["198.51.100.1"] + ["10.0.0.1"] * 500)], "10.0.0.1"),
    ],
)
def test_the_address_is_the_last_one_our_proxies_vouch_for(
    peer: str | None, forwarded: list[str], expected: str
) -> None:
    assert client_ip(peer, *forwarded) == expected


def test_other_forwarding_headers_are_never_read() -> None:
    headers = [("x-real-ip", "1.2.3.4"), ("forwarded", "for=1.2.3.4"), ("client-ip", "1.2.3.4")]
    assert PROXIES.client_ip(scope_of("GET", "/", headers)) == "127.0.0.1"


@pytest.mark.parametrize(
    ("peer", "told", "expected"),
    [
        ("127.0.0.1", "https", "https"),
        ("127.0.0.1", "http, HTTPS", "https"),
        ("127.0.0.1", "gopher", "http"),
        ("203.0.113.9", "https", "http"),
    ],
)
def test_the_scheme_is_what_our_proxy_says(peer: str, told: str, expected: str) -> None:
    scope = scope_of("GET", "/", [("x-forwarded-proto", told)], (peer, 1))
    assert PROXIES.scheme(scope) == expected


def test_a_network_that_is_none_is_refused_at_start() -> None:
    with pytest.raises(ValueError, match="proxy"):
        Proxies(["proxy"])
