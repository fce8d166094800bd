"""Coloured code."""

import pytest

from stoa.text import plain_text
from stoa.text.highlighting import _LANGUAGES, MAX_CODE, highlighted

SAMPLE = "if x <= 'a' && \"b\" { /* c */ return 42; } # d\n\tend\n"


@pytest.mark.parametrize("language", sorted(_LANGUAGES))
def test_highlighting_changes_no_character(language: str) -> None:
    result = highlighted(SAMPLE, language)
    assert plain_text(f"<pre>{result}</pre>") == SAMPLE.strip("\n")
    assert result.count("class=") == result.count('<span class="c-')


def test_some_languages_are_coloured() -> None:
    assert '<span class="c-k">return' in highlighted("return 1", "py")
    assert '<span class="c-c"># x\n</span>' in highlighted("# x\n", "bash")
    assert '<span class="c-s">' in highlighted('{"a": "b"}', "JSON")


@pytest.mark.parametrize(
    ("code", "language"),
    [("return 1", "unknown"), ("return 1\n" * MAX_CODE, "python"), ("return " + "x" * 500, "python")],
)
def test_code_that_would_cost_too_much_is_plain(code: str, language: str) -> None:
    assert highlighted(code, language) == code


def test_a_post_has_only_so_much_coloured_code() -> None:
    from tests.text.test_rendering import shown

    block = "```python\nreturn 1\n```\n\n"
    assert shown(block * 2_000, "text/markdown").count("c-k") <= MAX_CODE // len("return 1\n")
