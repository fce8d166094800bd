"""Strings, times, numbers and languages out of JSON."""

from __future__ import annotations

from typing import Any

import pytest

from stoa.federation.parse import values

NOON = 1_795_348_800_000  # 2026-11-22T12:00:00Z


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-11-22T12:00:00Z", NOON),
        ("2026-11-22T12:00:00+0000", NOON),
        ("2026-11-22T13:00:00+01:00", NOON),
        ("2026-11-22T06:30:00-0530", NOON),
        ("2026-11-22 12:00:00 UTC", NOON),
        ("2026-11-22T12:00:00", NOON),
        ("2026-11-22T12:00Z", NOON),
        ("2026-11-22T12:00:00.123456789Z", NOON + 123),
        ("2026-11-22T12:00:00.5Z", NOON + 500),
        ("2026-11-22", NOON - 12 * 3_600_000),
        (["2026-11-22T12:00:00Z"], NOON),
        ("1970-01-01T00:00:00Z", 0),
        ("2016-12-31T23:59:60Z", 1_483_228_799_000),
    ],
)
def test_times_are_read_as_they_are_sent(written: Any, expected: int) -> None:
    assert values.time_of(written) == expected


@pytest.mark.parametrize(
    "written",
    [
        None, 1, "", "yesterday", "2026-13-01T00:00:00Z", "2026-02-30", "1969-12-31T23:59:59Z",
        "9999-01-01",
        "0000-00-00T00:00:00Z", "2026-11-22T12:00:00+99:00", "2026-11-22T12:00:00Z" + " " * 100, {},
        "٢٠٢٦-11-22T12:00:00Z",
    ],
)  # fmt: skip
def test_what_is_no_time_is_none(written: Any) -> None:
    assert values.time_of(written) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [(3, 3), (3.9, 3), (0, 0), (10**30, values.MAX_NUMBER), (float("inf"), values.MAX_NUMBER), (-1, None),
     (float("nan"), None), (True, None), ("3", None), (None, None)],
)  # fmt: skip
def test_numbers_are_counts(value: Any, expected: int | None) -> None:
    assert values.number_of(value) == expected


def test_text_can_be_stored() -> None:
    assert values.text_of("a\x00b\ud800c", 10) == "abc"
    assert values.text_of({"@value": "a"}, 10) == "a"
    assert values.text_of({"en": "a", "de": "b"}, 10) == "a"
    assert values.text_of("abc", 2) == "ab"
    assert values.line_of("  a&#0;\n&amp;amp; b ", 100) == "a\ufffd &amp; b"


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"content": "a"}, ("a", None)),
        ({"content": "a", "contentMap": {"de": "a", "en": "b"}}, ("a", "de")),
        ({"content": "a", "contentMap": {"de": "x", "en": "y"}}, ("a", None)),
        ({"content": "a", "contentMap": {"en": "x"}}, ("a", "en")),
        ({"contentMap": {"fr": "c", "en": "d"}}, ("c", "fr")),
        ({"content": "", "contentMap": {"fr": "c"}}, ("c", "fr")),
        ({"content": "a", "contentMap": {"und": "a"}}, ("a", None)),
        ({"content": "a", "contentMap": {"not a language": "a"}}, ("a", None)),
        ({"content": "a", "contentMap": ["a"]}, ("a", None)),
        ({}, (None, None)),
    ],
)
def test_the_language_is_that_of_the_text(document: Any, expected: Any) -> None:
    assert values.spoken(document, "content", 100) == expected


def test_a_page_for_people_is_chosen_among_addresses() -> None:
    html = {"type": "Link", "mediaType": "text/html; charset=utf-8", "href": "https://a.example/page"}
    film = {"type": "Link", "mediaType": "video/mp4", "href": "https://a.example/film"}
    assert values.page_of([film, "https://a.example/plain", html]) == "https://a.example/page"
    assert values.page_of([film, "https://a.example/plain"]) == "https://a.example/plain"
    assert values.page_of("https://a.example/?a=1&#038;b=2") == "https://a.example/?a=1&b=2"
    assert values.page_of([film]) is None
    assert values.page_of("javascript:alert(1)") is None


@pytest.mark.parametrize(
    ("value", "expected"), [("PT1M30S", 90.0), ("PT2H", 7200.0), ("P1DT1S", 86401.0), (12, 12.0),
    ("PT0.5S", 0.5), ("P", None), ("PT", None), ("1:30", None), (-1, None), (True, None)],
)  # fmt: skip
def test_durations_are_seconds(value: Any, expected: float | None) -> None:
    assert values.seconds_of(value) == expected
