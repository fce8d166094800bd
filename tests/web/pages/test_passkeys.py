"""Passkeys on their pages: begun with the password, made, used at every way in, removed."""

from __future__ import annotations

import html
import json
import re
from typing import Any

from stoa.core.house import House
from tests.core.auth.device import Device
from tests.core.auth.test_passkeys import added, device
from tests.core.auth.test_second_factor import turned_on
from tests.make import PASSWORD, Make
from tests.web.browsing import Browser, Page, browser_of, sound
from tests.web.pages.test_email import letters


def options_of(page: Page) -> dict[str, object]:
    found = re.search(r'data-options="([^"]*)"', page.answer.text)
    assert found
    options: dict[str, object] = json.loads(html.unescape(found[1]))
    return options


async def signing_in(browser: Browser, with_: Device, next_: str = "/") -> dict[str, Any]:
    said = (await browser.ask("/sign-in/passkey")).ok()
    return {"ticket": said["ticket"], "answer": with_.get(said["options"]), "next": next_}


async def test_one_is_made_with_the_password_named_and_removed(house: House, make: Make) -> None:
    alice, phone = await make.account("alice"), device(house)
    browser = await browser_of(house, alice)
    page = await browser.open("/settings/passkeys")
    wrong = await browser.press(page.button("Begin"), password="not mine at all")
    assert wrong.status == 422
    page = sound(await browser.press(page.button("Begin"), password=PASSWORD))
    refused = await browser.press(page.button("Make the passkey"), answer="{}")
    assert refused.status == 422
    answer = phone.create(options_of(page))
    page = sound(await browser.press(page.button("Make the passkey"), answer=answer, name="My <phone>"))
    assert "My <phone>" in page.text
    assert "From now on you can sign in with it." in page.text
    assert any("a passkey was just added" in one and alice.email in one for one in await letters(house))
    page = await browser.open("/settings/passkeys")
    page = await browser.go(page.button("Remove My <phone>"))
    assert "My <phone>" not in page.text


async def test_it_opens_the_account_without_a_code_and_leads_on(house: House, make: Make) -> None:
    alice, phone = await make.account("alice"), device(house)
    await added(house, alice, phone)
    await turned_on(house, alice)
    browser = Browser(house)
    form = (await browser.open("/sign-in?next=/settings/passkeys")).button("Sign in with a passkey")
    page = await browser.go(form, **await signing_in(browser, phone, "/settings/passkeys"))
    assert "last used" in page.text
    stranger = Browser(house)
    form = (await stranger.open("/sign-in")).button("Sign in with a passkey")
    said = await signing_in(stranger, device(house))
    page = sound(await stranger.press(form, **said))
    assert page.answer.status == 422
    assert "does not open an account here" in page.text
    answer = await stranger.press(form, **await signing_in(stranger, phone, "https://evil.example/"))
    assert (answer.status, answer.headers["location"]) == (303, "/")


async def test_only_our_own_page_sends_the_form(house: House, make: Make) -> None:
    alice, phone = await make.account("alice"), device(house)
    await added(house, alice, phone)
    browser = Browser(house)
    said = await signing_in(browser, phone)
    assert (await browser.client.post("/sign-in/passkey", form=said)).status == 403
    answer = await browser.ask("/sign-in/passkey")
    assert answer.headers["cache-control"] == "private, no-store"
