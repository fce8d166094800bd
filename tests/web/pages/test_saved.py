"""Bookmarks, favourites, and who favourited or boosted."""

from __future__ import annotations

from stoa.core.house import House
from tests.make import Make
from tests.web.browsing import browser_of


async def test_what_one_marked_is_found_again_by_oneself(house: House, make: Make) -> None:
    status_id = await make.status(await make.account("alice"), "To be kept")
    bob = await browser_of(house, await make.account("bob"))
    page = await bob.open(f"/@alice/{status_id}")
    await bob.press(page.button("Bookmark"))
    await bob.press(page.button("Favourite"))
    assert "To be kept" in (await bob.open("/bookmarks")).text
    assert "To be kept" in (await bob.open("/favourites")).text
    carl = await browser_of(house, await make.account("carl"))
    assert "To be kept" not in (await carl.open("/bookmarks")).text
    who = await carl.open(f"/posts/{status_id}/favourited")
    assert who.leads_to("/@bob")
    assert "Nobody yet." in (await carl.open(f"/posts/{status_id}/boosted")).text
