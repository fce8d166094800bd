"""RSS and Atom: well-formed, whole, and with nothing in them that a visitor may not read."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from stoa.core.house import House
from tests.client import Answer
from tests.make import Make
from tests.web.browsing import Browser, browser_of

ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
LONG = "A LONG THOUGHT ABOUT FEEDS\n\n" + "Words that a reader of feeds wants to have, all of them. " * 200


async def _feed(house: House, path: str) -> tuple[Answer, ElementTree.Element]:
    answer = await Browser(house).ask(path)
    assert answer.status == 200
    return answer, ElementTree.fromstring(answer.text)


async def test_rss_has_the_whole_text(house: House, make: Make) -> None:
    status_id = await make.status(await make.account("alice", display_name="Alice & Co"), LONG)
    answer, root = await _feed(house, "/@alice.rss")
    assert answer.headers["content-type"].startswith("application/rss+xml")
    [item] = root.findall("channel/item")
    assert item.findtext("title") == "A LONG THOUGHT ABOUT FEEDS"
    assert item.findtext("link") == house.addresses.status("alice", status_id)
    assert (item.findtext(CONTENT) or "").count("all of them") == 200
    assert root.findtext("channel/title") == "Alice & Co (@alice@localhost:8000)"


async def test_atom_has_the_whole_text(house: House, make: Make) -> None:
    alice = await make.account("alice")
    status_id = await make.status(alice, LONG)
    answer, root = await _feed(house, "/@alice.atom")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    [entry] = root.findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}id") == house.addresses.note(house.addresses.actor(alice.id), status_id)
    assert (entry.findtext(f"{ATOM}content") or "").count("all of them") == 200
    assert (entry.findtext(f"{ATOM}updated") or "").endswith("Z")


@pytest.mark.parametrize("path", ["/@alice.rss", "/@alice.atom", "/tags/porch.rss"])
async def test_a_feed_shows_what_a_visitor_sees_whoever_asks(house: House, make: Make, path: str) -> None:
    alice = await make.account("alice")
    for visibility in ("public", "private", "direct"):
        await make.status(alice, f"A {visibility} word #porch", visibility=visibility)
    for answer in (
        await Browser(house).ask(path),
        await (await browser_of(house, alice)).ask(path),
    ):
        assert "A public word" in answer.text
        assert "A private word" not in answer.text
        assert "A direct word" not in answer.text


async def test_a_warning_stands_before_the_text(house: House, make: Make) -> None:
    await make.status(await make.account("alice"), "The butler.", spoiler_text="An ending")
    _, root = await _feed(house, "/@alice.rss")
    assert root.findtext("channel/item/title") == "Content warning: An ending"
    assert (root.findtext(f"channel/item/{CONTENT}") or "").startswith("<p><strong>Content warning:")


async def test_characters_that_xml_cannot_hold_do_not_break_a_feed(house: House, make: Make) -> None:
    await make.status(
        await make.account("alice", display_name="A\x0b\x01lice \ufffe"), "Bell \x07 and ]]> & <b>"
    )
    for path in ("/@alice.rss", "/@alice.atom"):
        await _feed(house, path)


async def test_who_has_the_feed_already_is_told_so(house: House, make: Make) -> None:
    await make.status(await make.account("alice"), "Hello")
    browser = Browser(house)
    first = await browser.ask("/@alice.rss")
    again = await browser.ask("/@alice.rss", **{"if-none-match": first.headers["etag"]})
    assert again.status == 304


async def test_an_empty_feed_is_a_feed(house: House, make: Make) -> None:
    await make.account("alice")
    for path in ("/@alice.rss", "/@alice.atom", "/tags/nothing.rss"):
        await _feed(house, path)


async def test_feeds_of_those_who_live_elsewhere_are_not_ours_to_give(house: House, make: Make) -> None:
    await make.remote("carl@there.example")
    assert (await Browser(house).ask("/@carl@there.example.rss")).status == 404
