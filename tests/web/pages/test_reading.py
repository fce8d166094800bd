"""A text in parts reads as one page, for each reader as far as they may read it."""

from __future__ import annotations

from stoa.core.house import House
from tests.make import Make
from tests.serial import PARTS, Written, post
from tests.web.browsing import Browser, afresh, browser_of


async def test_five_parts_read_as_one_page(house: House, make: Make) -> None:
    alice = await make.account("alice", display_name="Alice")
    parts = await post(make, alice)
    page = await Browser(house).open(f"/@alice/{parts[0]}/read")
    for words in ("CONTINUES…", "Nothing of the reason", "The Strategy of Conflict", "nobody is received"):
        assert words in page.text
    for part in parts:
        assert f"p{part}" in page.ids
        assert page.leads_to(f"#p{part}")
        assert page.leads_to(f"/@alice/{part}")
        assert page.leads_to(f"/@alice/{part}#replies")
    inner = {href[1:] for href, _ in page.links if href.startswith("#")}
    assert inner <= page.ids
    assert "THE TELEPHONE CALL - WHY THEY ARE BOTHERED" in page.text
    assert "5 parts" in page.text
    assert "<math" in page.answer.text
    assert page.link("canonical") == [f"{house.addresses.base}/@alice/{parts[0]}/read"]


async def test_from_a_part_one_comes_to_its_place(house: House, make: Make) -> None:
    parts = await post(make, await make.account("alice"))
    answer = await Browser(house).ask(f"/@alice/{parts[3]}/read")
    assert (answer.status, answer.headers["location"]) == (302, f"/@alice/{parts[0]}/read#p{parts[3]}")


async def test_each_part_says_what_it_continues_and_what_continues_it(house: House, make: Make) -> None:
    parts = await post(make, await make.account("alice"))
    page = await Browser(house).open(f"/@alice/{parts[0]}")
    assert "Read as one page (5 parts, 1 min)" in page.text
    assert page.leads_to(f"/@alice/{parts[0]}/read")
    assert "Continues in The words of the call" in page.text
    page = await Browser(house).open(f"/@alice/{parts[2]}")
    assert page.leads_to(f"/@alice/{parts[0]}/read#p{parts[2]}")
    assert "Continued from The words of the call" in page.text
    # What follows below is counted from the beginning of the text, not of this page.
    assert 'aria-label="Part 4"' in page.answer.text
    assert 'aria-label="Part 2"' not in page.answer.text
    page = await Browser(house).open(f"/@alice/{parts[4]}")
    assert "Continues in" not in page.text
    assert "Read as one page (5 parts, 1 min)" in page.text


async def test_a_post_alone_is_no_such_text(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    first = await make.status(alice, "One.")
    await make.status(bob, "Two.", in_reply_to_id=first)
    page = await Browser(house).open(f"/@alice/{first}")
    assert "Read as one page" not in page.text
    await Browser(house).open(f"/@alice/{first}/read", status=404)


async def test_a_text_from_elsewhere_reads_as_one_page(house: House, make: Make) -> None:
    carol = await make.remote("carol@there.example")
    there = "https://there.example"
    first = await make.status(carol, "", content="<p>One.</p>", uri=f"{there}/1")
    second = await make.status(carol, "", content="<p>Two.</p>", uri=f"{there}/2", in_reply_to_id=first)
    page = await Browser(house).open(f"/@carol@there.example/{second}/read")
    assert "One." in page.text
    assert "Two." in page.text
    assert page.meta("robots") == ["noindex"]


async def test_parts_for_followers_are_read_by_them_alone(house: House, make: Make) -> None:
    alice, fan = await make.account("alice"), await make.account("fan")
    await make.follow(fan, alice)
    first, *_, last = await post(make, alice, PARTS[:2])
    secret = await make.status(alice, "Peppercorn.", in_reply_to_id=last, visibility="private")
    page = await (await browser_of(house, fan)).open(f"/@alice/{secret}/read")
    assert "Peppercorn." in page.text
    assert page.answer.headers["cache-control"] == "private, no-store"
    page = await Browser(house).open(f"/@alice/{first}/read")
    assert "Peppercorn." not in page.text
    await Browser(house).open(f"/@alice/{secret}/read", status=404)


async def test_who_has_the_page_is_told_so(house: House, make: Make) -> None:
    parts = await post(make, await make.account("alice"))
    browser = Browser(house)
    answer = await browser.ask(f"/@alice/{parts[0]}/read")
    assert answer.headers["last-modified"]
    again = await browser.ask(f"/@alice/{parts[0]}/read", **{"if-none-match": answer.headers["etag"]})
    assert again.status == 304


async def test_odd_beginnings_are_not_found(house: House, make: Make) -> None:
    parts = await post(make, await make.account("alice"))
    for odd in ("from=0", "from=6", "from=x", "from=-1", "from[]=1", "from[a]=1", "from=" + "9" * 40):
        await Browser(house).open(f"/@alice/{parts[0]}/read?{odd}", status=404)


async def test_a_long_text_takes_as_many_queries_as_a_short_one(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    short = await post(make, alice, PARTS[:2])
    long = await post(make, bob, tuple(Written(f"Part {n}.") for n in range(20)))
    browser = Browser(house)
    for path in ("/@{}/{}/read", "/@{}/{}"):
        await browser.ask(path.format("alice", short[0]))
        counts = []
        for who, first in (("alice", short[0]), ("bob", long[0])):
            before = afresh(house)
            await browser.ask(path.format(who, first) + "?a")
            counts.append(house.db.statements - before)
        assert counts[0] == counts[1]
