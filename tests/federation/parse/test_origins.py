"""Who answers for an address."""

from __future__ import annotations

import pytest

from stoa.federation.parse.origins import host_of, origin, same_origin


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://There.Example/users/carl", "https://there.example"),
        ("https://there.example:443/", "https://there.example"),
        ("http://there.example:80", "http://there.example"),
        ("https://there.example:8443/a", "https://there.example:8443"),
        ("https://there.example:08443/a", "https://there.example:8443"),
        ("https://blog.example/?author=1", "https://blog.example"),
        ("https://there.example/a%2Cb//c:d#e", "https://there.example"),
        ("https://münchen.example/", "https://xn--mnchen-3ya.example"),
        ("https://MÜNCHEN.example/", "https://xn--mnchen-3ya.example"),
        ("https://faß.example/", "https://xn--fa-hia.example"),
        ("https://ｔｈｅｒｅ.example/", "https://there.example"),
        ("http://127.0.0.1:8001/users/a", "http://127.0.0.1:8001"),
        ("https://[2001:DB8::1]/", "https://[2001:db8::1]"),
    ],
)
def test_an_origin_has_one_form(address: str, expected: str) -> None:
    assert origin(address) == expected


@pytest.mark.parametrize(
    "address",
    [
        "", "there.example", "//there.example/", "ftp://there.example/", "javascript:alert(1)",
        "https:there.example", "https:///users/carl", "https://there.example./", "https://.there.example/",
        "https://-there.example/", "https://there..example/", "https://carl@there.example/",
        "https://there.example@evil.example/", "https://there.example\\@evil.example/",
        "https://there.example%2eevil.example/", "https://there.example:99999/", "https://there.example:a/",
        "https://there.example/a b", " https://there.example/", "https://there.example/\r\nHost: evil",
        "https://there.example/\x00", "https://there.example/\u2028", 'https://there.example/"><script>',
        "https://there.example/" + "a" * 2_048, "https://a b.example/", "https://[::1", "https://xn--\u00e4/",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(address: str) -> None:
    """CVE-2023-42451, CVE-2023-42450: one canonical host, or none."""
    assert origin(address) is None
    assert not same_origin(address, address)


def test_ids_of_one_server_with_another_scheme_or_port_are_of_another() -> None:
    assert same_origin("https://there.example/a", "https://THERE.example:443/b")
    assert not same_origin("https://there.example/a", "http://there.example/a")
    assert not same_origin("https://there.example/a", "https://there.example:8443/a")
    assert not same_origin("https://there.example/a", "https://sub.there.example/a")


def test_a_host_keeps_a_port_that_does_not_go_without_saying() -> None:
    assert host_of("https://there.example:443/users/carl") == "there.example"
    assert host_of("http://localhost:8001/users/carl") == "localhost:8001"
