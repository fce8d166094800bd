"""The files of translations: whole, and saying of the same things as the source."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message

from stoa.locales import speaking
from tests.messages import in_source, translated

CATALOGUES = {path.stem: catalog for path, catalog in translated()}
PLACE = re.compile(r"%\(\w+\)[sd]|\{\}")
MARK = re.compile(r"</?\w+")
SHORT = 12  # a word may be the same in another language; a sentence is not


def forms(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


def of(message: Message) -> str:
    """What the source says, of many where it counts."""
    return message.id if isinstance(message.id, str) else message.id[1]


def sentences(catalog: Catalog) -> Iterator[Message]:
    return (message for message in catalog if message.id)


def test_the_languages_are_those_with_a_catalogue() -> None:
    assert set(CATALOGUES) == {"ar", "de", "es", "fr", "ja", "uk"}
    assert set(speaking.LANGUAGES) == {"en", *CATALOGUES}


@pytest.mark.parametrize("language", CATALOGUES)
def test_every_sentence_is_translated(language: str) -> None:
    catalog = CATALOGUES[language]
    known = {(message.id, message.context) for message in sentences(catalog)}
    missing = [
        message.id for message in sentences(in_source()) if (message.id, message.context) not in known
    ]
    assert not missing, "just messages"
    empty = [message.id for message in sentences(catalog) if not all(forms(message)) or message.fuzzy]
    assert not empty


@pytest.mark.parametrize("language", CATALOGUES)
def test_a_translation_has_the_places_and_the_marks_of_its_sentence(language: str) -> None:
    catalog = CATALOGUES[language]
    for message in sentences(catalog):
        said = forms(message)
        assert len(said) == (1 if isinstance(message.id, str) else catalog.num_plurals), message.id
        for form in said:
            assert sorted(MARK.findall(form)) == sorted(MARK.findall(of(message))), form
            places, wanted = set(PLACE.findall(form)), set(PLACE.findall(of(message)))
            # "One reply" need not say 1.
            assert places == wanted or (len(said) > 1 and places == wanted - {"%(num)s"}), form


@pytest.mark.parametrize("language", CATALOGUES)
def test_no_sentence_was_left_in_english(language: str) -> None:
    left = [
        of(message)
        for message in sentences(CATALOGUES[language])
        if of(message) in forms(message) and " " in of(message) and len(PLACE.sub("", of(message))) > SHORT
    ]
    assert not left


def test_what_counts_is_counted_as_the_language_does(request: pytest.FixtureRequest) -> None:
    request.addfinalizer(lambda: speaking.with_language("en"))
    speaking.with_language("uk")
    found = [speaking.ngettext("%(num)s reply", "%(num)s replies", n) % {"num": n} for n in (1, 2, 5, 21)]
    assert found == ["1 відповідь", "2 відповіді", "5 відповідей", "21 відповідь"]
    speaking.with_language("ar")
    found = [speaking.ngettext("%(num)s reply", "%(num)s replies", n) % {"num": n} for n in (2, 3, 11)]
    assert found == ["ردّان", "3 ردود", "11 ردًّا"]


def test_no_catalogue_holds_what_the_source_no_longer_says() -> None:
    said = {message.id for message in sentences(in_source())}
    for catalog in CATALOGUES.values():
        assert {message.id for message in sentences(catalog)} <= said, "just messages"


def test_catalogues_lie_where_they_are_read() -> None:
    assert all(path.parent == Path(speaking.__file__).parent for path, _ in translated())
