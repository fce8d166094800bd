"""Naming aliases, and moving, without JavaScript."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from stoa import ids
from stoa.core.accounts import store as accounts_store
from stoa.core.house import House
from stoa.db import Query
from stoa.db.tables import accounts
from stoa.federation.door import Door
from stoa.jobs.worker import Worker
from stoa.main import handlers
from tests.federation.elsewhere import Elsewhere
from tests.make import PASSWORD, Make, Person
from tests.web.browsing import browser_of, sound

MOVE = "Move my followers"


async def row(house: House, person: Person) -> Any:
    async with house.db.read() as conn:
        return await conn.first(Query(select(accounts).where(accounts.c.id == person.id)))


async def test_an_alias_is_looked_up_named_and_taken_back(
    house: House, make: Make, elsewhere: Elsewhere
) -> None:
    alice, carol = await make.account("alice"), elsewhere.actor("carol@there.example")
    browser = await browser_of(house, alice)
    page = await browser.open("/settings/aliases")
    page = await browser.go(page.button("Add it"), acct="@carol@there.example")
    assert (await row(house, alice)).also_known_as == [carol.uri]
    assert page.leads_to("/@carol@there.example")
    await browser.go(page.button("Remove"))
    assert (await row(house, alice)).also_known_as == []


@pytest.mark.parametrize(
    "acct", ["", "nobody@there.example", "https://there.example/users/carol", "@@", "alice"]
)
async def test_an_alias_that_is_nobody_is_refused(
    house: House, make: Make, elsewhere: Elsewhere, acct: str
) -> None:
    alice = await make.account("alice")
    browser = await browser_of(house, alice)
    page = await browser.open("/settings/aliases")
    answer = await browser.press(page.button("Add it"), acct=acct)
    assert answer.status == 422
    sound(answer)
    assert (await row(house, alice)).also_known_as == []


async def test_who_moves_takes_followers_along_and_others_are_told(
    house: House, make: Make, elsewhere: Elsewhere, door: Door
) -> None:
    alice, reader = await make.account("alice"), await make.account("reader")
    await make.follow(reader, alice)
    new = elsewhere.actor("alicia@there.example")
    old = elsewhere.actor("dan@far.example")
    dan = await door.resolver.actor(old.uri)
    await make.follow(Person(dan, "dan", "", ""), alice)
    # Known from before the alias was there: so it has to be asked again.
    await door.resolver.actor(new.uri)
    here = house.addresses.actor(alice.id)
    new.document["alsoKnownAs"] = [here]
    browser = await browser_of(house, alice)
    page = await browser.open("/settings/move")
    assert "@alice@localhost:8000" in page.text
    page = await browser.go(page.button(MOVE), acct="@alicia@there.example", password=PASSWORD)
    assert "You have moved to" in page.text
    await Worker(house.db, handlers.of(house, door)).drain(at=ids.now_ms() + 60_000)
    await door.sender.drain(at=ids.now_ms() + 60_000)
    sent = {one.json["type"]: one for one in elsewhere.delivered}
    assert (sent["Move"].json["object"], sent["Move"].json["target"]) == (here, new.uri)
    assert sent["Move"].url == "https://far.example/inbox"
    assert sent["Update"].json["object"]["movedTo"] == new.uri
    assert sent["Follow"].json["actor"] == house.addresses.actor(reader.id)
    profile = await (await browser_of(house, reader)).open("/@alice")
    assert profile.leads_to("/@alicia@there.example")


async def test_nobody_moves_without_the_password(house: House, make: Make) -> None:
    alice, new = await make.account("alice"), await make.account("new")
    here = house.addresses.actor(alice.id)
    async with house.db.write() as conn:
        await accounts_store.change(conn, new.id, also_known_as=[here])
    browser = await browser_of(house, alice)
    page = await browser.open("/settings/move")
    for password in ("", "wrong"):
        answer = await browser.press(page.button(MOVE), acct="new", password=password)
        assert answer.status == 422
        assert "is wrong" in sound(answer).text
    assert (await row(house, alice)).moved_to_id is None
    await browser.go(page.button(MOVE), acct="@new@localhost:8000", password=PASSWORD)
    assert (await row(house, alice)).moved_to_id == new.id


async def test_a_move_that_cannot_be_says_why(house: House, make: Make, elsewhere: Elsewhere) -> None:
    alice = await make.account("alice")
    elsewhere.actor("alicia@there.example")
    browser = await browser_of(house, alice)
    page = await browser.open("/settings/move")
    for acct, words in (
        ("@alicia@there.example", "does not name this one as an alias"),
        ("@nobody@there.example", "Nobody was found"),
        ("alice", "this very account"),
    ):
        answer = await browser.press(page.button(MOVE), acct=acct, password=PASSWORD)
        assert answer.status == 422
        assert words in sound(answer).text
    async with house.db.write() as conn:
        await accounts_store.change(conn, alice.id, moved_at=ids.now_ms())
    answer = await browser.press(page.button(MOVE), acct="@alicia@there.example", password=PASSWORD)
    assert answer.status == 429
    assert "in 30 days" in sound(answer).text


async def test_one_may_stay_after_all(house: House, make: Make) -> None:
    alice, new = await make.account("alice"), await make.account("new")
    async with house.db.write() as conn:
        await accounts_store.change(conn, alice.id, moved_to_id=new.id)
    browser = await browser_of(house, alice)
    page = await browser.open("/settings/move")
    page = await browser.go(page.button("Stay here after all"))
    assert page.button(MOVE).action == "/settings/move"
    assert (await row(house, alice)).moved_to_id is None
