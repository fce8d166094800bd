"""Where visitors go on at their own server."""

from __future__ import annotations

import pytest

from stoa.web.intents import INTENT, SUBSCRIBE, Deed, address, guessed, home_of

POST = "https://home.example/ap/users/1/statuses/2?a=b&c=d#e f"
QUOTED = "https%3A%2F%2Fhome.example%2Fap%2Fusers%2F1%2Fstatuses%2F2%3Fa%3Db%26c%3Dd%23e%20f"
ALL = {
    INTENT + "Follow": "https://there.example/follow?who={object}",
    INTENT + "Create": "https://there.example/new?text={content}&to={inReplyTo}&back={on-success}",
    INTENT + "Like": "https://there.example/like/{object}",
    INTENT + "Announce": "https://there.example/boost/{object}",
    INTENT + "Object": "https://there.example/object?uri={object}",
    SUBSCRIBE: "https://there.example/subscribe?uri={uri}",
}


@pytest.mark.parametrize(
    ("deed", "expected"),
    [
        ("follow", f"https://there.example/follow?who={QUOTED}"),
        ("reply", f"https://there.example/new?text=&to={QUOTED}&back="),
        ("boost", f"https://there.example/boost/{QUOTED}"),
        ("favourite", f"https://there.example/like/{QUOTED}"),
    ],
)
def test_a_deed_has_its_own_template_and_its_object_is_encoded(deed: Deed, expected: str) -> None:
    assert address(deed, POST, ALL) == expected


@pytest.mark.parametrize("deed", ["follow", "reply", "boost", "favourite"])
def test_without_one_any_object_and_then_subscribing_serves(deed: Deed) -> None:
    some = {INTENT + "Object": ALL[INTENT + "Object"], SUBSCRIBE: ALL[SUBSCRIBE]}
    assert address(deed, POST, some) == f"https://there.example/object?uri={QUOTED}"
    assert (
        address(deed, POST, {SUBSCRIBE: ALL[SUBSCRIBE]}) == f"https://there.example/subscribe?uri={QUOTED}"
    )
    assert address(deed, POST, {}) is None


def test_a_template_that_would_forget_what_it_is_about_is_not_used() -> None:
    forgetful = {INTENT + "Create": "https://there.example/new?text={content}", SUBSCRIBE: ALL[SUBSCRIBE]}
    assert address("reply", POST, forgetful) == f"https://there.example/subscribe?uri={QUOTED}"


@pytest.mark.parametrize(
    "template",
    [
        "javascript:alert('{uri}')",
        "data:text/html,{uri}",
        "http://there.example/?uri={uri}",
        "https://home.example@evil.example/{uri}",
        "//evil.example/{uri}",
        "https://there.example/\r\nSet-Cookie: a=b{uri}",
        'https://there.example/"><script>{uri}',
        "https:///{uri}",
        "https://{uri}",
        "https://[/{uri}",
        "https://there.example/" + "a" * 3_000 + "{uri}",
        "https://there.example/",
        "",
    ],
)
def test_a_template_that_is_a_trick_is_not_used(template: str) -> None:
    assert address("follow", POST, {SUBSCRIBE: template}) is None


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("@me@there.example", ("there.example", "me@there.example")),
        (" me@There.Example ", ("there.example", "me@there.example")),
        ("there.example", ("there.example", "there.example@there.example")),
        ("https://there.example/@me", ("there.example", "me@there.example")),
        ("https://there.example/", ("there.example", "there.example@there.example")),
        ("a.there.example:8443", ("a.there.example:8443", "a.there.example@a.there.example:8443")),
        ("@me@Bücher.example", ("xn--bcher-kva.example", "me@xn--bcher-kva.example")),
    ],
)
def test_a_home_is_a_handle_or_a_server(typed: str, expected: tuple[str, str]) -> None:
    assert home_of(typed) == expected


@pytest.mark.parametrize(
    "typed",
    ["", "me", "@me", "@me@", "localhost", "a b.example", "me@there.example/../x", "there.example?x=1",
     "javascript:alert(1)", '@me@x.example"><script>', "me@there.example@evil.example", "x" * 9_000,
     "https://a:b@there.example/", "there.example:99999999", "-.example", "xn--\u0000.example"],
)  # fmt: skip
def test_what_names_no_server_is_no_home(typed: str) -> None:
    assert home_of(typed) is None


def test_where_nothing_is_known_it_is_where_most_servers_have_it() -> None:
    assert guessed("there.example", POST) == f"https://there.example/authorize_interaction?uri={QUOTED}"
