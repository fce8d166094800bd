"""Outline, anchors, minutes."""

import pytest

from stoa.text import Heading, outline, reading_minutes, with_anchors
from tests.text.test_rendering import rendered, shown

POST = shown("# One & *two*\n\ntext\n\n## One & two\n\n### 日本語\n\n#### !!!", "text/markdown")


def test_the_outline_names_every_heading_once() -> None:
    assert outline(POST) == [
        Heading(1, "One & two", "s-one-two"),
        Heading(2, "One & two", "s-one-two-2"),
        Heading(3, "日本語", "s-日本語"),
        Heading(4, "!!!", "s-section"),
    ]


def test_anchors_are_where_the_outline_points() -> None:
    result = with_anchors(POST)
    for heading in outline(POST):
        assert result.count(f' id="{heading.anchor}">') == 1
    assert '<h1 id="s-one-two">One &amp; <em>two</em></h1>' in result
    without = result
    for heading in outline(POST):
        without = without.replace(f' id="{heading.anchor}"', "")
    assert without == POST


def test_a_heading_may_say_its_language() -> None:
    assert with_anchors('<h2 lang="de" dir="ltr">Ä</h2>') == '<h2 lang="de" dir="ltr" id="s-ä">Ä</h2>'


def test_a_heading_with_a_formula_is_named_by_its_tex() -> None:
    assert outline(shown("# On \\(x^2\\)", "text/markdown"))[0].text == r"On \(x^2\)"


@pytest.mark.parametrize("html", ["<h1>" * 20_000, "<h1><h2>" * 9_000, "<h1>x</h1>" * 5_000])
def test_an_outline_is_bounded(html: str) -> None:
    assert len(outline(html)) <= 500
    assert len(with_anchors(html)) <= len(html) + 500 * 90


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("", 1), ("one two", 1), ("word " * 2_300, 10), ("語" * 5_000, 10), ("Wort, " * 460, 2)],
)
def test_minutes_to_read(text: str, minutes: int) -> None:
    assert reading_minutes(text) == minutes


def test_minutes_of_an_essay() -> None:
    assert reading_minutes(rendered("word " * 1_150, "text/markdown").text) == 5
