"""What a web page says of itself."""

from __future__ import annotations

import pytest

from stoa.federation.parse.page import document_of, named_as_me

AT = "https://there.example/@carl/7"


@pytest.mark.parametrize(
    "page",
    [
        '<link href="https://there.example/notes/7" rel="alternate" type="application/activity+json">',
        "<LINK REL='Alternate' TYPE='application/activity+json' HREF='/notes/7' />",
        '<link rel=alternate type="application/ld+json; profile=&quot;x&quot;" href="../notes/7">',
        (
            '<link rel="alternate" type="application/rss+xml" href="/feed">'
            '<link rel="alternate" type="application/activity+json" href="/notes/7">'
        ),
    ],
)
def test_a_page_names_its_document(page: str) -> None:
    assert document_of(f"<html><head>{page}</head></html>".encode(), AT) == "https://there.example/notes/7"


def test_a_link_header_names_it_too() -> None:
    feed = '</feed>; rel="alternate"; type="application/rss+xml"'
    header = feed + ', </notes/7>; rel="alternate"; type="application/activity+json"'
    assert document_of(b"", AT, header) == "https://there.example/notes/7"


@pytest.mark.parametrize(
    "page",
    [
        b"",
        b"<link rel='stylesheet' type='application/activity+json' href='/x'>",
        b"<link rel='alternate' type='application/activity+json' href='javascript:alert(1)'>",
        b"<link rel='alternate' type='application/activity+json' href='https://[/'>",
        b"<a rel='alternate' type='application/activity+json' href='/x'>",
        b"\xff\xfe<link rel=alternate",
        b"<link " * 100_000,
        b"<link " + b"a" * 900_000,
    ],
)
def test_other_pages_name_none(page: bytes) -> None:
    assert document_of(page, AT) is None


def test_those_named_as_me_are_found_in_links_of_both_kinds() -> None:
    page = (
        b'<a rel="nofollow me" href="https://home.example/@alice">x</a>'
        b'<link rel="me" href="https://home.example/ap/users/1">'
        b'<a rel="friend" href="https://home.example/@bob">y</a>'
    )
    assert named_as_me(page, AT) == {"https://home.example/@alice", "https://home.example/ap/users/1"}
