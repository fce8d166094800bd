"""No text makes the server work longer than its length allows.

Nothing here is timed.  What would take longer than there is does not come back; what grows faster
than the text is seen by the calls it makes and by what it returns.
"""

import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from stoa.text import count_characters, find_emoji_shortcodes, lift_title, plain_text, sanitise
from stoa.text.rendering import _pieces
from stoa.text.sanitising import too_deep
from tests.text.test_rendering import TYPES, rendered
from tests.text.test_sanitising import check_harmless

FRAGMENTS = (Path(__file__).parent / "corpus" / "hostile.txt").read_text("utf-8").splitlines()
LENGTH = 65_535


@pytest.mark.parametrize("fragment", FRAGMENTS)
def test_a_hostile_text_of_full_length_is_shown(fragment: str) -> None:
    source = (fragment * LENGTH)[:LENGTH]
    result = rendered(source, "text/markdown")
    assert len(result.html) <= 12 * LENGTH
    assert len(result.text) <= 4 * LENGTH
    assert not too_deep(result.html)
    assert find_emoji_shortcodes(source) is not None


LONG_WORDS = [
    *("a{}_ @b", "語{}*@b", "@{}", "@a@{}", "#{}", "https://x.example/{}", "https://{}.example"),
    *("[a]({})", "\\({}\\)", "<a href='{}'>", "`{}", "<{}", "&{}", ":{}:", "{}://", "{}@b.example"),
]


@pytest.mark.parametrize("word", LONG_WORDS)
@pytest.mark.parametrize("letter", ["a", "a.", "語", "-", "a-", "é", "\u0301", "(", "\u200d", "%2F"])
def test_a_word_as_long_as_a_post_is_shown(word: str, letter: str) -> None:
    source = word.format((letter * LENGTH)[:LENGTH])
    for content_type in TYPES:
        assert rendered(source, content_type).text is not None
    assert count_characters(source) > 0


@pytest.mark.parametrize("fragment", FRAGMENTS)
def test_hostile_html_of_a_remote_post_is_settled(fragment: str) -> None:
    result = sanitise((fragment * LENGTH)[:LENGTH])
    check_harmless(result)
    assert not too_deep(result)
    assert plain_text(result) is not None
    assert lift_title(result) is not None


def calls(source: str, content_type: str) -> int:
    """Functions called, Python's and C's, while *source* is rendered."""
    count = 0

    def profile(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    _pieces.cache_clear()
    sys.setprofile(profile)
    try:
        rendered(source, content_type)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("fragment", FRAGMENTS)
@pytest.mark.parametrize("content_type", TYPES)
def test_twice_the_text_is_at_most_twice_the_work(fragment: str, content_type: str) -> None:
    rendered((fragment * 40), content_type)  # what is imported and remembered once
    # Long enough that what is refused for its depth is refused twice; whole, so that both end alike.
    count = 6_000 // len(fragment)
    half = calls(fragment * count, content_type)
    whole = calls(fragment * count * 2, content_type)
    assert whole <= 2.2 * half + 500
