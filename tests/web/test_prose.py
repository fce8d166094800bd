"""What a page makes of a post's HTML: titles, paragraphs, headings, boxes that scroll."""

from __future__ import annotations

import pytest

from stoa.core.accounts.model import Emoji
from stoa.ids import proxied
from stoa.web import prose
from stoa.web.prose import _apart, _levels, _made, _scrolling, _teaser, under, with_emojis

LONG_LINE = "This is a sentence that somebody typed, and it goes on for longer than a line of verse would. "


def _prose(
    content: str,
    *,
    title: str | None = None,
    teaser: str = "",
    warning: str = "",
    language: str | None = None,
) -> prose.Prose:
    return _made(content, title, teaser, warning, language, ())


def test_what_the_author_gives_for_a_teaser_is_it_without_the_way_to_more() -> None:
    more = '<p><a href="https://blog.example/rain/">Read more</a></p>'
    made = _prose(f"<p>{LONG_LINE * 20}</p>", title="Rain", teaser=f"<p>It rained.</p>{more}")
    assert made.teaser == "<p>It rained.</p>"
    assert LONG_LINE in made.plain
    assert _prose("<p>It snowed.</p>", teaser=more).teaser == "<p>It snowed.</p>"


def test_a_first_line_in_capitals_is_the_title_and_stands_no_more_in_the_text() -> None:
    made = _prose(f'<p>From "The Analyst":</p><p>THE FIRST CALL IN MONTHS</p><p>{LONG_LINE * 4}</p>')
    assert (made.title, made.kicker) == ("THE FIRST CALL IN MONTHS", 'From "The Analyst":')
    assert "CAPITALS" not in made.body
    assert "THE FIRST CALL" not in made.body
    assert "THE FIRST CALL" in made.plain


def test_a_title_that_was_given_is_kept_and_nothing_lifted() -> None:
    made = _prose(f"<p>LOUD FIRST LINE HERE</p><p>{LONG_LINE * 4}</p>", title="Quiet")
    assert made.title == "Quiet"
    assert "LOUD FIRST LINE" in made.body


def test_nothing_is_lifted_out_from_behind_a_warning() -> None:
    made = _prose(f"<p>WHO DID IT AND HOW</p><p>{LONG_LINE * 4}</p>", warning="ending")
    assert made.title is None
    assert "WHO DID IT" in made.body


def test_long_lines_with_one_break_between_them_become_paragraphs() -> None:
    assert (
        _apart(f"<p>{LONG_LINE}<br>{LONG_LINE}</p>") == f'<p>{LONG_LINE}</p><p class="nl">{LONG_LINE}</p>'
    )


@pytest.mark.parametrize(
    "verse",
    [
        "<p>Rough winds do shake<br>the darling buds of May</p>",
        f"<p><em>{LONG_LINE}<br>{LONG_LINE}</em></p>",  # would cut the emphasis in two
        f"<p>{LONG_LINE}</p>",
    ],
)
def test_verse_and_what_cannot_be_cut_stay_as_typed(verse: str) -> None:
    assert _apart(verse) == verse


@pytest.mark.parametrize(
    ("levels", "moved"),
    [([1, 2, 2], [2, 3, 3]), ([3, 3], [2, 2]), ([2, 5, 2], [2, 3, 2]), ([4, 1], [2, 2]), ([], [])],
)
def test_headings_begin_below_the_title_and_leave_no_level_out(levels: list[int], moved: list[int]) -> None:
    assert _levels(levels, 2) == moved


def test_headings_keep_their_anchors_when_they_move() -> None:
    assert under('<h1 id="s-a">A</h1><h3>B</h3>', 3) == '<h3 id="s-a">A</h3><h4>B</h4>'


def test_an_outline_is_shown_from_three_headings_on() -> None:
    parts = "".join(f"<h2>Part {n}</h2><p>Words.</p>" for n in range(3))
    made = _prose(f"<p>{LONG_LINE}</p>{parts}")
    assert [(one.level, one.anchor) for one in made.outline] == [
        (2, "s-part-0"),
        (2, "s-part-1"),
        (2, "s-part-2"),
    ]
    assert 'id="s-part-1"' in made.body
    assert 'id="s-part-1"' not in made.short  # the list may show many posts with such a part
    assert _prose("<p>One.</p><h2>A</h2><p>x</p><h2>B</h2>").outline == []


def test_tables_code_and_formulas_scroll_in_boxes_that_the_keyboard_reaches() -> None:
    boxed = _scrolling(
        "<table><tbody><tr><td>1</td></tr></tbody></table><pre><code>x</code></pre>"
        '<p><math display="block"><mi>x</mi></math></p>'
    )
    assert boxed.count('tabindex="0"') == 3
    assert boxed.count("<div") == boxed.count("</div>") == 1


def test_a_teaser_is_whole_paragraphs_with_their_formulas() -> None:
    formula = '<math display="inline"><mi>x</mi></math>'
    source = f"<h2>Head</h2><p>{LONG_LINE * 3}{formula}</p><p>{LONG_LINE * 3}</p><p>{LONG_LINE}</p>"
    assert _teaser(source) == f"<p>{LONG_LINE * 3}{formula}</p><p>{LONG_LINE * 3}</p>"


def test_a_teaser_of_one_endless_paragraph_is_cut() -> None:
    teaser = _teaser(f"<p>{LONG_LINE * 100}</p>")
    assert len(teaser) < 500
    assert teaser.endswith("…</p>")


@pytest.mark.parametrize("source", ["", "<ul><li>One &lt;b&gt;</li></ul>", "<p></p>"])
def test_a_teaser_is_made_of_anything(source: str) -> None:
    assert _teaser(source).startswith("<p>")
    assert "<b>" not in _teaser(source)


def test_right_to_left_is_found_from_the_letters() -> None:
    assert _prose("<p>في مديح المقهى القديم</p>", language="ar").direction == "rtl"
    assert _prose("<p>In praise of the old café</p>").direction == "ltr"


BLOB = Emoji(
    shortcode="blob", key="ab/cd/x.png", static_key=None, remote_url=None, category=None, visible=True
)


def test_custom_emoji_are_pictures_but_not_in_code_nor_in_tags() -> None:
    source = '<p title=":blob:">:blob: <code>:blob:</code> :other: a:blob:b</p>'
    shown = with_emojis(source, (BLOB,))
    assert shown.count("<img") == 1
    assert '<img class="emoji" src="/media/ab/cd/x.png" alt=":blob:" title=":blob:">' in shown
    assert "<code>:blob:</code>" in shown


def test_an_emoji_of_another_server_has_an_address_with_us() -> None:
    url = 'https://x.example/b.png?a="><script>'
    elsewhere = Emoji(
        shortcode="blob", key=None, static_key=None, remote_url=url, category=None, visible=True, id=7
    )
    shown = with_emojis("<p>:blob:</p>", (elsewhere,), "https://home.example")
    assert f'src="https://home.example{proxied("emoji", 7, url)}"' in shown
    assert "x.example" not in shown


def test_an_emoji_without_a_picture_stays_its_name() -> None:
    nowhere = Emoji(
        shortcode="blob", key=None, static_key=None, remote_url=None, category=None, visible=True
    )
    assert with_emojis("<p>:blob:</p>", (nowhere,)) == "<p>:blob:</p>"
