"""Passages are found again by their words, or said to be lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stoa.text.passages import MAX_EXACT, Passage, find, lies_in, quoted, squeezed

TEXT = (
    "The ministers met in the morning. Nobody was bothered by what they said about the harbour. "
    "In the evening the ministers met again, and again nobody was bothered. "
    "The harbour was closed the next day, to the surprise of those who had listened."
)
WORDS = st.text(alphabet="abcde 漢é\n", max_size=300)


@given(st.text(max_size=400).map(squeezed), st.data())
def test_what_is_quoted_from_a_text_is_found_where_it_was(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + MAX_EXACT)))
    passage = quoted(text, start, end)
    found = find(text, passage)
    if not passage.exact.strip():
        assert found is None
        return
    assert found is not None
    assert text[found[0] : found[1]] == squeezed(passage.exact)


@given(WORDS, WORDS, WORDS, WORDS)
def test_whatever_is_looked_for_what_is_found_lies_in_the_text(
    text: str, exact: str, before: str, after: str
) -> None:
    found = find(squeezed(text), Passage(exact, before, after))
    if found is not None:
        assert 0 <= found[0] < found[1] <= len(squeezed(text))


@given(WORDS, WORDS.filter(lambda text: len(squeezed(text)) > 0), WORDS)
def test_words_that_stand_once_are_found_whatever_stands_around_them(
    before: str, exact: str, after: str
) -> None:
    exact = squeezed(exact.upper() + "Z")
    text = squeezed(f"{before} {exact} {after}")
    assert find(text, Passage(exact, "something else", "altogether")) == (
        text.index(exact),
        text.index(exact) + len(exact),
    )


def passage(exact: str) -> Passage:
    start = TEXT.index(exact)
    return quoted(TEXT, start, start + len(exact))


def test_of_words_that_stand_twice_those_with_the_same_neighbours_are_meant() -> None:
    second = TEXT.rindex("nobody was bothered")
    again = quoted(TEXT, second, second + len("nobody was bothered"))
    assert find(f"Before, nobody was bothered. {TEXT}", again) == (second + 29, second + 29 + 19)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (TEXT.replace("was closed the next day", "was shut down the following day"), "was shut"),
        (TEXT.replace("closed", "reopened"), "reopened"),
        (f"A new first paragraph. {TEXT}", "The harbour was closed"),
        (TEXT.replace("to the surprise of those", "which surprised all those"), "The harbour was closed"),
    ],
)
def test_a_passage_that_was_mended_is_still_found(now: str, expected: str) -> None:
    found = find(now, passage("The harbour was closed the next day, to the surprise of those"))
    assert found is not None
    assert expected in now[found[0] : found[1]]


def test_a_passage_that_was_taken_out_is_lost() -> None:
    wanted = passage("The harbour was closed the next day")
    assert find(TEXT.replace(" The harbour was closed the next day,", " It ended well,"), wanted) is None
    assert find("", wanted) is None
    assert find("Entirely different words about other things.", wanted) is None


def test_languages_without_spaces_are_found_again_too() -> None:
    text = "港は翌日閉鎖された。聞いていた人々は驚いた。大臣たちは夕方に再び会った。"
    start = text.index("聞いて")
    wanted = quoted(text, start, start + len("聞いていた人々は驚いた"))
    found = find(text.replace("人々は驚いた", "人たちはとても驚いた"), wanted)
    assert found is not None
    assert found[0] <= start < found[1]


def test_a_passage_is_in_the_paragraph_in_which_it_begins() -> None:
    paragraphs = TEXT.split(". ")
    assert lies_in(paragraphs, Passage("nobody was bothered", "again ")) == 2
    assert lies_in(paragraphs, Passage("The ministers met in the morning Nobody was")) == 0
    assert lies_in(paragraphs, Passage("who is bothered?")) is None


@pytest.mark.parametrize(
    "text", ["a " * 50_000, "ab" * 50_000, "漢" * 100_000, " ".join(map(str, range(20_000)))]
)
def test_hostile_texts_are_searched_to_an_end(text: str) -> None:
    text = squeezed(text)
    lost = Passage("a b " * 250, "a a a a a a a a", "b b b b b b b b")
    assert find(text, lost) is None
