"""A post in other languages by its author: written without a script, shown to who reads them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from stoa.core.house import House
from stoa.core.policy.draft import Draft
from stoa.core.statuses import author_translations
from tests.client import Client
from tests.make import Make, Person
from tests.web.browsing import Browser, afresh, browser_of, sound


@pytest.fixture
async def alice(make: Make) -> Person:
    return await make.account("alice", display_name="Alice")


@pytest.fixture
async def post(make: Make, alice: Person) -> int:
    return await make.status(
        alice,
        "Good morning.",
        title="A day",
        spoiler_text="Sun",
        language="en",
        content_type="text/markdown",
    )


async def say(house: House, author: Person, post: int, language: str, text: str, **said: Any) -> None:
    draft = Draft(account_id=author.id, language=language, text=text, **said)
    async with house.db.write() as conn:
        await author_translations.put(conn, author.id, post, draft, house.settings, house.addresses)


async def page_in(house: House, path: str, language: str) -> str:
    return sound(await Browser(house).ask(path, **{"accept-language": language})).text


async def test_an_author_writes_a_translation_changes_it_and_takes_it_back(
    house: House, alice: Person, post: int
) -> None:
    browser = await browser_of(house, alice)
    assert (await browser.open(f"/posts/{post}/more")).leads_to(f"/posts/{post}/translations")
    form = await browser.open(f"/posts/{post}/translations")
    assert "Your post is in English." in form.text
    page = await browser.go(
        form.button("Save"), language="de", title="Ein Tag", warning="Sonne", text="Guten **Morgen**."
    )
    assert page.answer.text.count("Guten <strong>Morgen</strong>.") == 1
    assert "Translated from English by Alice." in page.text
    form = await browser.open(f"/posts/{post}/translations?language=de")
    assert "Guten **Morgen**." in form.answer.text
    page = await browser.go(form.button("Save"), text="Moin.")
    assert "Moin." in page.text
    form = await browser.open(f"/posts/{post}/translations")
    assert "Change German" in form.text
    page = await browser.go(form.button("Remove German"))
    assert "Change German" not in page.text
    assert "Moin" not in (await browser.open(f"/@alice/{post}?in=de")).text


async def test_what_cannot_be_kept_stays_in_the_form(house: House, alice: Person, post: int) -> None:
    browser = await browser_of(house, alice)
    form = await browser.open(f"/posts/{post}/translations")
    for language, reason in (("en", "itself is in this language"), ("", "Choose the language")):
        page = sound(await browser.press(form.button("Save"), language=language, text="My long text"))
        assert page.answer.status == 422
        assert reason in page.text
        assert "My long text" in page.text
        assert "Nothing you typed is lost." in page.text


async def test_it_is_nobody_elses_to_write(house: House, make: Make, alice: Person, post: int) -> None:
    bob = await make.account("bob")
    browser = await browser_of(house, bob)
    assert (await browser.ask(f"/posts/{post}/translations")).status == 404
    assert not (await browser.open(f"/posts/{post}/more")).leads_to(f"/posts/{post}/translations")
    own = await make.status(bob, "Mine", language="en")
    form = await browser.open(f"/posts/{own}/translations")
    answer = await browser.press(form.button("Save"), language="de", text="Mein")
    assert answer.status == 303
    button = replace(form.button("Save"), action=f"/posts/{post}/translations")
    assert (await browser.press(button, language="de", text="Ha!")).status == 404
    answer = await Browser(house).ask(f"/posts/{post}/translations")
    assert answer.status == 303
    assert answer.headers["location"].startswith("/sign-in")


async def test_readers_are_shown_their_language_and_the_way_to_the_others(
    house: House, alice: Person, post: int
) -> None:
    await say(house, alice, post, "de", "Guten Morgen.", title="Ein Tag", spoiler_text="Sonne")
    await say(house, alice, post, "uk", "Доброго ранку.")
    path = f"/@alice/{post}"
    english = await page_in(house, path, "en")
    assert "Good morning." in english
    assert "Deutsch українська" in english
    german = await page_in(house, path, "de-CH,de;q=0.9")
    for words in ("Guten Morgen.", "Ein Tag", "Sonne", "українська"):
        assert words in german
    assert "Good morning." not in german
    assert "Good morning." in await page_in(house, f"{path}?in=en", "de")
    assert "Доброго ранку." in await page_in(house, f"{path}?in=uk", "de")
    ukrainian = await page_in(house, path, "uk")
    assert "A day" in ukrainian  # it has no title of its own
    assert "Sun" in ukrainian
    assert "Good morning." in await page_in(house, f"{path}?in=fr", "de")
    for nonsense in ("xx", "de'", ""):
        assert "Guten Morgen." in await page_in(house, f"{path}?in={nonsense}", "de")
    page = await Browser(house).open(path)
    assert f'hreflang="de" href="{house.addresses.base}{path}?in=de"' in page.answer.text
    assert "Guten Morgen." in await page_in(house, "/@alice", "de")
    assert "Good morning." in await page_in(house, "/@alice", "ja")
    feed = await Browser(house).ask("/@alice.atom", **{"accept-language": "de"})
    assert "Good morning." in feed.text
    assert "Guten Morgen." not in feed.text


async def test_apps_that_ask_for_a_translation_are_given_the_authors(
    house: House, client: Client, make: Make, alice: Person, post: int
) -> None:
    await say(house, alice, post, "de", "Guten Morgen.", title="Ein Tag")
    path = f"/api/v1/statuses/{post}/translate"
    bob = await make.account("bob")
    made = (await client.post(path, token=bob.token, json={"lang": "de-AT"})).ok()
    assert made["content"] == "<p><strong>Ein Tag</strong></p><p>Guten Morgen.</p>\n"
    assert (made["language"], made["detected_source_language"]) == ("de", "en")
    assert (made["spoiler_text"], made["provider"]) == ("Sun", "Alice")
    assert (await client.post(path, token=bob.token, json={"lang": "fr"})).status == 403
    secret = await make.status(alice, "Psst", language="en", visibility="private")
    await say(house, alice, secret, "de", "Pst.")
    path = f"/api/v1/statuses/{secret}/translate"
    assert (await client.post(path, token=bob.token, json={"lang": "de"})).status == 404


async def test_translations_take_as_many_queries_for_one_as_for_twenty(
    house: House, make: Make, alice: Person, post: int
) -> None:
    await say(house, alice, post, "de", "Guten Morgen.")
    counts = []
    for number in (0, 1):
        for more in range(19 * number):
            also = await make.status(alice, f"Number {more}", language="en")
            await say(house, alice, also, "de", f"Nummer {more}")
        before = afresh(house)
        assert "Guten Morgen." in await page_in(house, "/@alice", "de")
        counts.append(house.db.statements - before)
    assert counts[0] == counts[1]
