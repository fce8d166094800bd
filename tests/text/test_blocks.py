"""Sanitised HTML, block by block."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stoa import text
from stoa.text.blocks import blocks, without, words_of
from stoa.text.passages import Passage
from tests.text.test_rendering import shown


@given(st.text(max_size=300))
def test_together_the_blocks_are_the_text(typed: str) -> None:
    source = shown(typed, "text/markdown")
    assert "".join(blocks(source)) == source


@given(st.text(alphabet="<>/pbr imgol=\"'a ", max_size=200))
def test_of_any_html_nothing_is_lost(source: str) -> None:
    assert "".join(blocks(text.sanitise(source))) == text.sanitise(source)
    assert "".join(blocks(source)) == source


def test_each_outermost_element_is_one() -> None:
    source = shown(
        "# One\n\ntwo **bold**\nlines\n\n- a\n- b\n\n> quoted\n>\n> twice\n\n---\n\nthe end",
        "text/markdown",
    )
    assert [one[:3] for one in map(str.strip, blocks(source))] == ["<h1", "<p>", "<ul", "<bl", "<hr", "<p>"]
    assert words_of(blocks(source)[3]) == "quoted twice"


def test_words_outside_of_any_element_are_one_too() -> None:
    assert blocks("bare <b>bold</b><p>set</p>more") == ["bare ", "<b>bold</b>", "<p>set</p>", "more"]


@pytest.mark.parametrize(
    ("source", "left"),
    [
        ("<blockquote><p>So  it goes</p></blockquote>\n<p>Does it?</p>", "<p>Does it?</p>"),
        ("<blockquote>“So it goes”</blockquote><p>Does it?</p>", "<p>Does it?</p>"),
        ("<blockquote><p>Other words</p></blockquote><p>Does it?</p>", None),
        ("<p>So it goes</p><p>Does it?</p>", None),
        ("<blockquote><p>So it goes</p></blockquote>", None),
    ],
)
def test_a_reply_is_shown_without_the_passage_that_it_quotes(source: str, left: str | None) -> None:
    assert without(source, Passage("So it goes")) == (source if left is None else left)
