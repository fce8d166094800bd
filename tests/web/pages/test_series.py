"""Series: made by their author alone, read by whoever may read their posts, followed."""

from __future__ import annotations

import re

from stoa.core.house import House
from tests.client import Answer
from tests.make import Make, Person
from tests.serial import PARTS, post
from tests.web.browsing import Browser, afresh, browser_of
from tests.web.pages.test_books import book, text_of


async def begin(house: House, author: Person, status_id: int, title: str = "The call") -> int:
    """The id of a new series of *author*, begun with a post."""
    browser = await browser_of(house, author)
    page = await browser.open(f"/posts/{status_id}/series")
    answer = await browser.press(page.button("Put it in"), title=title)
    return number_in(answer)


def number_in(answer: Answer) -> int:
    assert answer.status == 303, answer.text[:2000]
    found = re.search(r"/series/(\d+)", answer.headers["location"])
    assert found
    return int(found[1])


async def test_a_thread_becomes_a_series_with_a_page_a_book_and_feeds(house: House, make: Make) -> None:
    alice = await make.account("alice", display_name="Alice")
    parts = await post(make, alice)
    series = await begin(house, alice, parts[0])
    visitor = Browser(house)
    page = await visitor.open(f"/@alice/series/{series}")
    assert all(page.leads_to(f"/@alice/{part}") for part in parts)
    assert "5 parts" in page.text
    page = await visitor.open(f"/@alice/{parts[1]}")
    assert "Part 2 of 5 of The call" in page.text
    assert page.leads_to(f"/@alice/{parts[0]}")
    assert page.leads_to(f"/@alice/{parts[2]}")
    page = await visitor.open(f"/@alice/series/{series}/read")
    assert "The Strategy of Conflict" in page.text
    files = book(await visitor.ask(f"/@alice/series/{series}/read.epub"))
    assert "The call" in text_of(files, "cover.xhtml")
    for kind in ("rss", "atom"):
        answer = await visitor.ask(f"/@alice/series/{series}.{kind}")
        assert answer.status == 200
        assert "The call" in answer.text
        assert "nobody is received again" in answer.text
    assert (await visitor.open("/@alice/series")).leads_to(f"/@alice/series/{series}")


async def test_its_author_puts_it_in_order_and_gives_it_up(house: House, make: Make) -> None:
    alice = await make.account("alice")
    parts = await post(make, alice, PARTS[:3])
    series = await begin(house, alice, parts[0])
    browser = await browser_of(house, alice)
    page = await browser.open(f"/series/{series}/edit")
    await browser.press(page.button("Later", action=f"/series/{series}/later/{parts[0]}"))
    page = await browser.open(f"/series/{series}/edit")
    await browser.press(page.button("Take out", action=f"/series/{series}/out/{parts[2]}"))
    page = await browser.open(f"/@alice/{parts[0]}")
    assert "Part 2 of 2 of The call" in page.text
    page = await browser.open(f"/series/{series}/edit")
    answer = await browser.press(page.button("Save"), title="  ", description="Kept")
    assert answer.status == 422
    assert "A series needs a title." in answer.text
    assert "Kept" in answer.text
    await browser.press(page.button("Save"), title="Another", description="Of a *call*")
    page = await browser.open(f"/@alice/series/{series}")
    assert "Another" in page.text
    assert "Of a *call*" in page.text
    page = await browser.open(f"/series/{series}/edit")
    await browser.press(page.button("Give it up"))
    await browser.open(f"/@alice/series/{series}", status=404)
    assert "Part 2" not in (await browser.open(f"/@alice/{parts[0]}")).text


