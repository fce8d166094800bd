"""The history of a post: what each edit changed, to read."""

from __future__ import annotations

from typing import Any

import pytest

from stoa.core.house import House
from stoa.core.media import store as media_store
from stoa.core.policy.draft import Draft, PollDraft
from stoa.core.statuses import edit
from tests.make import Make, Person
from tests.web.browsing import Browser


async def say_again(house: House, author: Person, status_id: int, text: str, **more: Any) -> None:
    async with house.db.write() as conn:
        draft = Draft(account_id=author.id, text=text, content_type="text/markdown", **more)
        await edit.edit(conn, status_id, draft, house.settings, house.addresses)


async def test_readers_see_which_words_were_changed(house: House, make: Make) -> None:
    alice = await make.account("alice")
    long = (
        "\n\n".join(f"Paragraph {number} stays.[^1]" for number in range(12)) + "\n\n[^1]: A <b>note</b>.\n"
    )
    status_id = await make.status(alice, f"The quick fox & I.\n\n{long}", content_type="text/markdown")
    await say_again(house, alice, status_id, f"The slow fox & I.\n\n{long}")
    page = await Browser(house).open(f"/@alice/{status_id}/history")
    assert "The text was changed." in page.text
    assert "<del>" in page.answer.text
    assert "quick</del>" in page.answer.text
    assert "slow</ins>" in page.answer.text
    assert "fox &amp; I." in page.answer.text
    assert "paragraphs without changes" in page.text


async def test_readers_are_told_what_else_was_changed(house: House, make: Make) -> None:
    alice = await make.account("alice")
    poll = PollDraft(options=("Yes", "No"), expires_in=3600)
    status_id = await make.status(alice, "Words", content_type="text/markdown", poll=poll)
    other = PollDraft(options=("Yes", "<i>Never</i>"), expires_in=3600)
    await say_again(house, alice, status_id, "*Words*", spoiler_text="Ending", poll=other)
    page = await Browser(house).open(f"/@alice/{status_id}/history")
    for said in ("the words are the same", "A content warning was put before it", "choices of the poll"):
        assert said in page.text
    assert "&lt;i&gt;Never" in page.answer.text
    async with house.db.write() as conn:
        media_id = await media_store.add(
            conn, account_id=alice.id, kind="image", mime="image/png", key="aa/bb/cc.png"
        )
    await say_again(house, alice, status_id, "*Words*", title="A title", media_ids=(media_id,))
    page = await Browser(house).open(f"/@alice/{status_id}/history")
    for said in ("The title was changed", "The content warning was taken away", "Other files are attached"):
        assert said in page.text


async def test_a_long_history_has_pages(house: House, make: Make) -> None:
    alice = await make.account("alice")
    status_id = await make.status(alice, "Version 0", content_type="text/markdown")
    for number in range(1, 13):
        await say_again(house, alice, status_id, f"Version {number}")
    browser = Browser(house)
    page = await browser.open(f"/@alice/{status_id}/history")
    assert page.leads_to(f"/@alice/{status_id}/history?page=1")
    page = await browser.open(f"/@alice/{status_id}/history?page=1")
    assert "At first" in page.text
    assert page.leads_to(f"/@alice/{status_id}/history?page=0")
    for odd in ("-1", "x", "99999999999999", "²"):
        assert (await browser.ask(f"/@alice/{status_id}/history?page={odd}")).status == 200
    assert (await browser.ask(f"/@alice/{status_id}/history?page=7")).status == 404


@pytest.mark.parametrize("visibility", ["private", "direct"])
async def test_what_is_not_for_everybody_has_no_history_for_them(
    house: House, make: Make, visibility: str
) -> None:
    alice = await make.account("alice")
    status_id = await make.status(alice, "Frist", visibility=visibility)
    await say_again(house, alice, status_id, "First")
    assert (await Browser(house).ask(f"/@alice/{status_id}/history")).status == 404
