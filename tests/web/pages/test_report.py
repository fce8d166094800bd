"""Reporting somebody, step by step, without JavaScript; and how moderators read of it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from stoa.core.house import House
from stoa.core.instances import rules
from stoa.db import Query
from stoa.db.tables import reports
from tests.make import Make
from tests.web.browsing import Browser, browser_of, sound


async def stored(house: House) -> Any:
    async with house.db.read() as conn:
        return await conn.first(Query(select(reports)))


async def test_a_post_is_reported_from_its_page(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    post = await make.status(alice, "Buy my pills.")
    browser = await browser_of(house, bob)
    assert (await browser.open(f"/posts/{post}/more")).leads_to(f"/report?post={post}")
    page = await browser.open(f"/report?post={post}")
    assert "Buy my pills." in page.text
    done = await browser.go(page.button("Send the report"), category="spam", comment="Pills\r\nagain.")
    assert "Thank you" in done.text
    row = await stored(house)
    assert (row.account_id, row.target_id, row.status_ids) == (bob.id, alice.id, [post])
    assert (row.category, row.comment, row.forwarded) == ("spam", "Pills\nagain.", False)


async def test_a_profile_is_reported_with_the_rule_that_was_broken(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    async with house.db.write() as conn:
        rule = await rules.add(conn, "Be kind.")
    browser = await browser_of(house, bob)
    assert (await browser.open("/@alice")).leads_to(f"/report?account={alice.id}")
    page = await browser.open(f"/report?account={alice.id}")
    assert "Be kind." in page.text
    await browser.go(page.button("Send the report"), also={"rules[]": str(rule.id)})
    row = await stored(house)
    assert (row.category, row.rule_ids) == ("violation", [rule.id])


async def test_another_server_is_told_only_by_a_tick(house: House, make: Make) -> None:
    carol, bob = await make.remote("carol@there.example"), await make.account("bob")
    browser = await browser_of(house, bob)
    page = await browser.open(f"/report?account={carol}")
    assert "there.example" in page.text
    assert ("forward", "1") not in page.button("Send the report").form.fields
    await browser.go(page.button("Send the report"), forward="1")
    assert (await stored(house)).forwarded
    local = await browser.open(f"/report?account={(await make.account('alice')).id}")
    assert "Tell the server" not in local.text


async def test_nothing_typed_is_lost(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    browser = await browser_of(house, bob)
    page = await browser.open(f"/report?account={alice.id}")
    answer = await browser.press(page.button("Send the report"), comment="x" * 1001)
    assert answer.status == 422
    again = sound(answer)
    assert "is too long" in again.text
    assert ("comment", "x" * 1001) in again.button("Send the report").form.fields


@pytest.mark.parametrize("what", ["", "account=1", "post=1", "account=x", "post=x", "account[]=1"])
async def test_nobody_reports_what_is_not_there(house: House, make: Make, what: str) -> None:
    browser = await browser_of(house, await make.account("bob"))
    await browser.open(f"/report?{what}", status=404)


async def test_what_one_may_not_see_is_not_shown_by_reporting_it(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    hidden = await make.status(alice, "Only for friends.", visibility="private")
    browser = await browser_of(house, bob)
    await browser.open(f"/report?post={hidden}", status=404)
    page = await browser.open(f"/report?account={alice.id}")
    answer = await browser.press(page.button("Send the report"), post=str(hidden))
    assert answer.status == 404
    assert await stored(house) is None


async def test_visitors_sign_in_first(house: House, make: Make) -> None:
    alice = await make.account("alice")
    answer = await Browser(house).ask(f"/report?account={alice.id}")
    assert answer.status == 303
    assert answer.headers["location"].startswith("/sign-in")


async def test_a_moderator_reads_of_it(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    mod = await make.account("mod", role="moderator")
    post = await make.status(alice)
    browser = await browser_of(house, bob)
    page = await browser.open(f"/report?post={post}")
    await browser.go(page.button("Send the report"), category="spam", comment="<b>Pills</b>")
    page = await (await browser_of(house, mod)).open("/notifications")
    assert "has reported" in page.text
    assert "<b>Pills</b>" in page.text
    assert page.leads_to("/@alice")
    assert page.leads_to(f"/posts/{post}")
    assert "has reported" not in (await (await browser_of(house, alice)).open("/notifications")).text
