"""Deleting one's account, without JavaScript."""

from __future__ import annotations

from stoa.core.accounts import views as accounts
from stoa.core.house import House
from tests.make import PASSWORD, Make
from tests.web.browsing import browser_of, sound

DELETE = "Delete my account for good"


async def test_a_member_deletes_their_account_with_the_password_alone(house: House, make: Make) -> None:
    bob = await make.account("bob")
    browser = await browser_of(house, bob)
    assert (await browser.open("/settings/move")).leads_to("/settings/delete")
    page = await browser.open("/settings/delete")
    answer = await browser.press(page.button(DELETE), password="wrong")
    assert answer.status == 422
    sound(answer)
    async with house.db.read() as conn:
        assert (await accounts.get(conn, bob.id)).deleted_at is None
    answer = await browser.press(page.button(DELETE), password=PASSWORD)
    assert answer.status == 200
    sound(answer)
    async with house.db.read() as conn:
        assert (await accounts.get(conn, bob.id)).deleted_at is not None
    assert (await browser.ask("/settings/delete")).status == 303


async def test_the_only_owner_is_asked_to_find_another(house: House, make: Make) -> None:
    anna = await make.account("anna", role="owner")
    browser = await browser_of(house, anna)
    page = await browser.open("/settings/delete")
    answer = await browser.press(page.button(DELETE), password=PASSWORD)
    assert (answer.status, "only owner" in answer.text) == (422, True)
    async with house.db.read() as conn:
        assert (await accounts.get(conn, anna.id)).deleted_at is None
