"""Two-factor authentication: turned on and off, and asked for at every way in."""

from __future__ import annotations

import pytest

from stoa.core.auth import second_factor
from stoa.core.house import House
from tests.core.auth.test_second_factor import now_step, turned_on
from tests.make import PASSWORD, Make
from tests.web.browsing import Browser, browser_of, sound


async def test_it_is_turned_on_with_a_code_and_off_with_the_password(house: House, make: Make) -> None:
    alice = await make.account("alice")
    browser = await browser_of(house, alice)
    page = await browser.open("/settings/two-factor")
    wrong = await browser.press(page.button("Begin"), password="not mine at all")
    assert wrong.status == 422
    page = sound(await browser.press(page.button("Begin"), password=PASSWORD))
    async with house.db.read() as conn:
        secret = await second_factor.offered(conn, alice.id)
    assert secret is not None
    assert secret in page.answer.text
    assert '<figure class="square" role="img"' in page.answer.text
    assert "qrline" in page.answer.text
    wrong = await browser.press(page.button("Turn it on"), code="12345x")
    assert wrong.status == 422
    code = second_factor.code_at(secret, now_step())
    page = sound(await browser.press(page.button("Turn it on"), code=code))
    assert page.answer.text.count("<code>") == second_factor.RECOVERY_CODES
    page = await browser.open("/settings/two-factor")
    assert secret not in page.answer.text
    assert "<code>" not in page.answer.text
    page = sound(await browser.press(page.button("Turn it off"), password=PASSWORD))
    assert page.button("Begin").text


async def test_the_password_alone_opens_nothing(house: House, make: Make) -> None:
    alice = await make.account("alice")
    secret, codes = await turned_on(house, alice)
    browser = Browser(house)
    page = await browser.open("/sign-in?next=/bookmarks")
    answer = await browser.press(page.button("Sign in"), email=alice.email, password=PASSWORD)
    assert answer.status == 200
    assert "set-cookie" not in answer.headers
    page = sound(answer)
    wrong = await browser.press(page.button("Sign in"), code="12345x")
    assert wrong.status == 422
    assert (await browser.ask("/settings/profile")).status == 303
    page = sound(wrong)
    code = second_factor.code_at(secret, now_step())
    forged = await browser.press(page.button("Sign in"), code=code, ticket=f"{alice.id}.x.y")
    assert forged.status == 422
    assert "set-cookie" not in forged.headers
    answer = await browser.press(page.button("Sign in"), code=code)
    assert answer.status == 303
    assert answer.headers["location"] == "/bookmarks"
    assert (await browser.ask("/settings/profile")).status == 200
    # The same code opens nothing again, one on paper does.
    other = Browser(house)
    page = await other.open("/sign-in")
    page = sound(await other.press(page.button("Sign in"), email=alice.email, password=PASSWORD))
    assert (await other.press(page.button("Sign in"), code=code)).status == 422
    assert (await other.press(page.button("Sign in"), code=codes[0])).status == 303


@pytest.mark.parametrize("settings_given", [{"STOA_RATE_LIMITS": "on"}])
async def test_codes_are_not_guessed(house: House, make: Make) -> None:
    alice = await make.account("alice")
    secret, _ = await turned_on(house, alice)
    browser = Browser(house)
    page = await browser.open("/sign-in")
    page = sound(await browser.press(page.button("Sign in"), email=alice.email, password=PASSWORD))
    answers = [await browser.press(page.button("Sign in"), code=f"{number:06}x") for number in range(11)]
    assert [one.status for one in answers] == [422] * 10 + [429]
    right = second_factor.code_at(secret, now_step())
    assert (await browser.press(page.button("Sign in"), code=right)).status == 429
