"""Which page a post is about."""

from __future__ import annotations

import pytest

from stoa.core.links.spot import first_link

OWN = "https://stoa.example"


def _a(href: str, classes: str = "") -> str:
    return f'<a href="{href}"{f" class={classes!r}".replace(chr(39), chr(34)) if classes else ""}>x</a>'


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("<p>No link.</p>", None),
        (_a("https://a.example/1?x=1&amp;y=2#part"), "https://a.example/1?x=1&y=2"),
        (_a("https://a.example/@bob", "u-url mention") + _a("https://b.example/"), "https://b.example/"),
        (_a("https://a.example/tags/x", "mention hashtag"), None),
        (_a(f"{OWN}/@alice/1") + _a("http://b.example/x"), "http://b.example/x"),
        (_a("https://q.example/1") + _a("https://b.example/2"), "https://b.example/2"),
        ('<p class="quote-inline">RE: ' + _a("https://c.example/1") + "</p>", None),
        (_a("mailto:me@a.example") + _a("ftp://a.example/") + _a("#note"), None),
        (_a("https://user:secret@a.example/"), None),
        (_a("https://[bad/") + _a("https://b.example/"), "https://b.example/"),
        (_a("https://a.example/" + "x" * 3000), None),
        ("<a " * 5000, None),
    ],
)
def test_the_first_link_to_a_page(content: str, expected: str | None) -> None:
    assert first_link(content, own=OWN, quoted=frozenset({"https://q.example/1"})) == expected
