"""Titles of posts that were typed without one."""

import pytest

from stoa.text import lift_title, plain_text
from tests.text.test_rendering import shown

BODY = "The minister called his colleague for the first time in over twenty months, and it is said. "
ESSAY = f'From "The Analyst":\n\nTHE MINISTERS SPEAK - NOBODY IS BOTHERED\n\n{BODY * 4}\n{BODY * 4}'


@pytest.mark.parametrize("source", [ESSAY, shown(ESSAY), shown(ESSAY, "text/markdown")])
def test_a_line_in_capitals_is_the_title_and_the_line_before_stands_above_it(source: str) -> None:
    lifted = lift_title(source)
    assert lifted.title == "THE MINISTERS SPEAK - NOBODY IS BOTHERED"
    assert lifted.kicker == 'From "The Analyst":'
    assert plain_text(lifted.html).startswith("The minister called")
    assert plain_text(lifted.html).count("The minister called") == 8


def test_lines_of_one_paragraph_are_told_apart() -> None:
    lifted = lift_title(shown(f"A LINE IN CAPITALS\n{BODY * 3}"))
    assert lifted.title == "A LINE IN CAPITALS"
    assert plain_text(lifted.html) == (BODY * 3).strip()


def test_a_line_set_apart_is_a_title_when_much_follows() -> None:
    assert lift_title(shown(f"On calling colleagues\n\n{BODY * 9}")).title == "On calling colleagues"
    assert lift_title(shown(f"On calling colleagues\n\n{BODY}")).title is None
    assert lift_title(shown(f"On calling colleagues\n{BODY * 9}")).title is None


def test_a_heading_is_the_title() -> None:
    lifted = lift_title(shown(f"# A *heading*\n\n{BODY}", "text/markdown"))
    assert lifted == ("A heading", None, f"<p>{BODY.strip()}</p>")


@pytest.mark.parametrize(
    "source",
    [
        "",
        "HELLO WORLD",
        f"I said so.\n\n{BODY * 9}",
        f"@alice hello\n\n{BODY * 9}",
        f"#cats\n\n{BODY * 9}",
        f"https://x.example/\n\n{BODY * 9}",
        f"{BODY * 9}",
        f"12345\n\n{BODY * 9}",
        f"USA\n{BODY * 9}",
        f"- A\n- B\n\n{BODY * 9}",
        f"From here:\n\n{BODY * 9}",
        f"A line that goes on, and on, {'and on, ' * 30}\n\n{BODY * 9}",
    ],
)
def test_when_in_doubt_there_is_no_title(source: str) -> None:
    html = shown(source)
    assert lift_title(html) == (None, None, html)


def test_markup_in_a_title_is_text() -> None:
    lifted = lift_title(f"A <SCRIPT>ALERT</SCRIPT> & MORE\n\n{BODY * 9}")
    assert lifted.title == "A <SCRIPT>ALERT</SCRIPT> & MORE"
    assert "<SCRIPT" not in lifted.html


def test_html_that_does_not_begin_with_words_is_left_alone() -> None:
    for html in ("<p>", "<p>x", "<blockquote><p>A B C</p></blockquote>", "<p></p>" * 5_000):
        assert lift_title(html).title is None
