"""The page of a collection: read without a script, by whoever has its address."""

from __future__ import annotations

from stoa.core.collections import curate
from stoa.core.house import House
from tests.make import Make, Person
from tests.web.browsing import Browser, browser_of


async def create(house: House, owner: Person, *members: Person, **said: object) -> int:
    async with house.db.write() as conn:
        change = curate.Change(**{"name": "Painters", **said})  # type: ignore[arg-type]
        return await curate.create(
            conn, owner.id, change, house.addresses, members=[one.id for one in members]
        )


async def test_a_visitor_reads_who_is_in_it(house: House, make: Make) -> None:
    alice, bob = [await make.account(name, discoverable=True) for name in ("alice", "bob")]
    made = await create(house, alice, bob, description="They <paint>", tag_name="art", language="en")
    page = await Browser(house).open(f"/collections/{made}")
    assert "Painters" in page.text
    assert "They <paint>" in page.text
    assert "1 person" in page.text
    assert page.leads_to("/@alice")
    assert page.leads_to("/@bob")
    assert page.leads_to("/tags/art")
    assert page.leads_to(f"/people/{bob.id}/follow")
    assert page.link("canonical") == [f"http://localhost:8000/collections/{made}"]
    assert page.meta("robots") == []
    profile = await Browser(house).open("/@alice")
    assert profile.leads_to("/@alice/collections")
    assert (await Browser(house).open("/@alice/collections")).leads_to(f"/collections/{made}")
    assert not (await Browser(house).open("/@bob")).leads_to("/@bob/collections")


async def test_what_is_not_to_be_found_is_not_listed(house: House, make: Make) -> None:
    alice = await make.account("alice")
    made = await create(house, alice, discoverable=False)
    page = await Browser(house).open(f"/collections/{made}")
    assert page.meta("robots") == ["noindex"]
    assert not (await Browser(house).open("/@alice/collections")).leads_to(f"/collections/{made}")
    mine = await (await browser_of(house, alice)).open("/@alice/collections")
    assert mine.leads_to(f"/collections/{made}")


async def test_whoever_is_in_it_leaves_with_one_press(house: House, make: Make) -> None:
    alice, bob = [await make.account(name, discoverable=True) for name in ("alice", "bob")]
    made = await create(house, alice, bob, sensitive=True)
    browser = await browser_of(house, bob)
    page = await browser.open(f"/collections/{made}")
    assert "Marked as sensitive" in page.text
    page = await browser.go(page.button("Leave this collection"))
    assert "Nobody yet." in page.text
    assert "Leave this collection" not in page.text


async def test_there_is_nothing_at_other_addresses(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    made = await create(house, alice)
    await make.block(alice, bob)
    for path in ("/collections/1", "/collections/x", f"/collections/{2**70}"):
        await Browser(house).open(path, status=404)
    await (await browser_of(house, bob)).open(f"/collections/{made}", status=404)


async def test_whoever_is_put_in_reads_of_it_among_their_news(house: House, make: Make) -> None:
    alice, bob = [await make.account(name, discoverable=True) for name in ("alice", "bob")]
    made = await create(house, alice, bob)
    page = await (await browser_of(house, bob)).open("/notifications")
    assert "recommends you in" in page.text
    assert page.leads_to(f"/collections/{made}")
