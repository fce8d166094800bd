"""Lists as files: what others write is read, and what we write is what was meant."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from stoa.core.errors import Unprocessable
from stoa.core.transfers import sheets
from stoa.core.transfers.model import KINDS, MAX_LINES, Kind, Line

MASTODON = b"""Account address,Show boosts,Notify on new posts,Languages
Carl@There.example,false,true,"de, en"
@dora@here.example,true,false,
"""


def test_what_mastodon_writes_is_read() -> None:
    assert sheets.parse("following", MASTODON) == [
        Line("carl@there.example", reblogs=False, notify=True, languages=("de", "en")),
        Line("dora@here.example"),
    ]
    assert sheets.parse("mutes", b"Account address,Hide notifications\na@b.example,false\n") == [
        Line("a@b.example", notifications=False)
    ]
    assert sheets.parse("blocks", b"a@b.example\r\n\r\na@b.example\r\n") == [Line("a@b.example")]
    assert sheets.parse("domain_blocks", b"#domain,#severity\nLoud.example,suspend\n") == [
        Line("loud.example")
    ]
    assert sheets.parse("lists", "Köche,a@b.example\nKöche,c@d.example\nleer\n".encode()) == [
        Line("a@b.example", list="Köche"),
        Line("c@d.example", list="Köche"),
    ]
    assert sheets.parse("bookmarks", b"\xef\xbb\xbfhttps://There.example/1\n") == [
        Line("https://There.example/1")
    ]


def test_columns_are_known_by_their_headings() -> None:
    assert sheets.parse("following", b"Account address,Languages,Note\na@b.example,fr,hello\n") == [
        Line("a@b.example", languages=("fr",))
    ]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "data", [b"", b"\n\n", b"\xff\xfe\x00a", b"a\0b", b'"' + b"x" * 200_000, b"\xef\xbb\xbf"]
)
def test_what_is_no_list_is_refused_in_words(kind: Kind, data: bytes) -> None:
    with pytest.raises(Unprocessable):
        sheets.parse(kind, data)


def test_a_list_that_is_too_long_is_refused() -> None:
    data = "".join(f"a{number}@b.example\n" for number in range(MAX_LINES + 1))
    with pytest.raises(Unprocessable):
        sheets.parse("blocks", data.encode())


def test_a_title_is_no_formula_for_a_spreadsheet() -> None:
    line = Line("a@b.example", list='=HYPERLINK("https://evil.example")')
    text = sheets.render("lists", [line])
    assert not text.startswith(("=", '"='))
    assert sheets.parse("lists", text.encode()) == [line]


@example(b"@", "following")
@example(b"Porch,acct:", "lists")
@given(st.binary(max_size=300), st.sampled_from(KINDS))
def test_nothing_that_is_uploaded_is_an_error_of_ours(data: bytes, kind: Kind) -> None:
    try:
        lines = sheets.parse(kind, data)
    except Unprocessable:
        return
    assert sheets.parse(kind, sheets.render(kind, lines).encode())
