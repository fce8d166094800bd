"""The desk in a real browser: the preview beside what is typed, drafts, names, keys, files."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Browser, Dialog, expect

from tests.browser.conftest import Village
from tests.browser.test_pages import EVERYTHING, faults, sign_in

ICON = Path(__file__).parents[2] / "src" / "stoa" / "web" / "static" / "icon-180.png"


def test_one_writes_an_essay_at_the_desk(village: Village, chromium: Browser) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, bypass_csp=True)
    said: list[str] = []
    sign_in(context, village, "omar")
    tab = context.new_page()
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.goto(f"{village.server.base}/write")
    tab.fill("#title", "On porches")
    tab.keyboard.press("Enter")
    tab.keyboard.type("## One\n\nFrom \\(x^2\\), bold")
    for _ in range(4):
        tab.keyboard.press("Shift+ArrowLeft")
    tab.keyboard.press("Control+b")
    expect(tab.locator("#text")).to_have_value("## One\n\nFrom \\(x^2\\), **bold**")
    expect(tab.locator(".reading .preview math")).to_have_count(1)
    expect(tab.locator(".reading .preview strong")).to_have_text("bold")
    expect(tab.locator("#kept")).to_contain_text("Kept as a draft")

    tab.keyboard.press("Control+End")
    tab.keyboard.type(" for @ad")
    expect(tab.locator(".names [role=option]").first).to_contain_text("@ada")
    assert faults(tab, EVERYTHING) == []
    tab.keyboard.press("Enter")
    expect(tab.locator("#text")).to_have_value(re.compile(r"\*\* for @ada $"))

    tab.click("summary:has-text('Add a picture')")
    tab.set_input_files("#picture", ICON)
    expect(tab.locator("#files .attached")).to_have_count(1)
    tab.keyboard.type("A mark")  # the description has the focus
    tab.click("[data-side=elsewhere]")
    expect(tab.locator(".looks")).to_contain_text("Mastodon shows that")
    expect(tab.locator(".preview figcaption")).to_have_text("A mark")
    assert faults(tab, EVERYTHING) == []

    # Another window says something else: both are kept.
    tab.keyboard.press("Control+s")
    expect(tab.locator("#kept")).to_contain_text("Kept as a draft")
    other = context.new_page()
    other.goto(f"{village.server.base}/drafts")
    other.click("text=On porches")
    expect(other.locator("#title")).to_have_value("On porches")
    other.fill("#title", "On doors")
    other.locator("#title").press("Control+s")
    expect(other.locator("#kept")).to_contain_text("Kept as a draft")
    tab.fill("#title", "On windows")
    tab.locator("#title").press("Control+s")
    expect(tab.locator("#clash")).to_be_visible()
    expect(tab.locator("#other")).to_contain_text("On doors")
    tab.click("#clash button")
    expect(tab.locator("#clash")).to_be_hidden()
    other.close(run_before_unload=False)
    tab.locator("#title").press("Control+Enter")
    expect(tab.locator("article h1")).to_have_text("On windows")
    expect(tab.locator("article img[alt='A mark']")).to_have_count(1)
    tab.goto(f"{village.server.base}/drafts")
    expect(tab.locator("main")).to_contain_text("Nothing is half written")
    context.close()
    assert [one for one in said if "409" not in one] == []


def test_the_desk_is_one_pane_on_a_telephone(village: Village, chromium: Browser) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 800})
    sign_in(context, village, "omar")
    tab = context.new_page()
    tab.goto(f"{village.server.base}/write")
    tab.fill("#text", "Word by **word**")
    expect(tab.locator(".reading")).to_be_hidden()
    tab.click("[data-side=reading]")
    expect(tab.locator(".reading strong")).to_be_visible()
    expect(tab.locator("#text")).to_be_hidden()
    tab.click("[data-side=writing]")
    expect(tab.locator("#text")).to_be_focused()
    # What is not kept yet is asked about before one leaves.
    asked: list[str] = []
    tab.route("**/write/save", lambda route: route.abort())
    tab.keyboard.type(" more")

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    tab.on("dialog", leave)
    tab.click("header .home")
    expect(tab.locator(".compose-line")).to_be_visible()
    context.close()
    assert asked == ["beforeunload"]
