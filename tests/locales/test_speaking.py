"""Whose language is spoken, and how it writes dates and numbers."""

from __future__ import annotations

import pytest

from stoa.locales import dates, speaking

NOVEMBER_22 = 1_795_369_320_000  # 2026-11-22, 17:42 UTC
DAY_MS = 86_400_000


@pytest.mark.parametrize(
    ("header", "wishes"),
    [
        (None, []),
        ("", []),
        ("de", ["de"]),
        ("fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", ["fr-CH", "fr", "en", "de", "*"]),
        ("en;q=0.1, uk", ["uk", "en"]),
        ("de;q=0, es", ["es"]),
        ("de;q=much, ja", ["ja"]),
        ("de;q=nan, ja", ["ja"]),
        ("," * 5_000 + "de", []),
    ],
)
def test_a_browser_is_asked_what_it_would_like_best(header: str | None, wishes: list[str]) -> None:
    assert speaking.accepted(header) == wishes


def test_only_languages_that_are_spoken_here_are_chosen() -> None:
    assert speaking.chosen(["tlh", "en-GB", "xx"]) == "en"
    assert speaking.chosen(["EN_us"]) == "en"
    assert speaking.chosen(["tlh", "../../etc/passwd"]) is None


def test_a_language_that_is_not_spoken_here_is_english() -> None:
    speaking.with_language("../de")
    assert speaking.language() == "en"
    assert speaking.gettext("Write a reply") == "Write a reply"


def test_english_writes_the_day_before_the_month() -> None:
    speaking.with_language("en")
    assert dates.day(NOVEMBER_22) == "22 November 2026"
    assert dates.moment(NOVEMBER_22) == "22 November 2026, 17:42 UTC"
    assert speaking.counted(1_234_567) == "1,234,567"


@pytest.mark.parametrize(
    ("before_ms", "said"),
    [
        (-5_000, "now"),
        (59_000, "now"),
        (5 * 60_000, "5 min"),
        (3 * 3_600_000, "3 h"),
        (6 * DAY_MS, "6 d"),
        (8 * DAY_MS, "14 Nov"),
        (400 * DAY_MS, "18 Oct 2025"),
    ],
)
def test_how_long_ago_takes_few_letters(before_ms: int, said: str) -> None:
    speaking.with_language("en")
    assert dates.ago(NOVEMBER_22 - before_ms, NOVEMBER_22) == said