async def test_the_answer_to_the_last_part_is_the_next(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    first = await make.status(alice, "One.")
    series = await begin(house, alice, first)
    await make.status(bob, "Why?", in_reply_to_id=first)
    await make.status(alice, "@bob Because.", in_reply_to_id=first)
    second = await make.status(alice, "Two.", in_reply_to_id=first)
    third = await make.status(alice, "Three.", in_reply_to_id=second)
    page = await Browser(house).open(f"/@alice/{third}")
    assert "Part 3 of 3" in page.text
    browser = await browser_of(house, alice)
    page = await browser.open(f"/series/{series}/edit")
    await browser.press(page.button("Save"), without="grows", title="The call", description="")
    fourth = await make.status(alice, "Four.", in_reply_to_id=third)
    assert "Part 4" not in (await Browser(house).open(f"/@alice/{fourth}")).text


async def test_who_follows_a_series_is_told_of_its_next_part(house: House, make: Make) -> None:
    alice, bob, eve = await make.account("alice"), await make.account("bob"), await make.account("eve")
    first = await make.status(alice, "One.")
    series = await begin(house, alice, first)
    for person in (bob, eve):
        browser = await browser_of(house, person)
        page = await browser.open(f"/@alice/series/{series}")
        await browser.press(page.button("Follow this series"))
    page = await browser.open(f"/@alice/series/{series}")
    await browser.press(page.button("Be told of new parts no longer"))
    await make.status(alice, "Two, which is news.", in_reply_to_id=first)
    assert "Two, which is news." in (await (await browser_of(house, bob)).open("/notifications")).text
    assert "which is news" not in (await (await browser_of(house, eve)).open("/notifications")).text


async def test_of_a_part_one_may_not_see_nobody_is_told(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    first = await make.status(alice, "One.")
    series = await begin(house, alice, first)
    browser = await browser_of(house, bob)
    await browser.press((await browser.open(f"/@alice/series/{series}")).button("Follow this series"))
    secret = await make.status(alice, "Peppercorn.", in_reply_to_id=first, visibility="private")
    assert "Peppercorn" not in (await browser.open("/notifications")).text
    page = await browser.open(f"/@alice/series/{series}")
    assert "1 part" in page.text
    assert not page.leads_to(f"/@alice/{secret}")
    assert "Peppercorn" not in (await browser.open(f"/@alice/series/{series}/read")).text


async def test_of_a_series_for_followers_strangers_do_not_learn_the_title(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    first = await make.status(alice, "One.", visibility="private")
    series = await begin(house, alice, first, "Peppercorn")
    browser = await browser_of(house, bob)
    for path in ("", "/read", "/read.epub", ".rss", ".atom"):
        assert (await browser.ask(f"/@alice/series/{series}{path}")).status == 404
    assert "Peppercorn" not in (await browser.open("/@alice/series")).text
    page = await browser.open("/@alice/series")
    token = next(value for name, value in page.button("Sign out").form.fields if name == "form_token")
    answer = await browser.client.post(f"/series/{series}/follow", form=[("form_token", token)])
    assert answer.status == 404


async def test_nobody_changes_the_series_of_another(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    first, other = await make.status(alice, "One."), await make.status(bob, "Mine.")
    series, own = await begin(house, alice, first), await begin(house, bob, other)
    browser = await browser_of(house, bob)
    await browser.open(f"/series/{series}/edit", status=404)
    await browser.open(f"/posts/{first}/series", status=404)
    page = await browser.open(f"/series/{own}/edit")
    token = next(value for name, value in page.button("Save").form.fields if name == "form_token")
    for path in (
        f"/series/{series}/edit",
        f"/series/{series}/delete",
        f"/series/{series}/out/{first}",
        f"/series/{series}/later/{first}",
        f"/series/{own}/later/{first}",
        f"/series/{own}/sideways/{other}",
        f"/posts/{first}/series",
    ):
        answer = await browser.client.post(path, form=[("form_token", token), ("title", "T")])
        assert answer.status == 404, path
    answer = await browser.client.post(
        f"/posts/{other}/series", form=[("form_token", token), ("series", str(series))]
    )
    assert answer.status == 404
    page = await Browser(house).open(f"/@alice/series/{series}")
    assert "The call" in page.text


async def test_a_series_takes_as_many_queries_with_one_part_as_with_many(house: House, make: Make) -> None:
    alice = await make.account("alice")
    one, *_ = await post(make, alice, PARTS[:2])
    short = await begin(house, alice, one, "Short")
    many = await post(make, alice)
    long = await begin(house, alice, many[0], "Long")
    browser = Browser(house)
    for end in ("", "/read", ".atom"):
        await browser.ask(f"/@alice/series/{short}{end}")
        counts = []
        for series in (short, long):
            before = afresh(house)
            await browser.ask(f"/@alice/series/{series}{end}?a")
            counts.append(house.db.statements - before)
        assert counts[0] == counts[1]


async def test_texts_that_are_too_long_are_refused_in_words(house: House, make: Make) -> None:
    alice = await make.account("alice")
    first = await make.status(alice, "One.")
    browser = await browser_of(house, alice)
    page = await browser.open(f"/posts/{first}/series")
    answer = await browser.press(page.button("Put it in"), title="x" * 500)
    assert answer.status == 422
    assert "too long" in answer.text
    secret = await make.status(alice, "Nobody's.", visibility="direct")
    page = await browser.open(f"/posts/{secret}/series")
    answer = await browser.press(page.button("Put it in"), title="Secrets")
    assert answer.status == 422
    assert "Secrets" not in (await browser.open("/@alice/series")).text
