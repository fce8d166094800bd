"""Pages in a real browser: open to everybody, whatever they see with, and talking to no other host.

axe.min.js is axe-core 4.14.1 (axe.LICENSE), a checker of accessibility by Deque Systems.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.conftest import PASSWORD, Village

AXE = (Path(__file__).parent / "axe.min.js").read_text(encoding="utf-8")
EVERYTHING = (
    "{type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}"
)
# Between languages it is not how large a button is: that is looked at in one.
WORDS = "{type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']}"
# Between light and dark nothing else differs.
COLOURS = "{type: 'rule', values: ['color-contrast', 'link-in-text-block']}"
OPEN = [
    "/",
    "/about",
    "/public",
    "/tags/maths",
    "/@ada",
    "/@ada/with_replies",
    "/@ada/followers",
    "/@ada/{essay}",
    "/@ada/{essay}/read",
    "/@ada/{maths}",
    "/@omar/{arabic}",
    "/@bob/{warned}",
    "/@bob/{poll}",
    "/posts/{reply7}",
    "/interact?post={essay}",
    "/interact?post={essay}&do=boost&handle=nonsense",
    "/sign-in",
    "/sign-up",
    "/password/forgot",
    "/nothing/here",
]
MEMBERS = [
    "/",
    "/write",
    "/drafts",
    "/posts/{maths}/reply",
    "/posts/{essay}/edit",
    "/posts/{essay}/more",
    "/posts/{essay}/delete",
    "/notifications",
    "/search?q=porch",
    "/bookmarks",
    "/@bob",
    "/@bob/{poll}",
    "/@ada/{essay}",
    "/authorize_interaction?uri=@bob&intent=follow",
    "/authorize_interaction?uri=@nobody",
    "/share?text=Hello&title=On+porches",
    "/settings/profile",
    "/settings/password",
    "/settings/sessions",
    "/settings/years",
    "/settings/tags",
    "/settings/scheduled",
    "/settings/requests",
    "/settings/mutes",
    "/settings/blocks",
    "/settings/servers",
    "/settings/appearance",
    "/settings/writing",
    "/settings/filters",
    "/settings/email",
    "/settings/fading",
    "/settings/two-factor",
    "/settings/import",
    "/settings/export",
    "/settings/filters/new",
    "/settings/notifications",
    "/notifications?kind=likes",
    "/lists",
    "/lists/{list}",
    "/lists/{list}/edit?q=bob",
    "/messages",
]


def sign_in(context: BrowserContext, village: Village, name: str) -> None:
    tab = context.new_page()
    tab.goto(f"{village.server.base}/sign-in")
    tab.fill("#email", f"{name}@mail.example")
    tab.fill("#password", PASSWORD)
    tab.click("main button")
    tab.locator(".home").wait_for()
    tab.close()


def faults(tab: Page, rules: str) -> list[str]:
    """What axe finds on the page."""
    tab.evaluate(AXE)
    wanted = f"{{runOnly: {rules}, resultTypes: ['violations']}}"
    found: dict[str, Any] = tab.evaluate(f"axe.run(document, {wanted})")
    firsts = [(one["id"], one["nodes"][0]) for one in found["violations"]]
    return [
        f"{tab.url} {rule}: {node['html'][:200]} {node['failureSummary'][:300]}" for rule, node in firsts
    ]


# Light, with all that axe knows: test_every_page.
@pytest.mark.parametrize("who", ["visitor", "member"])
def test_colours_can_be_told_apart_in_the_dark(village: Village, chromium: Browser, who: str) -> None:
    context = chromium.new_context(color_scheme="dark", bypass_csp=True)
    if who == "member":
        sign_in(context, village, "ada")
    tab = context.new_page()
    found = []
    for path in MEMBERS if who == "member" else OPEN:
        tab.goto(village.server.base + path.format(**village.posts))
        found += faults(tab, COLOURS)
    context.close()
    assert not found, "\n".join(found)


def test_pages_load_nothing_from_elsewhere_and_break_no_rule_of_theirs(
    village: Village, chromium: Browser
) -> None:
    context = chromium.new_context()
    tab = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("console", lambda message: said.append(message.text))
    for path in OPEN[:-1]:
        tab.goto(village.server.base + path.format(**village.posts))
    context.close()
    assert len(asked) > len(OPEN)
    assert [url for url in asked if not url.startswith(village.server.base)] == []
    assert said == []


# 320 px is a narrow telephone, and what is left of 1280 px at four times the size (WCAG 1.4.10).
@pytest.mark.parametrize("width", [320, 390, 640, 1280])
def test_nothing_is_wider_than_the_screen(village: Village, chromium: Browser, width: int) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 700})
    sign_in(context, village, "ada")
    tab = context.new_page()
    wide = []
    for path in [*OPEN, *MEMBERS]:
        tab.goto(village.server.base + path.format(**village.posts))
        if tab.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(path)
    context.close()
    assert wide == []


@pytest.mark.parametrize(("language", "direction"), [("ar", "rtl"), ("de", "ltr")])
def test_pages_fit_in_other_languages_and_run_their_way(
    village: Village, chromium: Browser, language: str, direction: str
) -> None:
    context = chromium.new_context(viewport={"width": 320, "height": 700}, locale=language, bypass_csp=True)
    sign_in(context, village, "ada")
    tab = context.new_page()
    tab.goto(f"{village.server.base}/settings/appearance")
    tab.select_option("#locale", language)
    tab.click('[action="/settings/appearance"] button')
    tab.wait_for_selector(f"html[lang={language}]")
    wide, found = [], []
    for path in ("/", "/write", "/notifications", "/settings/profile", "/@ada", "/@ada/{essay}", "/search"):
        tab.goto(village.server.base + path.format(**village.posts))
        assert tab.get_attribute("html", "dir") == direction
        if tab.evaluate("document.documentElement.scrollWidth") > 320:
            wide.append(path)
        found += faults(tab, WORDS)
    # A handle begins with its @, whatever stands around it.
    tab.goto(f"{village.server.base}/@ada/{village.posts['essay']}")
    handle = tab.locator(".handle, .facts [translate=no]").first
    assert handle.evaluate("node => getComputedStyle(node).unicodeBidi") == "plaintext"
    tab.goto(f"{village.server.base}/settings/appearance")
    tab.select_option("#locale", "en")
    tab.click('[action="/settings/appearance"] button')
    tab.wait_for_selector("html[lang=en]")
    context.close()
    assert (wide, found) == ([], [])


def test_a_line_of_an_essay_has_as_many_letters_as_the_eye_likes(
    village: Village, chromium: Browser
) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    tab = context.new_page()
    tab.goto(f"{village.server.base}/@ada/{village.posts['essay']}")
    letters = tab.evaluate(
        """() => {
            const paragraph = document.querySelector('.prose p');
            const range = document.createRange();
            range.selectNodeContents(paragraph);
            const lines = new Set([...range.getClientRects()].map(box => Math.round(box.top)));
            return paragraph.textContent.length / lines.size;
        }"""
    )
    context.close()
    assert 55 < letters < 75  # the fonts at hand decide; an ideal is 66


def test_a_thread_folds_without_a_script(village: Village, chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(f"{village.server.base}/@ada/{village.posts['essay']}")
    branch = tab.locator("details.branch").first
    inner = branch.locator("li.reply").first
    assert inner.is_visible()
    branch.locator("> summary").click(position={"x": 7, "y": 40})
    assert not inner.is_visible()
    assert "to " in branch.locator("> summary").inner_text()
    context.close()


def test_a_member_lives_here_without_a_script(village: Village, chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False)
    sign_in(context, village, "bob")
    tab = context.new_page()
    tab.goto(f"{village.server.base}/write")
    tab.fill("#text", "## Hello\n\nFrom \\(x^2\\).")
    tab.click(".buttons button:has-text('Preview')")
    assert tab.locator(".preview math").count() == 1
    tab.click("main button:has-text('Publish')")
    assert tab.locator("article math").count() == 1
    tab.click("article button:has-text('Favourite')")
    assert tab.locator("article button[aria-pressed=true]").count() == 1
    tab.click("a:has-text('Write a reply')")
    tab.fill("#text", "An answer to myself.")
    tab.click("main button:has-text('Publish')")
    assert tab.locator(".above").is_visible()
    tab.click("footer button:has-text('Sign out')")
    tab.goto(f"{village.server.base}/notifications")
    assert "/sign-in" in tab.url
    context.close()
