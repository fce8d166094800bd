"""What a page says of itself, and what is not believed of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stoa.core.links.model import Page
from stoa.core.links.reading import READ_BYTES, read, with_oembed

HERE = "https://news.example/2026/essay"
KIND = "text/html; charset=utf-8"


def _read(page: str, address: str = HERE) -> Page:
    return read(page.encode(), KIND, address)


def test_open_graph_comes_first() -> None:
    page = _read(
        """<html lang="de-AT"><head><title>Old</title>
        <meta property="og:title" content="On  porches &amp; shade">
        <meta property="og:description" content="Why they are built.">
        <meta property="og:site_name" content="The News"><meta property="og:image" content="/p.jpg">
        <meta property="og:image:alt" content=" A porch ">
        <meta property="og:image:width" content="1200"><meta property="og:image:height" content="630">
        <meta name="author" content="Ann Author">
        <meta name="fediverse:creator" content="@ann@there.example">
        <meta property="article:published_time" content="2026-02-03T04:05:06Z"></head></html>"""
    )
    assert page == Page(
        title="On porches & shade",
        description="Why they are built.",
        language="de",
        provider_name="The News",
        provider_url="https://news.example",
        author_name="Ann Author",
        creator="ann@there.example",
        width=1200,
        height=630,
        image_url="https://news.example/p.jpg",
        image_description="A porch",
        published_at=1770091506000,
    )


def test_json_ld_and_the_title_fill_in() -> None:
    page = _read(
        """<title> A title </title><script type="application/ld+json">{"@graph": [{"@type": "Organization"},
        {"@type": ["NewsArticle"], "headline": "The headline", "description": "What it says",
        "author": [{"name": "Ben", "url": "/ben"}], "publisher": {"name": "House"},
        "datePublished": "2026-02-03"}]}</script>"""
    )
    assert (page.title, page.description, page.provider_name) == ("The headline", "What it says", "House")
    assert (page.author_name, page.author_url) == ("Ben", "https://news.example/ben")
    assert page.published_at == 1770076800000
    assert _read("<title>Only\n this</title>").title == "Only this"


@pytest.mark.parametrize(
    ("page", "kind", "title"),
    [
        ("<title>Grüße</title>".encode("latin-1"), "text/html; charset=iso-8859-1", "Grüße"),
        ("<meta charset=shift_jis><title>日本</title>".encode("shift_jis"), "text/html", "日本"),
        ("<title>日本</title>".encode(), "text/html; charset=nonsense", "日本"),
        (b"\xff\xfe<title>x</title>", "text/html", "x"),
    ],
)
def test_a_page_is_read_in_its_own_writing(page: bytes, kind: str, title: str) -> None:
    assert read(page, kind, HERE).title == title


def test_addresses_that_are_none_are_left_out() -> None:
    page = _read(
        """<title>x</title><meta property="og:image" content="javascript:alert(1)">
        <link rel="alternate" type="application/json+oembed" href="file:///etc/passwd">
        <meta property="article:author" content="https://user:pass@a.example/">"""
    )
    assert (page.image_url, page.oembed_url, page.author_url) == (None, "", "")


@pytest.mark.parametrize(
    ("player", "kept"),
    [
        ("https://www.youtube.com/embed/abc", True),
        ("https://player.vimeo.com/video/1?x=1&amp;y=2", True),
        ("http://www.youtube.com/embed/abc", False),
        ("https://evil.example/player", False),
        ("javascript:alert(1)", False),
        ("https://www.youtube.com.evil.example/embed/abc", False),
    ],
)
def test_players_of_known_sites_alone_and_rebuilt(player: str, kept: bool) -> None:
    """CVE-2023-36459."""
    plain = Page(title="x")
    for page in (
        _read(f'<title>x</title><meta property="og:video:url" content="{player}">'),
        with_oembed(
            plain,
            {"type": "video", "width": 200, "height": 100,
             "html": f'<script>a()</script><iframe onload="x()" srcdoc="b" src="{player}"></iframe>'},
            HERE,
        ),
    ):  # fmt: skip
        assert (page.kind, bool(page.html), bool(page.embed_url)) == (
            ("video", True, True) if kept else ("link", False, False)
        )
        assert all(word not in page.html for word in ("script>", "onload", "srcdoc"))
        assert not kept or 'sandbox="' in page.html


def test_oembed_fills_in_what_the_page_does_not_say() -> None:
    said = {
        "type": "photo", "url": "/big.jpg", "width": "1600", "height": 900, "title": "Hers",
        "author_name": ["no", "text"], "provider_name": "Photos", "thumbnail_url": 7,
    }  # fmt: skip
    page = with_oembed(Page(title="Mine"), said, HERE)
    assert (page.kind, page.title, page.provider_name, page.author_name) == ("photo", "Mine", "Photos", "")
    assert (page.image_url, page.width, page.height) == ("https://news.example/big.jpg", 1600, 900)


def test_everything_has_a_limit() -> None:
    long = "x" * 100_000
    page = _read(
        f'<title>{long}</title><meta name="description" content="{long}">'
        f'<meta name="author" content="{long}"><meta property="og:image:width" content="{long}">'
        f'<script type="application/ld+json">{"[" * 50_000}'
    )
    assert (len(page.title), len(page.description), len(page.author_name)) == (300, 600, 150)
    late = b" " * READ_BYTES + b"<title>late</title>"
    assert read(late, KIND, HERE).title == ""


@given(
    st.binary(max_size=400),
    st.sampled_from(["<title>", "<meta ", '<script type="application/ld+json">', ""]),
)
def test_no_page_upsets_the_reader(noise: bytes, before: str) -> None:
    read(before.encode() + noise, KIND, HERE)
