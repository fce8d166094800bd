"""How a member likes things: what they choose is what they see."""

from __future__ import annotations

import pytest

from stoa.core.auth import credentials
from stoa.core.house import House
from tests.make import Make
from tests.web.browsing import Browser, browser_of


async def test_pages_look_as_their_reader_likes(house: House, make: Make) -> None:
    browser = await browser_of(house, await make.account("alice"))
    page = await browser.open("/settings/appearance")
    assert '<html lang="en" dir="ltr">' in page.answer.text
    answer = await browser.press(
        page.button("Save"), theme="dark", text_size="larger", high_contrast="1", fold="600"
    )
    assert answer.headers["location"] == "/settings/appearance?saved=1"
    page = await browser.open("/about")
    assert 'data-theme="dark" data-contrast="more" data-text="larger"' in page.answer.text
    assert page.meta("color-scheme") == ["dark"]
    assert page.meta("theme-color") == ["#16181c"]
    assert "data-theme" not in (await Browser(house).open("/about")).answer.text


async def test_what_is_not_offered_becomes_what_is_usual(house: House, make: Make) -> None:
    alice = await make.account("alice")
    browser = await browser_of(house, alice)
    page = await browser.open("/settings/appearance")
    await browser.press(
        page.button("Save"), theme="pink", text_size="9", fold="-1", expand_media="x", locale="tlh"
    )
    page = await browser.open("/settings/writing")
    await browser.press(page.button("Save"), visibility="all", quote_policy="x", language="tlh")
    async with house.db.read() as conn:
        mine = await credentials.load(conn, alice.id)
    assert (mine.preferences.theme, mine.preferences.text_size, mine.locale) == ("auto", "normal", "en")
    assert (mine.preferences.fold, mine.preferences.visibility) == (1_200, "public")


@pytest.mark.parametrize(("fold", "begins"), [("600", True), ("1200", False), ("0", False)])
async def test_a_post_is_folded_from_the_length_one_chose(
    house: House, make: Make, fold: str, begins: bool
) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    await make.status(bob, "\n\n".join(["Rain fell on the porch all day long. " * 6] * 3))
    browser = await browser_of(house, alice)
    await browser.press((await browser.open("/settings/appearance")).button("Save"), fold=fold)
    assert ("Read on" in (await browser.open("/@bob")).text) == begins


async def test_warnings_are_unfolded_for_those_who_want_it_but_not_filters(
    house: House, make: Make
) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    await make.status(bob, "The butler.", spoiler_text="An ending")
    browser = await browser_of(house, alice)
    assert '<details class="warning">' in (await browser.open("/@bob")).answer.text
    page = await browser.open("/settings/appearance")
    await browser.press(page.button("Save"), expand_spoilers="1")
    assert '<details class="warning" open>' in (await browser.open("/@bob")).answer.text
    page = await browser.open("/settings/filters/new")
    await browser.press(page.button("Save"), title="Endings", words="butler", in_account="1")
    assert '<details class="warning">' in (await browser.open("/@bob")).answer.text


async def test_posts_begin_as_their_author_likes(house: House, make: Make) -> None:
    browser = await browser_of(house, await make.account("alice"))
    page = await browser.open("/settings/writing")
    await browser.press(page.button("Save"), visibility="private", language="de", sensitive="1")
    form = (await browser.open("/write")).button("Publish").form
    assert ("visibility", "private") in form.fields
    assert ("language", "de") in form.fields
