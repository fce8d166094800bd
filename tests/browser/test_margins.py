"""Replies to passages in a real browser: selected, answered, found in the margin; at both sizes."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import PARAGRAPH, Village
from tests.browser.test_pages import EVERYTHING, faults, sign_in

HARBOUR = "The harbour was closed the next day, to the surprise of those who had not listened."
ESSAY = (
    f"# On closing a harbour\n\n{PARAGRAPH * 3}\n\n{HARBOUR} {PARAGRAPH}\n\n" + f"{PARAGRAPH * 4}\n\n" * 6
)

SELECT = """(words) => {
  const walker = document.createTreeWalker(document.querySelector(".prose"), NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const at = node.data.indexOf(words);
    if (at < 0) continue;
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + words.length);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    return;
  }
  throw new Error("not on this page");
}"""


@pytest.fixture(scope="module")
def essay(village: Village) -> str:
    return village.say("ada", "harbour", ESSAY, content_type="text/markdown")


def test_selected_words_are_answered_and_the_answer_stands_beside_them(
    village: Village, essay: str, chromium: Browser, tmp_path: Path
) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, bypass_csp=True)
    sign_in(context, village, "omar")
    tab = context.new_page()
    tab.goto(f"{village.server.base}/@ada/{essay}")
    tab.evaluate(SELECT, "closed the next day, to the surprise")
    button = tab.get_by_role("link", name="Reply to this passage")
    expect(button).to_be_visible()
    assert faults(tab, EVERYTHING) == []
    tab.screenshot(path=tmp_path / "selected.png")
    button.click()
    expect(tab.locator("blockquote.passage")).to_have_text("closed the next day, to the surprise")
    tab.screenshot(path=tmp_path / "form.png")
    tab.fill("#text", "@ada It surprised me, and I had listened.")
    tab.get_by_role("button", name="Publish").click()
    tab.goto(f"{village.server.base}/@ada/{essay}")
    notes = tab.locator(".noted", has_text="The harbour was closed").locator(".notes")
    expect(notes).to_contain_text("It surprised me")
    text, note = tab.locator(".prose").first.bounding_box(), notes.bounding_box()
    assert text is not None
    assert note is not None
    assert note["x"] >= text["x"] + text["width"]  # beside the text, not in it
    height = tab.evaluate("document.documentElement.scrollHeight")
    notes.locator("summary").click()
    expect(notes.get_by_role("link", name="Read and answer")).to_be_visible()
    assert tab.evaluate("document.documentElement.scrollHeight") == height
    assert faults(tab, EVERYTHING) == []
    tab.screenshot(path=tmp_path / "margin.png")
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_telephone_without_scripts_it_stands_below_its_paragraph(
    village: Village, essay: str, chromium: Browser, scheme: str, tmp_path: Path
) -> None:
    passage = {"exact": HARBOUR}
    village.call("bob", "/api/v1/statuses", status="They never do.", in_reply_to_id=essay, passage=passage)
    context = chromium.new_context(
        viewport={"width": 390, "height": 844},
        color_scheme="dark" if scheme == "dark" else "light",
        java_script_enabled=False,
    )
    sign_in(context, village, "bob")
    tab = context.new_page()
    tab.goto(f"{village.server.base}/@ada/{essay}")
    notes = tab.locator(".notes")
    expect(notes).to_contain_text("They never do.")
    notes.locator("summary").click()
    tab.screenshot(path=tmp_path / "below.png")
    tab.get_by_role("link", name="Reply to this paragraph").first.focus()
    tab.keyboard.press("Enter")
    expect(tab.locator("blockquote.passage")).to_contain_text("People who read to the end")
    context.close()
