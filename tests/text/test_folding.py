"""Names as they are compared."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stoa.text.folding import MAX_WORD, MAX_WORDS, fold_name, name_words


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", []),
        ("  Anna  Lee ", ["anna", "lee"]),
        ("Jean-Luc", ["jean-luc", "luc"]),
        ("(José)", ["(jose)", "jose)"]),
        ("sam_one", ["sam_one", "one"]),
        ("ＦＵＬＬ Ïjs", ["full", "ijs"]),
        ("山田太郎", ["山田太郎"]),
        ("🦊 % ☆彡", ["🦊", "%", "☆彡", "彡"]),
        ("a\0b", ["ab"]),
    ],
)
def test_a_name_is_found_by_its_words(name: str, words: list[str]) -> None:
    assert name_words(name) == words


@given(st.text(max_size=200))
def test_any_name_has_few_and_short_words_and_folds_once(name: str) -> None:
    words = name_words(name)
    assert len(words) <= MAX_WORDS
    assert all(word and len(word) <= MAX_WORD and "\0" not in word for word in words)
    assert words == [] or fold_name(name).split()[0].startswith(words[0])
