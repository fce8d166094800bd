"""Which language, and which way."""

import sys

import pytest

from stoa.text import detect_language, direction


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("This is a rather ordinary English sentence about the weather.", "en"),
        ("THIS IS A RATHER ORDINARY SENTENCE ABOUT THE WEATHER", "en"),
        ("Das ist ein ganz gewöhnlicher deutscher Satz über das Wetter.", "de"),
        ("C'est une phrase française tout à fait ordinaire sur le temps.", "fr"),
        ("これは天気についてのごく普通の日本語の文です。", "ja"),
        ("Это самое обычное русское предложение о погоде.", "ru"),
        ("هذه جملة عربية عادية جدا عن الطقس اليوم", "ar"),
        ("זה משפט רגיל לגמרי בעברית על מזג האוויר", "he"),
        ("이것은 날씨에 관한 아주 평범한 한국어 문장입니다.", "ko"),
    ],
)
def test_a_language_is_known(text: str, language: str) -> None:
    assert detect_language(text) == language


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ok",
        "lol",
        "😀😀😀",
        "12345",
        "https://deutsche.example/seite/ueber/uns",
        "@anna #berlin",
        "x" * 50,
    ],
)
def test_a_text_that_says_too_little_has_no_language(text: str) -> None:
    assert detect_language(text) is None


def test_names_and_addresses_do_not_decide() -> None:
    text = "@bonjour@france.example https://france.example/le/monde #français The weather is fine today."
    assert detect_language(text) == "en"


def test_asking_brings_no_downloader() -> None:
    detect_language("This is a rather ordinary English sentence about the weather.")
    assert "robust_downloader" not in sys.modules


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "Hello", "ltr"),
        ("ar", "مرحبا", "rtl"),
        (None, "שלום עולם", "rtl"),
        (None, "Hello", "ltr"),
        (None, "123 !", "auto"),
        ("he", "123", "rtl"),
        ("he-IL", "", "rtl"),
        ("en", "שלום עולם", "rtl"),
        (None, "abc שלום", "auto"),
        ("ar", "hello كيف الحال", "rtl"),
        ("ar", "كيف الحال https://x.example/a/long/address/in/latin", "rtl"),
    ],
)
def test_which_way_a_text_runs(language: str | None, text: str, expected: str) -> None:
    assert direction(language, text) == expected
