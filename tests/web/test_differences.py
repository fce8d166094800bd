"""What changed is found word by word, and long texts take no longer than they may."""

from __future__ import annotations

import random

from stoa.web import differences
from stoa.web.differences import Part, Piece


def old_and_new(parts: tuple[Part, ...]) -> tuple[list[str], list[str]]:
    """Both texts, read out of what is shown of them."""
    olds, news = [], []
    for part in parts:
        olds.append("".join(one.words for one in part.pieces if one.kind != "in"))
        news.append("".join(one.words for one in part.pieces if one.kind != "out"))
    return [one for one in olds if one], [one for one in news if one]


def test_changed_words_are_told_from_those_that_stayed() -> None:
    assert differences.between("The quick brown fox sat.", "The slow brown fox sat.") == (
        Part((
            Piece("same", "The "),
            Piece("out", "quick"),
            Piece("in", "slow"),
            Piece("same", " brown fox sat."),
        )),
    )  # fmt: skip
    assert differences.between("Same", "Same") == ()


def test_another_paragraph_is_not_the_same_with_other_words() -> None:
    assert differences.between("Apples are red.", "Who goes there at night?") == (
        Part((Piece("out", "Apples are red."),)),
        Part((Piece("in", "Who goes there at night?"),)),
    )


def test_what_did_not_change_is_folded_but_for_its_ends() -> None:
    before = "\n\n".join(f"Paragraph {number}." for number in range(20))
    parts = differences.between(before, before.replace("Paragraph 10.", "Paragraph 10, changed."))
    assert [one.folded for one in parts] == [9, 0, 0, 0, 8]
    assert parts[1].pieces == (Piece("same", "Paragraph 9."),)
    assert differences.between(before, before + "\n\nThe end.")[0].folded == 19


def test_both_texts_can_be_read_out_of_what_is_shown() -> None:
    chance = random.Random(5)
    for _ in range(60):
        before = [" ".join(chance.choices("abcdef", k=8)) for _ in range(chance.randint(1, 3))]
        after = [" ".join(chance.choices("abcdef", k=8)) for _ in range(chance.randint(1, 3))]
        parts = differences.between("\n\n".join(before), "\n\n".join(after))
        if any(part.folded for part in parts) or before == after:
            continue
        assert old_and_new(parts) == (before, after)


def test_what_is_very_long_is_compared_up_to_a_bound() -> None:
    before = "\n\n".join(f"a{number} b c d e f g h" for number in range(4_000))
    parts = differences.between(before, before.replace(" b ", " x "))
    exact = [part for part in parts if len(part.pieces) > 1]
    assert 0 < len(exact) < 4_000
    assert len(parts) > 4_000
