"""A URL has one reading, or is refused (security.md A3, A5)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stoa.http_client import Refused, normalise_host, parse
from stoa.http_client.urls import MAX_CHARACTERS


@pytest.mark.parametrize(
    ("url", "read"),
    [
        ("https://there.example", "https://there.example/"),
        ("HTTPS://There.Example/Users/Carol", "https://there.example/Users/Carol"),
        ("https://there.example:443/x", "https://there.example/x"),
        ("https://there.example:8443/x", "https://there.example:8443/x"),
        ("https://there.example:/x", "https://there.example/x"),
        ("https://there.example/x?a=1&b[]=%C3%BC#main-key", "https://there.example/x?a=1&b[]=%C3%BC"),
        ("https://there.example?page=true", "https://there.example/?page=true"),
        (
            "https://there.example/@carol@here.example/1?x=a:b/c",
            "https://there.example/@carol@here.example/1?x=a:b/c",
        ),
        ("https://there.example/a/../b/./c//d", "https://there.example/a/../b/./c//d"),
        ("https://bücher.example/x", "https://xn--bcher-kva.example/x"),
        ("https://XN--BCHER-KVA.example/x", "https://xn--bcher-kva.example/x"),
        ("https://ｔｈｅｒｅ.example/x", "https://there.example/x"),
        ("https://there。example/x", "https://there.example/x"),
        ("https://straße.example/x", "https://xn--strae-oqa.example/x"),
        ("https://93.184.216.34/x", "https://93.184.216.34/x"),
        ("https://[2606:4700::1111]:443/x", "https://[2606:4700::1111]/x"),
        ("https://[2606:4700:0:0::1111]:8443/x", "https://[2606:4700::1111]:8443/x"),
    ],
)
def test_a_url_is_read_in_one_way(url: str, read: str) -> None:
    assert parse(url).url == read
    assert parse(read).url == read


@pytest.mark.parametrize(
    "url",
    [
        "",
        "there.example",
        "/x",
        "//there.example/x",
        "https:there.example",
        "https:/there.example",
        "https://",
        "https:///x",
        "https://?x",
        "http://there.example/",
        "ftp://there.example/",
        "file:///etc/passwd",
        "data:application/json,{}",
        "javascript:alert(1)",
        "unix:///var/run/docker.sock",
        "https://user@there.example/",
        "https://user:pass@there.example/",
        "https://there.example:pass@evil.example/",
        "https://there.example\\@evil.example/",
        "https://there.example\\x",
        "https://there.example/\\x",
        "https://there.example:0/",
        "https://there.example:65536/",
        "https://there.example:999999/",
        "https://there.example:8x/",
        "https://there.example:-1/",
        "https://there.example:１/",
        "https://there.example./",
        "https://.there.example/",
        "https://there..example/",
        "https://-there.example/",
        "https://the_re.example/",
        "https://there.example%2eevil.example/",
        "https://%6cocalhost/",
        "https://there example/",
        "https://" + "a" * 64 + ".example/",
        "https://" + "a." * 127 + "example/",
        "https://there.example/a b",
        "https://there.example/\r\nX-Injected: 1",
        "https://there.example/\n",
        "https://there.example/\t",
        "https://there.example/\x00",
        "https://there.example/\x7f",
        "https://there.example/ü",
        "https://there.example/\ud800",
        "https://\ud800.example/",
        "https://there.example/%",
        "https://there.example/%zz",
        'https://there.example/"',
        "https://there.example/<x>",
        "https://there.example/{x}",
        "https://there.example/`",
        "https://there.example/^",
        "https://there.example/|",
        " https://there.example/",
        "https://there.example/" + "x" * MAX_CHARACTERS,
        "https://127.1/",
        "https://127.0.0.1./",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.0.0.1/",
        "https://0177.0.0.1/",
        "https://127.0.0.256/",
        "https://1.2.3/",
        "https://a.1/",
        "https://[::1",
        "https://[::1%25eth0]/",
        "https://[v1.x]/",
        "https://[127.0.0.1]/",
        "https://[]/",
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(url: str) -> None:
    with pytest.raises(Refused):
        parse(url)


def test_plain_http_is_for_trials() -> None:
    assert parse("http://localhost:8001/x", insecure=True).url == "http://localhost:8001/x"
    assert parse("http://there.example:80/x", insecure=True).authority == "there.example"
    with pytest.raises(Refused, match="https"):
        parse("http://localhost:8001/x")


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "a.localhost",
        "printer.local",
        "db.internal",
        "redis",
        "x.home.arpa",
        "x.onion",
        "x.lan",
        "x.corp",
    ],
)
def test_names_of_inner_networks_are_known_as_such(host: str) -> None:
    assert parse(f"https://{host}/").is_inside
    assert not parse(f"https://{host}.example/").is_inside


def test_ip_addresses_in_fullwidth_letters_are_ip_addresses() -> None:
    assert parse("https://１２７.０.０.１/").is_literal
    assert normalise_host("１２７。０。０。１") == "127.0.0.1"


@given(st.text(max_size=40))
def test_no_host_raises_anything_else(text: str) -> None:
    try:
        host = normalise_host(text)
    except ValueError:
        return
    again = normalise_host(f"[{host}]" if ":" in host else host)
    assert again == host
    assert host.isascii()


@given(st.from_regex(r"https?://[^/]{0,20}(/.{0,20})?", fullmatch=True) | st.text(max_size=60))
def test_what_is_read_once_is_read_so_again(url: str) -> None:
    try:
        location = parse(url, insecure=True)
    except Refused:
        return
    assert parse(location.url, insecure=True) == location
