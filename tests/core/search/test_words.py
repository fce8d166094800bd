"""Tokens of texts in many scripts."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from stoa.core.search import words
from stoa.core.search.query import Phrase, Side, parse


def test_case_width_and_accents_make_no_difference() -> None:
    assert words.tokens("CAFÉ Ｃafe cafe\u0301") == ["cafe", "cafe", "cafe"]


def test_japanese_is_found_by_any_two_characters_and_by_one() -> None:
    stored = words.tokens("検索エンジンは楽しい")
    assert words.wanted("エンジン") == [["エン", "ンジ", "ジン"]]
    assert {"エン", "ンジ", "ジン"} <= set(stored)
    assert words.wanted("い") == [["い"]]
    assert "い" in stored


def test_a_number_right_after_japanese_is_found() -> None:
    assert words.tokens("検索2026") == [*words.wanted("検索2026")[0]]


def test_parts_of_a_hyphenated_word_stand_in_a_row() -> None:
    assert words.wanted("state-of-the-art") == [["state", "of", "the", "art"]]


def test_what_sqlite_might_not_know_is_written_in_hexadecimal() -> None:
    [token] = words.tokens("नमस्ते")
    assert token == "q" + "नमस्ते".encode().hex()


@given(st.text())
def test_tokens_are_letters_and_digits_that_no_database_takes_apart(text: str) -> None:
    for token in words.tokens(text):
        assert token
        assert all(unicodedata.category(one)[0] in "LN" for one in token)
    for phrase in words.wanted(text):
        assert all(phrase)


@given(st.text(), st.text())
def test_what_was_written_is_found_by_what_was_written(before: str, text: str) -> None:
    stored = words.tokens(f"{before} {text}")
    for phrase in words.wanted(text):
        places = range(len(stored) - len(phrase) + 1)
        assert any(
            stored[place : place + len(phrase) - 1] == phrase[:-1]
            and stored[place + len(phrase) - 1].startswith(phrase[-1])
            for place in places
        )


@given(st.text(max_size=300))
def test_nothing_typed_is_an_error(text: str) -> None:
    parse(text)


def test_a_long_post_is_indexed_whole() -> None:
    assert len(words.tokens("語" * 65_535)) == 65_535


def test_what_is_too_much_is_indexed_in_part() -> None:
    stored = words.tokens("สวัสดีชาวโลก" * 6000)
    assert 40_000 < len(stored) < 72_000
    assert sum(len(token) + 5 for token in stored) <= words.MAX_BYTES
    assert words.tokens("\ufdfa" * 65_535)


def test_the_operators_are_read() -> None:
    found = parse('essay "long walk" -rain from:@alice language:UK has:poll is:reply before:2026-03')
    assert found.having.phrases == (Phrase(("essay",)), Phrase(("long", "walk"), open=False))
    assert found.without == Side(phrases=(Phrase(("rain",)),))
    assert found.having.authors == ("alice",)
    assert (found.having.languages, found.having.traits) == (("uk",), ("poll", "reply"))
    assert found.having.times == ((0, 1_772_323_200_000),)
    assert found.where is None


def test_every_operator_but_in_can_be_turned_round() -> None:
    found = parse("essay -from:bob -language:de -has:media -is:sensitive -before:2026 in:library")
    assert found.having.phrases == (Phrase(("essay",)),)
    assert found.without == Side(
        authors=("bob",), languages=("de",), traits=("media", "sensitive"), times=((0, 1_767_225_600_000),)
    )
    assert found.where == "library"
    assert parse("in:library essay in:all").where is None
    assert parse("-in:library").where is None


def test_a_date_that_does_not_exist_is_a_word() -> None:
    assert parse("before:2026-13-99").having.phrases == (Phrase(("before", "2026", "13", "99")),)


def test_what_only_excludes_asks_nothing() -> None:
    assert parse("-rain").asks_nothing
    assert parse("-from:bob").asks_nothing
    assert parse("").asks_nothing
    assert not parse("has:media").asks_nothing
