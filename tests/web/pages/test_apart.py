"""Whom a member keeps away, and who asks to follow."""

from __future__ import annotations

from stoa.core.house import House
from stoa.core.relationships import mute
from tests.make import Make
from tests.web.browsing import Browser, afresh, browser_of


async def test_those_muted_and_blocked_are_listed_and_let_back(house: House, make: Make) -> None:
    alice, bob, carl = await make.account("alice"), await make.account("bob"), await make.account("carl")
    async with house.db.write() as conn:
        await mute.mute(conn, alice.id, bob.id, duration=3600)
    await make.block(alice, carl)
    browser = await browser_of(house, alice)
    page = await browser.open("/settings/mutes")
    assert "until" in page.text
    assert not page.leads_to("/@carl")
    assert "muted nobody" in (await browser.go(page.button("Unmute bob"))).text
    page = await browser.open("/settings/blocks")
    assert "blocked nobody" in (await browser.go(page.button("Unblock carl"))).text


async def test_who_asks_to_follow_has_a_page(house: House, make: Make) -> None:
    alice, bob = await make.account("alice", locked=True), await make.account("bob")
    asking = await browser_of(house, bob)
    await asking.go((await asking.open("/@alice")).button("Follow"))
    browser = await browser_of(house, alice)
    page = await browser.go((await browser.open("/settings/requests")).button("Accept bob"))
    assert "Nobody asks" in page.text
    assert (await browser.open("/@alice/followers")).leads_to("/@bob")


async def test_a_server_is_blocked_and_heard_again(house: House, make: Make) -> None:
    browser = await browser_of(house, await make.account("alice"))
    page = await browser.open("/settings/servers")
    wrong = await browser.press(page.button("Block it"), domain="no server")
    assert wrong.status == 422
    assert 'value="no server"' in wrong.text
    page = await browser.go(page.button("Block it"), domain="Loud.Example")
    assert "loud.example" in page.text
    page = await browser.go(page.button("Unblock loud.example"))
    assert "no server" in page.text


async def test_lists_of_people_take_as_many_queries_for_one_as_for_many(house: House, make: Make) -> None:
    alice = await make.account("alice")
    browser = await browser_of(house, alice)
    await make.block(alice, await make.account("first"))
    counts = []
    for _ in range(2):
        await browser.open("/settings/blocks")
        before = afresh(house)
        await browser.open("/settings/blocks")
        counts.append(house.db.statements - before)
        for number in range(5):
            await make.block(alice, await make.account(f"n{len(counts)}{number}"))
    assert counts[0] == counts[1]


async def test_only_members_have_settings(house: House) -> None:
    visitor = Browser(house)
    paths = ["", "/requests", "/mutes", "/blocks", "/servers", "/tags", "/scheduled"]
    for path in [*(f"/settings{one}" for one in paths), "/lists", "/messages"]:
        answer = await visitor.ask(path)
        assert answer.status == 303, path
        assert answer.headers["location"].startswith("/sign-in"), path
