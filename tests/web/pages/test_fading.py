"""Old posts that go by themselves: what the page says is what holds."""

from __future__ import annotations

from stoa.core.house import House
from stoa.core.statuses import fading
from tests.make import Make
from tests.web.browsing import browser_of


async def test_a_member_decides_what_goes_and_what_stays(house: House, make: Make) -> None:
    alice = await make.account("alice")
    browser = await browser_of(house, alice)
    page = await browser.open("/settings/fading")
    wrong = await browser.press(page.button("Save"), on="1", min_reblogs="many", after_days="30")
    assert wrong.status == 422
    assert 'value="many"' in wrong.text
    assert '<option value="30" selected>' in wrong.text
    answer = await browser.press(
        page.button("Save"), on="1", after_days="30", min_reblogs="5", keep_polls="1", without="keep_pinned"
    )
    page = await browser.open(answer.headers["location"])
    assert "begins tomorrow" in page.text
    async with house.db.read() as conn:
        rule = await fading.rule_of(conn, alice.id)
    assert rule == fading.Rule(after_days=30, keep_pinned=False, keep_polls=True, min_reblogs=5)
    answer = await browser.press(page.button("Save"), without="on")
    assert "All your posts stay" in (await browser.open(answer.headers["location"])).text
