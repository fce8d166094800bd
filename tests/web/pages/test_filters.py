"""Filters: made and changed on their page, and heeded by every other."""

from __future__ import annotations

from typing import Any

from stoa.core.filters import change, views
from stoa.core.filters.change import Word
from stoa.core.filters.model import Filter
from stoa.core.house import House
from tests.make import Make, Person
from tests.web.browsing import browser_of

EVERYWHERE = ["home", "notifications", "public", "thread", "account"]


async def without(house: House, person: Person, word: str, **more: Any) -> Filter:
    async with house.db.write() as conn:
        return await change.create(
            conn,
            person.id,
            **{"title": "Endings", "contexts": EVERYWHERE, "words": [Word(word)], **more},
        )


async def test_a_filter_is_made_changed_and_removed(house: House, make: Make) -> None:
    alice = await make.account("alice")
    browser = await browser_of(house, alice)
    page = await browser.open("/settings/filters/new")
    wrong = await browser.press(page.button("Save"), title="", words="butler\r\ngardener", action="hide")
    assert wrong.status == 422
    assert "gardener" in wrong.text
    page = await browser.go(
        page.button("Save"), title="Endings", words="butler\r\n gardener \r\n\r\nbutler", hours="24"
    )
    assert "butler, gardener" in page.text
    async with house.db.read() as conn:
        (made,) = await views.mine(conn, alice.id)
    assert made.expires_at is not None
    assert {one.keyword for one in made.keywords} == {"butler", "gardener"}
    page = await browser.open(f"/settings/filters/{made.id}")
    await browser.go(page.button("Save"), words="gardener\r\ncook", action="blur", without="whole")
    async with house.db.read() as conn:
        (changed,) = await views.mine(conn, alice.id)
    assert changed.expires_at == made.expires_at
    assert changed.action == "blur"
    assert [(one.keyword, one.whole_word) for one in changed.keywords] == [
        ("gardener", False),
        ("cook", False),
    ]
    assert changed.keywords[0].id == made.keywords[1].id
    page = await browser.open(f"/settings/filters/{made.id}")
    assert "No filter yet" in (await browser.go(page.button("Delete this"))).text


async def test_a_filter_is_nobody_elses(house: House, make: Make) -> None:
    made = await without(house, await make.account("alice"), "butler")
    browser = await browser_of(house, await make.account("bob"))
    assert (await browser.ask(f"/settings/filters/{made.id}")).status == 404
    button = (await browser.open("/settings/filters/new")).button("Save")
    for path in (f"{made.id}", f"{made.id}/delete", "x"):
        button.form.action = button.action = f"/settings/filters/{path}"
        assert (await browser.press(button, title="Mine")).status == 404


async def test_what_is_filtered_is_folded_away_or_left_out_everywhere(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    await make.follow(alice, bob)
    parent = await make.status(alice, "Who did it? #book")
    await make.status(bob, "# It was the butler\n\nI knew it. #book", content_type="text/markdown")
    await make.status(bob, "@alice the butler, of course", in_reply_to_id=parent)
    browser = await browser_of(house, alice)
    paths = ["/", "/public", "/tags/book", "/@bob", f"/@alice/{parent}", "/notifications"]
    made = await without(house, alice, "butler")
    for path in paths:
        page = await browser.open(path)
        assert "Filtered: Endings" in page.text, path
        assert '<h2 class="headline"' not in page.answer.text, path
    async with house.db.write() as conn:
        await change.change(conn, made.id, alice.id, action="hide")
    for path in paths:
        text = (await browser.open(path)).text
        assert ("butler" in text) == (path == f"/@alice/{parent}"), path
    async with house.db.write() as conn:
        await change.change(conn, made.id, alice.id, contexts=["account"])
    assert "Filtered" not in (await browser.open("/")).text


async def test_nobodys_own_words_are_filtered(house: House, make: Make) -> None:
    alice = await make.account("alice")
    await without(house, alice, "butler", action="hide")
    await make.status(alice, "It was the butler")
    assert "butler" in (await (await browser_of(house, alice)).open("/@alice")).text
