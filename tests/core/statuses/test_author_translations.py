"""A post in other languages by its author: who may, in which, and what becomes of it."""

from __future__ import annotations

from typing import Any

import pytest

from stoa.core.errors import NotFound, Unprocessable
from stoa.core.house import House
from stoa.core.policy.draft import Draft, TranslationDraft
from stoa.core.statuses import author_translations
from stoa.core.statuses.edit import edit
from stoa.core.statuses.model import AuthorTranslation
from stoa.text import language_names
from tests.make import Make, Person


@pytest.fixture
async def alice(make: Make) -> Person:
    return await make.account("alice")


@pytest.fixture
async def post(make: Make, alice: Person) -> int:
    return await make.status(alice, "Good *morning*.", language="en", content_type="text/markdown")


async def put(house: House, person: Person, post: int, language: str, text: str, **said: Any) -> None:
    draft = Draft(account_id=person.id, language=language, text=text, **said)
    async with house.db.write() as conn:
        await author_translations.put(conn, person.id, post, draft, house.settings, house.addresses)


async def there(house: House, post: int) -> dict[str, AuthorTranslation]:
    async with house.db.read() as conn:
        found = (await author_translations.of(conn, [post])).get(post, [])
    return {one.language: one for one in found}


async def into(house: House, post: int, language: str) -> str | None:
    async with house.db.read() as conn:
        found = (await author_translations.into(conn, [post], language)).get(post)
    return found.language if found else None


async def test_it_is_written_like_the_post_and_takes_the_place_of_the_one_before(
    house: House, alice: Person, post: int
) -> None:
    await put(house, alice, post, "de", "Guten **Abend**.")
    await put(house, alice, post, "de", "Guten **Morgen** <script>.", title="  ")
    await put(house, alice, post, "pt", "Bom dia.")
    found = await there(house, post)
    assert list(found) == ["de", "pt"]
    assert found["de"].content == "<p>Guten <strong>Morgen</strong> </p>"
    assert found["de"].text == "Guten **Morgen** <script>."
    async with house.db.write() as conn:
        await author_translations.remove(conn, alice.id, post, "de")
        with pytest.raises(NotFound):
            await author_translations.remove(conn, alice.id, post, "de")
    assert list(await there(house, post)) == ["pt"]
    await put(house, alice, post, "de", "Morgen!")
    assert list(await there(house, post)) == ["de", "pt"]


async def test_a_reader_is_given_their_language_whatever_the_country(
    house: House, alice: Person, post: int
) -> None:
    await put(house, alice, post, "pt", "Bom dia.")
    assert [await into(house, post, one) for one in ("pt", "pt-BR", "pt_PT", "p", "de", "")] == [
        *["pt"] * 3, *[None] * 3,
    ]  # fmt: skip


async def test_only_authors_put_words_into_their_mouths(
    house: House, make: Make, alice: Person, post: int
) -> None:
    bob, carol = await make.account("bob"), await make.remote("carol@there.example")
    theirs = await make.status(carol, uri="https://there.example/1", content="<p>Hi</p>", language="en")
    for person, status in ((bob, post), (alice, theirs), (alice, 1)):
        with pytest.raises(NotFound):
            await put(house, person, status, "de", "Ha!")
        with pytest.raises(NotFound):
            async with house.db.write() as conn:
                await author_translations.remove(conn, person.id, status, "de")


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("", "Hallo", "Choose the language"),
        ("xx", "Hallo", "Choose the language"),
        ("de'--", "Hallo", "Choose the language"),
        ("en", "Hallo", "itself is in this language"),
        ("de", "", "be blank"),
        ("de", "x" * 2_000_000, "exceeded"),
    ],
)
async def test_what_cannot_be_is_refused_in_words(
    house: House, alice: Person, post: int, language: str, text: str, words: str
) -> None:
    with pytest.raises(Unprocessable, match=words):
        await put(house, alice, post, language, text)
    assert await there(house, post) == {}


async def test_there_are_twenty_at_most(house: House, alice: Person, post: int) -> None:
    languages = sorted(set(language_names.NAMES) - {"en", "fr"})[: author_translations.MOST]
    for language in languages:
        await put(house, alice, post, language, language)
    with pytest.raises(Unprocessable):
        await put(house, alice, post, "fr", "Bonjour")
    await put(house, alice, post, languages[0], "Again")
    assert list(await there(house, post)) == languages


async def test_it_names_nobody_whom_the_post_does_not_reach(
    house: House, make: Make, alice: Person
) -> None:
    await make.account("bob")
    await make.account("eve")
    post = await make.status(alice, "Hello @bob", language="en", visibility="direct")
    await put(house, alice, post, "de", "Hallo @bob und @eve")
    content = (await there(house, post))["de"].content
    assert "/@bob" in content
    assert "/@eve" not in content


async def test_that_of_another_server_is_made_safe_and_follows_its_edits(house: House, make: Make) -> None:
    carol = await make.remote("carol@there.example")
    german = TranslationDraft(
        language="de", title="T", content="<p onclick='x()'>Hallo<script>1</script></p>"
    )
    french = TranslationDraft(language="fr", content="<script>2</script>")
    sent: dict[str, Any] = {"uri": "https://there.example/1", "content": "<p>Hi</p>", "language": "en"}
    post = await make.status(carol, translations=(german, french), **sent)
    assert {key: one.content for key, one in (await there(house, post)).items()} == {"de": "<p>Hallo</p>"}
    for translations, left in (((french, german), ["de"]), ((), [])):
        async with house.db.write() as conn:
            draft = Draft(account_id=carol, translations=translations, **sent)
            await edit(conn, post, draft, house.settings, house.addresses)
        assert list(await there(house, post)) == left
