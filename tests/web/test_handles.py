"""Handles as people read them."""

from __future__ import annotations

import pytest

from stoa.web.handles import domain


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        ("there.example", "there.example"),
        ("xn--bcher-kva.example", "bücher.example"),
        ("xn--bcher-kva.example:8443", "bücher.example:8443"),
        ("xn--wgv71a119e.example", "日本語.example"),
        ("xn--80ak6aa92e.com", "xn--80ak6aa92e.com"),  # "apple" in Cyrillic letters
        ("xn--pple-43d.com", "xn--pple-43d.com"),  # the same with one
        ("xn--zzzzzzzzzzz.example", "xn--zzzzzzzzzzz.example"),
        ("xn--.example", "xn--.example"),
    ],
)
def test_a_domain_is_shown_in_letters_unless_they_mislead(kept: str, shown: str) -> None:
    assert domain(kept) == shown
