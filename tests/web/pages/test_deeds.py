"""One press of a button: done once, undone by the same button, and by nobody else's page."""

from __future__ import annotations

import pytest

from stoa.core.house import House
from stoa.core.statuses import heads
from stoa.core.statuses.model import StatusHead
from tests.make import Make
from tests.web.browsing import Browser, browser_of


async def head(house: House, status_id: int, viewer_id: int) -> StatusHead:
    async with house.db.read() as conn:
        return (await heads.by_ids(conn, [status_id], viewer_id))[status_id]


@pytest.mark.parametrize(
    ("button", "flag"),
    [("Favourite", "favourited"), ("Boost", "reblogged"), ("Bookmark", "bookmarked")],
)
async def test_a_button_does_and_undoes(house: House, make: Make, button: str, flag: str) -> None:
    status_id = await make.status(await make.account("alice"), "Hello")
    bob = await make.account("bob")
    browser = await browser_of(house, bob)
    page = await browser.open(f"/@alice/{status_id}")
    answer = await browser.press(page.button(button))
    assert answer.headers["location"] == f"/@alice/{status_id}#p{status_id}"
    assert getattr(await head(house, status_id, bob.id), flag)
    page = await browser.go((await browser.open(f"/@alice/{status_id}")).button(button))
    assert not getattr(await head(house, status_id, bob.id), flag)


async def test_one_returns_to_where_one_was(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    status_id = await make.status(alice, "Hello")
    browser = await browser_of(house, bob)
    page = await browser.open(f"/public?max_id={status_id + 1}")
    answer = await browser.press(page.button("Favourite"))
    assert answer.headers["location"] == f"/public?max_id={status_id + 1}#p{status_id}"


@pytest.mark.parametrize("back", ["https://evil.example", "//evil.example", "/\\evil.example", ""])
async def test_nobody_is_sent_to_another_site(house: House, make: Make, back: str) -> None:
    status_id = await make.status(await make.account("alice"), "Hello")
    browser = await browser_of(house, await make.account("bob"))
    favourite = (await browser.open(f"/@alice/{status_id}")).button("Favourite")
    answer = await browser.press(favourite, back=back)
    assert answer.headers["location"] == f"/#p{status_id}"


async def test_without_our_token_nothing_is_done(house: House, make: Make) -> None:
    status_id = await make.status(await make.account("alice"), "Hello")
    bob = await make.account("bob")
    browser = await browser_of(house, bob)
    favourite = (await browser.open(f"/@alice/{status_id}")).button("Favourite")
    assert (await browser.press(favourite, without="form_token")).status == 403
    assert (await browser.press(favourite, form_token="forged")).status == 403
    carl = await browser_of(house, await make.account("carl"))
    assert (await carl.press(favourite)).status == 403
    assert (await Browser(house).press(favourite)).status == 401
    assert not (await head(house, status_id, bob.id)).favourited


async def test_what_one_may_not_see_one_cannot_touch(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    hidden = await make.status(alice, "Secret", visibility="direct")
    seen = await make.status(alice, "Hello")
    browser = await browser_of(house, bob)
    button = (await browser.open(f"/@alice/{seen}")).button("Favourite")
    for deed in ("favourite", "boost", "bookmark", "pin", "mute", "delete", "vote"):
        button.action = f"/posts/{hidden}/{deed}"
        assert (await browser.press(button, also={"choices[]": "0"})).status == 404, deed
    for path in ("", "/more", "/edit", "/delete", "/reply", "/favourited", "/boosted"):
        assert (await browser.ask(f"/posts/{hidden}{path}")).status == 404, path
    button.action = f"/posts/{seen}/explode"
    assert (await browser.press(button)).status == 404


async def test_a_private_post_is_boosted_by_its_author_to_the_same_people(house: House, make: Make) -> None:
    alice = await make.account("alice")
    status_id = await make.status(alice, "Again", visibility="private")
    browser = await browser_of(house, alice)
    await browser.go((await browser.open(f"/@alice/{status_id}")).button("Boost"))
    assert (await head(house, status_id, alice.id)).reblogged
    assert "Again" not in (await Browser(house).open("/@alice")).text


async def test_deleting_asks_first_and_is_for_the_author(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    status_id = await make.status(alice, "Regretted")
    browser = await browser_of(house, bob)
    assert (await browser.ask(f"/posts/{status_id}/delete")).status == 404
    browser = await browser_of(house, alice)
    page = await browser.open(f"/posts/{status_id}/more")
    assert page.leads_to(f"/posts/{status_id}/delete")
    page = await browser.open(f"/posts/{status_id}/delete")
    assert "Regretted" in page.text
    page = await browser.go(page.button("Delete it"))
    assert "Regretted" not in page.text
    assert (await browser.ask(f"/@alice/{status_id}")).status == 404


async def test_what_was_deleted_to_be_written_anew_is_in_the_form(house: House, make: Make) -> None:
    alice = await make.account("alice")
    status_id = await make.status(alice, "Almost *right*", content_type="text/markdown")
    browser = await browser_of(house, alice)
    page = await browser.open(f"/posts/{status_id}/delete")
    answer = await browser.press(page.button("Delete it and write"))
    assert answer.status == 200
    assert "Almost *right*" in answer.text


async def test_pinning_and_muting_a_conversation(house: House, make: Make) -> None:
    alice = await make.account("alice")
    status_id = await make.status(alice, "Hello")
    browser = await browser_of(house, alice)
    await browser.press((await browser.open(f"/posts/{status_id}/more")).button("Show it first"))
    await browser.press((await browser.open(f"/posts/{status_id}/more")).button("Be told no more"))
    mine = await head(house, status_id, alice.id)
    assert mine.pinned
    assert mine.muted


async def test_visitors_are_shown_the_way_in_and_back(house: House, make: Make) -> None:
    for path in ("/write", "/notifications", "/bookmarks", "/search?q=porch", "/settings/profile"):
        answer = await Browser(house).ask(path)
        assert answer.status == 303, path
        assert answer.headers["location"].startswith("/sign-in?next=%2F"), path
