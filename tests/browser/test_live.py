"""Pages that say what is new while one looks on, and move nothing before they are asked to."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Village
from tests.browser.test_pages import EVERYTHING, faults, sign_in


def listening(tab: Page, address: str) -> None:
    """Open the page, and return when it has its line."""
    with tab.expect_response(lambda answer: "/live?" in answer.url) as answered:
        tab.goto(address)
    assert answered.value.status == 200


def test_new_posts_are_announced_and_come_when_one_asks(village: Village, chromium: Browser) -> None:
    context = chromium.new_context(bypass_csp=True)
    sign_in(context, village, "omar")
    tab = context.new_page()
    listening(tab, village.server.base)
    title = tab.title()
    newest = tab.locator("li.entry").first
    before = newest.get_attribute("id")
    newest.scroll_into_view_if_needed()
    at = newest.bounding_box()
    village.say("ada", "fresh", "Fresh bread at the porch, @omar")
    bar = tab.get_by_role("button", name="1 new post")
    expect(bar).to_be_visible(timeout=20_000)
    assert tab.title() == f"(1) {title}"
    expect(tab.locator(".bar .news")).to_be_visible()
    assert newest.get_attribute("id") == before
    assert newest.bounding_box() == at
    assert faults(tab, EVERYTHING) == []
    bar.click()
    expect(tab.locator("li.entry").first).to_contain_text("Fresh bread")
    expect(tab.locator(f"li.entry#{before}")).to_have_count(1)
    expect(bar).to_be_hidden()
    assert tab.title() == title
    # What came so has its buttons.
    tab.locator("li.entry").first.locator("[data-deed=favourite]").click()
    expect(tab.locator("li.entry").first.locator("[data-deed=favourite]")).to_have_text("Favourite1")

    listening(tab, f"{village.server.base}/notifications")
    village.say("ada", "again", "And butter, @omar")
    expect(tab.get_by_role("button", name="1 new notification")).to_be_visible(timeout=20_000)
    tab.get_by_role("button", name="1 new notification").click()
    expect(tab.locator("main")).to_contain_text("And butter")

    # Older pages do not grow.
    tab.goto(f"{village.server.base}/?max_id={village.posts['again']}")
    expect(tab.locator("#newer")).to_have_count(0)
    context.close()
