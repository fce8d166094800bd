"""Lists as files, taken along and brought along."""

from __future__ import annotations

from stoa.core.house import House
from tests.make import Make
from tests.web.browsing import Browser, browser_of


async def test_a_list_is_taken_along(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    await make.follow(alice, bob)
    browser = await browser_of(house, alice)
    page = await browser.open("/settings/export")
    assert page.leads_to("/settings/export/following_accounts.csv")
    assert not page.leads_to("/settings/export/bookmarks.csv")
    answer = await browser.ask("/settings/export/following_accounts.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.text == (
        "Account address,Show boosts,Notify on new posts,Languages\n"
        f"bob@{house.settings.domain},true,false,\n"
    )
    for name in ("muted_accounts", "blocked_accounts", "blocked_domains", "lists", "bookmarks"):
        assert (await browser.ask(f"/settings/export/{name}.csv")).status == 200, name
    assert (await browser.ask("/settings/export/passwords.csv")).status == 404
    assert (await Browser(house).ask("/settings/export/lists.csv")).status == 303


async def test_a_list_is_brought_along_and_one_sees_how_far_it_is(house: House, make: Make) -> None:
    browser = await browser_of(house, await make.account("alice"))
    page = await browser.open("/settings/import")
    button = page.button("Bring it along")
    wrong = await browser.press(button, kind="mutes", mode="overwrite")
    assert wrong.status == 422
    assert '<option value="mutes" selected>' in wrong.text
    wrong = await browser.press(button, kind="secrets", files={"file": ("a.csv", b"bob\n", "text/csv")})
    assert wrong.status == 422
    wrong = await browser.press(button, kind="blocks", files={"file": ("a.csv", b"\xff\xff", "text/csv")})
    assert "comma-separated" in wrong.text
    page = await browser.go(button, kind="blocks", files={"file": ("a.csv", b"bob\ncarl\n", "text/csv")})
    assert "on its way: 0 of 2 lines" in page.text
