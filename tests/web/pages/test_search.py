"""Search: words, people, hashtags, addresses."""

from __future__ import annotations

from stoa.core.house import House
from tests.make import Make
from tests.web.browsing import browser_of


async def test_words_people_and_hashtags_are_found(house: House, make: Make) -> None:
    alice = await make.account("harmonia", display_name="Harmonia", indexable=True, discoverable=True)
    status_id = await make.status(alice, "The harmonic series diverges #harmony")
    browser = await browser_of(house, alice)
    page = await browser.open("/search?q=harmon")
    assert page.leads_to("/@harmonia")
    assert page.leads_to("/tags/harmony")
    assert (await browser.open("/search?q=diverges")).leads_to(f"/@harmonia/{status_id}")
    assert "Nothing found" in (await browser.open("/search?q=xyzzy")).text
    assert (await browser.open("/search")).text.count("Nothing found") == 0


async def test_an_address_leads_to_what_lies_there(house: House, make: Make) -> None:
    alice = await make.account("alice")
    status_id = await make.status(alice, "Hello")
    browser = await browser_of(house, alice)
    for address, path in (
        (house.addresses.status("alice", status_id), f"/@alice/{status_id}"),
        (house.addresses.note(house.addresses.actor(alice.id), status_id), f"/@alice/{status_id}"),
        (house.addresses.profile("alice"), "/@alice"),
    ):
        answer = await browser.client.get("/search", query={"q": address})
        assert answer.headers.get("location") == path, address


async def test_odd_questions_are_answered(house: House, make: Make) -> None:
    browser = await browser_of(house, await make.account("alice"))
    for question in (
        "%",
        '"',
        "@",
        "@@@",
        "x" * 3000,
        "from:me",
        "*",
        "'; DROP TABLE statuses",
        "@a@b.example",
    ):
        answer = await browser.client.get("/search", query={"q": question})
        assert answer.status == 200, question
