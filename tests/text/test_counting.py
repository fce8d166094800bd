"""Lengths as people count them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stoa.text import count_characters, excerpt


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("", 0),
        ("hello", 5),
        ("a\nb", 3),
        ("a\r\nb", 3),
        ("é", 1),
        ("e\u0301", 1),
        ("👨‍👩‍👧‍👦", 1),
        ("🏴󠁧󠁢󠁥󠁮󠁧󠁿🇫🇷", 2),
        ("नमस्ते", 3),
        ("한국어", 3),
        ("see https://x.example/" + "a" * 100, 27),
        ("https://x.example/ and https://y.example/?a=b", 51),
        ("(https://x.example/).", 26),
        ("@alice", 6),
        ("@carl@there.example", 5),
        ("hi @carl@there.example, you", 13),
        ("#tag :cat: a@b.example", 22),
    ],
)
def test_a_text_counts_as_people_count(source: str, count: int) -> None:
    assert count_characters(source) == count


def test_stacked_marks_cannot_hide_a_book() -> None:
    assert count_characters("a" + "\u0301" * 100_000) > 6_000


@given(st.text(max_size=60))
def test_nothing_counts_less_than_nothing(source: str) -> None:
    assert 0 <= count_characters(source) <= max(len(source), 24 * len(source) // 8)


@pytest.mark.parametrize(
    ("text", "length", "cut"),
    [
        ("one two three", 13, "one two three"),
        ("one two three", 12, "one two…"),
        ("one two three", 8, "one two…"),
        ("one, two three", 8, "one…"),
        ("one\n\ntwo", 20, "one two"),
        ("abcdefghij", 5, "abcd…"),
        ("日本語のとても長い文章", 6, "日本語のと…"),
        ("👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦", 2, "👨‍👩‍👧‍👦…"),
        ("one", 1, "…"),
        ("one", 0, ""),
    ],
)
def test_an_excerpt_ends_where_a_word_does(text: str, length: int, cut: str) -> None:
    assert excerpt(text, length) == cut


@given(st.text(max_size=200), st.integers(-1, 50))
def test_an_excerpt_is_never_longer_than_asked(text: str, length: int) -> None:
    assert count_characters(excerpt(text, length).replace("://", "").replace("@", "")) <= max(length, 0)
