"""A post in the language of who reads it, on a page, by a service on this machine."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from stoa.core.auth import throttle
from stoa.core.house import House
from stoa.core.policy.draft import PollDraft
from tests.api.routes.test_translations import Service
from tests.http_client.serving import serve
from tests.make import Make, Person
from tests.web.browsing import Browser, Page, browser_of

BUTTON = "Translate this post"


@pytest.fixture
async def translator() -> AsyncIterator[Service]:
    made = Service()
    async with serve(made.respond) as server:
        made.server = server
        yield made


@pytest.fixture
def limits() -> str:
    return "off"


@pytest.fixture
def settings_given(translator: Service, limits: str) -> dict[str, str]:
    assert translator.server is not None
    return {
        "STOA_RATE_LIMITS": limits,
        "STOA_TRANSLATION": "libretranslate",
        "STOA_TRANSLATION_URL": f"http://127.0.0.1:{translator.server.port}/",
        "STOA_TRANSLATION_PRIVATE": "on",
    }


async def _posted(house: House, make: Make, **said: object) -> tuple[Person, str]:
    """Who reads it, and the page of a German post with a title, a warning and a poll."""
    alice, bob = await make.account("alice"), await make.account("bob")
    given = {
        "language": "de", "title": "Hello & goodbye", "spoiler_text": "cats",
        "poll": PollDraft(options=("cats", "no cats"), expires_in=3600), **said,
    }  # fmt: skip
    return bob, f"/@alice/{await make.status(alice, 'Hello <cats>.', **given)}"


async def test_a_member_reads_it_with_one_press(house: House, make: Make, translator: Service) -> None:
    bob, path = await _posted(house, make)
    browser = await browser_of(house, bob)
    page = Page(await browser.press((await browser.open(path)).button(BUTTON)))
    assert page.answer.status == 200
    assert page.faults == []
    assert page.scripts == []
    for words in ("Hallo", "goodbye", "&lt;Katzen&gt;", "no Katzen"):
        assert words in page.answer.text, words
    assert "Translated from German by LibreTranslate." in page.text
    assert page.meta("robots") == ["noindex"]
    assert page.leads_to(path)
    assert (translator.sent[0]["source"], translator.sent[0]["target"]) == ("de", "en")
    # Whatever is done there leads to the post, and reading it again costs nothing.
    page = await browser.go(page.button("Favourite"))
    assert page.answer.status == 200
    assert "Hello &lt;cats&gt;" in page.answer.text
    await browser.press(page.button(BUTTON))
    assert len(translator.sent) == 1


async def test_it_is_offered_where_it_is_of_use(house: House, make: Make) -> None:
    bob, path = await _posted(house, make)
    assert BUTTON not in (await Browser(house).open(path)).text
    alice, browser = await make.account("anna"), await browser_of(house, bob)
    english = await make.status(alice, "Hello", language="en")
    followers = await make.status(bob, "Hello", language="de", visibility="private")
    for other in (f"/@anna/{english}", f"/@bob/{followers}"):
        assert BUTTON not in (await browser.open(other)).text


async def test_what_cannot_be_translated_is_said(house: House, make: Make, translator: Service) -> None:
    bob, path = await _posted(house, make)
    browser = await browser_of(house, bob)
    page = await browser.open(path)
    press = page.button(BUTTON)
    translator.broken = 500
    assert (await browser.press(press)).status == 503
    translator.broken = 0
    for id_ in ("1", "x", "9" * 30):
        press.action = f"/posts/{id_}/translate"
        assert (await browser.press(press)).status == 404
    secret = await make.status(bob, "Secret", visibility="private", language="de")
    press.action = f"/posts/{secret}/translate"
    assert (await browser.press(press)).status == 403
    press.form.fields = []
    assert (await browser.press(press)).status in (403, 422), "only from a page of ours"
    assert translator.sent == []


@pytest.mark.parametrize("limits", ["on"])
async def test_there_is_an_end_to_translations(
    house: House, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob, path = await _posted(house, make)
    monkeypatch.setattr(throttle.throttles(house.db), "translations", throttle.Throttle(1, 60))
    browser = await browser_of(house, bob)
    press = (await browser.open(path)).button(BUTTON)
    assert [(await browser.press(press)).status for _ in range(2)] == [200, 429]


class TestWithout:
    @pytest.fixture
    def settings_given(self) -> dict[str, str]:
        return {"STOA_RATE_LIMITS": "off"}

    async def test_without_a_service_nothing_is_offered(self, house: House, make: Make) -> None:
        bob, path = await _posted(house, make)
        browser = await browser_of(house, bob)
        page = await browser.open(path)
        assert BUTTON not in page.text
        press = page.button("Favourite")
        press.action = f"/posts{path.removeprefix('/@alice')}/translate"
        assert (await browser.press(press)).status == 403
