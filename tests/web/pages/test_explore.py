"""Explore: what is a trend, readable without an account."""

from __future__ import annotations

import pytest

from stoa.core.house import House
from stoa.core.statuses import favourite
from stoa.core.trends import refresh
from tests.make import Make, Person
from tests.web.browsing import Browser, browser_of


async def village(house: House, make: Make) -> tuple[list[Person], int]:
    people = [await make.account(f"p{n}", discoverable=True) for n in range(6)]
    for person in people[1:]:
        await make.status(person, "#Cats", language="en")
    post = await make.status(people[0], "Everybody likes this", language="en")
    for person in people[1:]:
        async with house.db.write() as conn:
            await favourite.favourite(conn, person.id, post)
    await refresh.refresh(house.db, house.settings.trends)
    return people, post


@pytest.mark.parametrize("settings_given", [{"STOA_TRENDS": "all", "STOA_RATE_LIMITS": "off"}])
async def test_visitors_see_what_many_use_and_like(house: House, make: Make) -> None:
    people, post = await village(house, make)
    page = await Browser(house).open("/explore")
    assert page.leads_to("/tags/Cats")
    assert "5 posts since yesterday" in page.text
    assert "Everybody likes this" in page.text
    assert page.leads_to(f"/@p0/{post}")
    await make.block(people[1], people[0])
    page = await (await browser_of(house, people[1])).open("/explore")
    assert "Everybody likes this" not in page.text
    assert page.leads_to("/tags/Cats")


async def test_nothing_is_shown_that_nobody_let_in(house: House, make: Make) -> None:
    await village(house, make)
    page = await Browser(house).open("/explore")
    assert "Nothing stands out just now" in page.text
    assert "Everybody likes this" not in page.text


async def test_the_way_to_it_stands_on_every_page(house: House, make: Make) -> None:
    assert (await Browser(house).open("/about")).leads_to("/explore")
    member = await browser_of(house, await make.account("alice"))
    assert (await member.open("/")).leads_to("/explore")
