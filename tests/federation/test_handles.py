"""A handle is one thing however it is spelt, and what could be another host is none."""

from __future__ import annotations

import pytest

from stoa.federation import handles


@pytest.mark.parametrize(
    "spelt",
    [
        "carl@there.example", "@carl@there.example", "acct:carl@there.example",
        "acct:@carl@There.Example", "  carl@THERE.example ", "carl@there.example:443",
    ],
)  # fmt: skip
def test_a_handle_is_one_however_it_is_spelt(spelt: str) -> None:
    handle = handles.parse(spelt)
    assert handle is not None
    assert str(handle) == "carl@there.example"


def test_names_keep_their_case_and_are_equal_without_it() -> None:
    one, other = handles.parse("Carl@there.example"), handles.parse("carl@there.example")
    assert one is not None
    assert other is not None
    assert str(one) == "Carl@there.example"
    assert one.key == other.key


@pytest.mark.parametrize(
    ("spelt", "domain"),
    [
        ("a@bücher.example", "xn--bcher-kva.example"),
        ("a@straße.example", "xn--strae-oqa.example"),  # not strasse.example, which is another host
        ("a@ｆｕｌｌ.example", "full.example"),
        ("a@there\u3002example", "there.example"),
        ("a@there.example:8443", "there.example:8443"),
        ("a@127.0.0.1:8001", "127.0.0.1:8001"),
    ],
)
def test_a_domain_has_one_canonical_form(spelt: str, domain: str) -> None:
    handle = handles.parse(spelt)
    assert handle is not None
    assert handle.domain == domain


@pytest.mark.parametrize(
    "spelt",
    [
        "carl", "@carl", "carl@", "@@there.example", "carl@there.example.", "carl@there..example",
        "u@localhost:1234/secret?#", "u@there.example/path", "u@there.example#x", "u@there.example?x",
        "u@evil.example@there.example", "u@there.example:0", "u@there.example:99999", "u@there.example:",
        "u@%74here.example", "u@there%2eexample", "u@-there.example", "u@.there.example",
        "u@there.example\\@evil.example", "u@127.1", "u@0x7f000001",
        "ca rl@there.example", "cärl@there.example", "carl.@there.example", "а@there.example",
        "u@" + "a" * 64 + ".example", "u" * 3000 + "@there.example",
    ],
)  # fmt: skip
def test_what_could_be_another_host_or_name_is_no_handle(spelt: str) -> None:
    assert handles.parse(spelt) is None


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://there.example/@carl", "https://there.example/@carl"),
        (" web+ap://there.example/notes/1 ", "https://there.example/notes/1"),
        ("https://there.example/?p=42", "https://there.example/?p=42"),
        ("carl@there.example", None),
        ("https://there.example/a b", None),
        ("https://", None),
        ("javascript:alert(1)", None),
        ("https://[", None),
    ],
)
def test_an_address_is_read_out_of_what_was_typed(text: str, address: str | None) -> None:
    assert handles.as_address(text) == address
