"""Another e-mail address: after a letter to it, and with the password."""

from __future__ import annotations

import re

from stoa.core.auth import users
from stoa.core.house import House
from stoa.jobs.worker import Worker
from stoa.main import handlers
from tests.make import PASSWORD, Make, Person
from tests.web.browsing import Browser, browser_of, sound


async def letters(house: House) -> list[str]:
    await Worker(house.db, handlers.of(house)).drain()
    folder = house.settings.data / "outbox"
    return [path.read_text() for path in sorted(folder.glob("*.eml"))] if folder.exists() else []


async def email_of(house: House, person: Person) -> str:
    async with house.db.read() as conn:
        return (await users.get(conn, person.id)).email


async def asked(house: House, browser: Browser, email: str) -> str:
    """The path that the letter to *email* leads to."""
    page = await browser.open("/settings/email")
    answer = await browser.press(page.button("Send"), email=email, password=PASSWORD)
    assert "on its way" in sound(answer).text
    letter = (await letters(house))[-1].replace("=\n", "").replace("=3D", "=")
    found = re.search(r"/settings/email/confirm\?token=[\w-]+", letter)
    assert found is not None, letter
    return found[0]


async def test_the_new_address_holds_once_its_letter_was_read(house: House, make: Make) -> None:
    alice = await make.account("alice")
    browser = await browser_of(house, alice)
    path = await asked(house, browser, "new@mail.example")
    assert await email_of(house, alice) == alice.email
    page = await browser.open(path)
    assert await email_of(house, alice) == alice.email  # programs follow links
    page = await browser.go(page.button("This is"))
    assert "new@mail.example" in page.text
    assert await email_of(house, alice) == "new@mail.example"
    assert any("was changed" in one and alice.email in one for one in await letters(house))
    again = (await browser.open(path)).button("This is")
    assert (await browser.press(again)).status == 422


async def test_a_link_is_worth_nothing_to_others(house: House, make: Make) -> None:
    alice, eve = await make.account("alice"), await make.account("eve")
    path = await asked(house, await browser_of(house, alice), "new@mail.example")
    browser = await browser_of(house, eve)
    answer = await browser.press((await browser.open(path)).button("This is"))
    assert answer.status == 422
    assert await email_of(house, eve) == eve.email
    assert (await Browser(house).ask(path)).status == 303


async def test_what_is_wrong_is_said_and_nothing_typed_is_lost(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    browser = await browser_of(house, alice)
    button = (await browser.open("/settings/email")).button("Send")
    for email, password in (
        ("new@mail.example", "not mine at all"),
        ("nonsense", PASSWORD),
        (bob.email.upper(), PASSWORD),
    ):
        answer = await browser.press(button, email=email, password=password)
        assert answer.status == 422, email
        assert f'value="{email}"' in answer.text
    assert await letters(house) == []
