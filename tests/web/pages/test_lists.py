"""Lists: made, filled, read, changed, gone; and their owner's alone."""

from __future__ import annotations

from stoa.core.house import House
from stoa.core.timelines import lists
from tests.make import Make
from tests.web.browsing import afresh, browser_of


async def test_a_list_is_made_filled_and_read(house: House, make: Make) -> None:
    alice, bob, carl = await make.account("alice"), await make.account("bob"), await make.account("carl")
    await make.follow(alice, bob)
    await make.status(bob, "A word for the porch")
    browser = await browser_of(house, alice)
    page = await browser.open("/lists")
    wrong = await browser.press(page.button("Make it"), title=" ", exclusive="1")
    assert wrong.status == 422
    assert "checked" in wrong.text
    page = await browser.go(page.button("Make it"), title="Porch")
    edit = page.answer.text
    assert "Nobody yet" in edit
    path = next(href for href, _ in page.links if href.startswith("/lists/"))
    assert "nobody of this name" in (await browser.open(f"{path}/edit?q=carl")).text
    page = await browser.go((await browser.open(f"{path}/edit?q=bob")).button("Put in bob"))
    assert page.button("Take out bob").text
    assert "A word for the porch" in (await browser.open(path)).text
    page = await browser.go(page.button("Take out bob"))
    assert "A word for the porch" not in (await browser.open(path)).text
    assert carl.id


async def test_a_list_works_as_its_owner_says(house: House, make: Make) -> None:
    alice = await make.account("alice")
    async with house.db.write() as conn:
        made = await lists.create(conn, alice.id, "Porch")
    browser = await browser_of(house, alice)
    page = await browser.open(f"/lists/{made.id}/edit")
    wrong = await browser.press(page.button("Save"), title="", replies_policy="none")
    assert wrong.status == 422
    page = await browser.go(page.button("Save"), title="Veranda", replies_policy="followed", exclusive="1")
    assert "Veranda" in page.text
    async with house.db.read() as conn:
        assert await lists.get(conn, made.id, alice.id) == lists.ListView(
            made.id, "Veranda", "followed", True
        )
    page = await browser.go((await browser.open(f"/lists/{made.id}/edit")).button("Delete it"))
    assert "no list yet" in page.text


async def test_a_profile_leads_to_the_lists_somebody_is_in(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    async with house.db.write() as conn:
        await lists.create(conn, alice.id, "Porch")
    browser = await browser_of(house, alice)
    assert not (await browser.open("/@bob")).leads_to(f"/people/{bob.id}/lists")
    page = await browser.open(f"/people/{bob.id}/lists")
    assert (await browser.press(page.button("Put in"))).status == 422
    await make.follow(alice, bob)
    assert (await browser.open("/@bob")).leads_to(f"/people/{bob.id}/lists")
    page = await browser.go((await browser.open(f"/people/{bob.id}/lists")).button("Put in"))
    assert (await browser.go(page.button("Take out"))).button("Put in").text


async def test_a_list_is_nobody_elses(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    async with house.db.write() as conn:
        made = await lists.create(conn, alice.id, "Porch")
    browser = await browser_of(house, bob)
    for path in (f"/lists/{made.id}", f"/lists/{made.id}/edit", "/lists/1", "/lists/x"):
        assert (await browser.ask(path)).status == 404, path
    form = (await browser.open("/lists")).button("Make it")
    for path in ("edit", "delete", f"add/{bob.id}", f"remove/{bob.id}", f"sing/{bob.id}"):
        form.action = f"/lists/{made.id}/{path}"
        answer = await browser.press(form, title="Mine")
        assert answer.status == 404, path


async def test_a_list_takes_as_many_queries_for_one_as_for_many(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    await make.follow(alice, bob)
    async with house.db.write() as conn:
        made = await lists.create(conn, alice.id, "Porch")
        await lists.add_members(conn, made.id, alice.id, [bob.id])
    browser = await browser_of(house, alice)
    await make.status(bob, "First #tag")
    counts = []
    for _ in range(2):
        await browser.open(f"/lists/{made.id}")
        before = afresh(house)
        await browser.open(f"/lists/{made.id}")
        counts.append(house.db.statements - before)
        for number in range(10):
            await make.status(bob, f"Number {number} #tag")
    assert counts[0] == counts[1]
