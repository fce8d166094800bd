"""What the script for members does: buttons that answer at once, keys that lead from post to post."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from tests.browser.conftest import Village
from tests.browser.test_pages import EVERYTHING, faults, sign_in


def test_buttons_answer_at_once_and_say_when_it_failed(village: Village, chromium: Browser) -> None:
    context = chromium.new_context()
    sign_in(context, village, "omar")
    tab = context.new_page()
    loaded: list[str] = []
    tab.goto(f"{village.server.base}/@ada/{village.posts['maths']}")
    tab.on("framenavigated", lambda frame: loaded.append(frame.url))
    favourite = tab.locator("[data-deed=favourite]").first
    expect(favourite).to_have_text("Favourite")
    favourite.click()
    expect(favourite).to_have_attribute("aria-pressed", "true")
    expect(favourite).to_have_text("Favourite1")
    expect(favourite).not_to_have_attribute("aria-busy", "true")
    assert loaded == []
    tab.reload()
    expect(favourite).to_have_text("Favourite1")

    context.set_offline(True)
    favourite.click()
    expect(tab.locator("#said")).to_have_text("That did not reach the server. Try again.")
    expect(favourite).to_have_attribute("aria-pressed", "true")
    context.set_offline(False)

    # Signed out in another window: what looked done is taken back there too.
    context.clear_cookies()
    favourite.click()
    expect(tab.locator("#said")).to_have_text("That did not reach the server. Try again.")
    expect(favourite).to_have_text("Favourite1")
    context.close()


def test_keys_lead_from_post_to_post_unless_one_types_or_wants_none(
    village: Village, chromium: Browser
) -> None:
    context = chromium.new_context(bypass_csp=True)
    sign_in(context, village, "omar")
    tab = context.new_page()
    tab.goto(village.server.base)
    tab.keyboard.press("j")
    tab.keyboard.press("j")
    second = tab.locator("main article").nth(1)
    expect(second).to_be_focused()
    tab.keyboard.press("d")
    expect(second.locator("[data-deed=bookmark]")).to_have_attribute("aria-pressed", "true")
    tab.keyboard.press("k")
    expect(tab.locator("main article").first).to_be_focused()
    tab.keyboard.press("?")
    expect(tab.locator("#keys")).to_be_visible()
    assert faults(tab, EVERYTHING) == []
    tab.keyboard.press("Escape")
    tab.keyboard.press("g")
    tab.keyboard.press("n")
    tab.wait_for_url("**/notifications")
    tab.keyboard.press("/")
    tab.wait_for_url("**/search")
    tab.locator("input[type=search], main input").first.fill("")
    tab.keyboard.type("njg?")
    expect(tab.locator("input[type=search], main input").first).to_have_value("njg?")

    tab.goto(f"{village.server.base}/settings/appearance")
    tab.uncheck("[name=shortcuts]")
    tab.click('[action="/settings/appearance"] button')
    tab.locator(".notice").wait_for()
    tab.keyboard.press("n")
    expect(tab.locator("#keys")).to_have_count(0)
    assert tab.url.endswith("/settings/appearance?saved=1")
    tab.check("[name=shortcuts]")
    tab.click('[action="/settings/appearance"] button')
    tab.locator("#keys").wait_for(state="attached")
    context.close()
