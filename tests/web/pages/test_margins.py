"""Replies to passages: begun at a paragraph, shown beside it, followed when the text is edited."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest

from stoa.core.filters import change
from stoa.core.filters.change import Word
from stoa.core.house import House
from stoa.core.policy.draft import Draft
from stoa.core.relationships import block
from stoa.core.statuses import replies
from stoa.core.statuses.edit import edit
from stoa.core.statuses.model import ReplyTerms
from stoa.text import Passage
from tests.make import Make, Person
from tests.web.browsing import Browser, Page, afresh, browser_of

PARTS = [
    "The ministers met in the morning, and nobody was told of it.",
    "In the evening they met again, which surprised even those who had listened.",
    "The harbour was closed the next day.",
]
ESSAY = "\n\n".join(PARTS)


@pytest.fixture
async def alice(make: Make) -> Person:
    return await make.account("alice", display_name="Alice")


@pytest.fixture
async def bob(make: Make) -> Person:
    return await make.account("bob", display_name="Bob")


@pytest.fixture
async def essay(make: Make, alice: Person) -> int:
    return await make.status(alice, ESSAY, content_type="text/markdown")


def margins(page: Page) -> list[tuple[str, str]]:
    """(words of the paragraph, what stands beside it), for those that have something there."""
    found = re.findall(
        r'<div class="noted"[^>]*>(.*?)<details class="notes">(.*?)</details>', page.answer.text, re.S
    )
    plain = [[" ".join(re.sub(r"<[^>]+>", " ", part).split()) for part in one] for one in found]
    return [(one[0], one[1]) for one in plain]


async def test_a_member_replies_to_a_paragraph_without_a_script(
    house: House, make: Make, bob: Person, essay: int
) -> None:
    browser = await browser_of(house, bob)
    page = await browser.open(f"/@alice/{essay}")
    assert page.leads_to(f"/posts/{essay}/reply?paragraph=1")
    form = await browser.open(f"/posts/{essay}/reply?paragraph=1")
    assert f'<blockquote class="passage" dir="auto">{PARTS[1]}</blockquote>' in form.answer.text
    page = await browser.go(form.button("Publish"), text="Not me.")
    assert "Not me." in page.text
    page = await Browser(house).open(f"/@alice/{essay}")
    ((paragraph, beside),) = margins(page)
    assert paragraph == PARTS[1]
    assert beside.startswith("1 reply to this paragraph Bob Not me.")
    # Below, it says what it is about and leads there; the quotation is not said again.
    assert f"On “{PARTS[1]}”" in page.text
    assert page.leads_to("#b2")
    assert page.text.count(PARTS[1]) == 2


async def test_who_selects_words_replies_to_those(house: House, bob: Person, essay: int) -> None:
    browser = await browser_of(house, bob)
    query = urlencode({"exact": "met", "prefix": "In the evening they ", "suffix": " again, which"})
    form = await browser.open(f"/posts/{essay}/reply?{query}")
    assert '<blockquote class="passage" dir="auto">met</blockquote>' in form.answer.text
    assert 'name="prefix" value="' in form.answer.text
    await browser.go(form.button("Publish"), text="Did they?")
    ((paragraph, _),) = margins(await browser.open(f"/@alice/{essay}"))
    assert paragraph == PARTS[1]
    form = await browser.open(f"/posts/{essay}/reply?exact=Nothing+of+the+kind+was+ever+said+here")
    assert 'class="passage"' not in form.answer.text
    assert "This passage is not in the post" in form.text


async def test_the_whole_post_can_be_meant_after_all(house: House, bob: Person, essay: int) -> None:
    browser = await browser_of(house, bob)
    form = await browser.open(f"/posts/{essay}/reply?paragraph=0")
    await browser.go(form.button("Publish"), text="All of it.", about_all="1")
    page = await browser.open(f"/@alice/{essay}")
    assert margins(page) == []
    assert "All of it." in page.text


async def test_a_passage_that_was_changed_meanwhile_loses_nothing_that_was_typed(
    house: House, alice: Person, bob: Person, essay: int
) -> None:
    browser = await browser_of(house, bob)
    form = await browser.open(f"/posts/{essay}/reply?paragraph=2")
    await rewritten(house, alice, essay, PARTS[0])
    page = await browser.press(form.button("Publish"), text="My long answer")
    assert page.status == 422
    assert "does not stand in the post any more" in page.text
    assert "My long answer" in page.text


async def rewritten(house: House, author: Person, status_id: int, text: str) -> None:
    async with house.db.write() as conn:
        draft = Draft(account_id=author.id, text=text, content_type="text/markdown")
        await edit(conn, status_id, draft, house.settings, house.addresses)


async def test_when_the_text_is_edited_the_reply_goes_with_its_passage_or_says_that_it_is_gone(
    house: House, make: Make, alice: Person, bob: Person, essay: int
) -> None:
    await make.status(bob, "Poor sailors.", in_reply_to_id=essay, passage=Passage("harbour was closed"))
    await rewritten(house, alice, essay, f"A new beginning.\n\n{ESSAY}")
    ((paragraph, _),) = margins(await Browser(house).open(f"/@alice/{essay}"))
    assert paragraph == PARTS[2]
    await rewritten(house, alice, essay, "\n\n".join(PARTS[:2]))
    page = await Browser(house).open(f"/@alice/{essay}")
    assert margins(page) == []
    assert "On a passage that has changed since" in page.text
    # It quotes what is gone, as it did.
    assert "harbour was closed" in page.text


async def test_what_is_not_to_be_met_is_not_in_the_margin_either(
    house: House, make: Make, alice: Person, bob: Person, essay: int
) -> None:
    carol, dan = await make.account("carol"), await make.account("dan")
    about = Passage("harbour was closed")
    said = {
        "seen": await make.status(bob, "Seen.", in_reply_to_id=essay, passage=about),
        "aside": await make.status(bob, "Put aside.", in_reply_to_id=essay, passage=about),
    }
    await make.status(carol, "Blocked.", in_reply_to_id=essay, passage=about)
    await make.status(bob, "Secret.", in_reply_to_id=essay, passage=about, visibility="direct")
    await make.status(bob, "Filtered words.", in_reply_to_id=essay, passage=about)
    async with house.db.write() as conn:
        await replies.mark(conn, alice.id, said["aside"], "hidden")
        await block.block(conn, dan.id, carol.id)
        await change.create(
            conn,
            dan.id,
            title="filtered",
            contexts=["thread"],
            action="warn",
            words=[Word("filtered")],
        )
    ((_, beside),) = margins(await (await browser_of(house, dan)).open(f"/@alice/{essay}"))
    assert beside.startswith("1 reply to this paragraph Bob Seen.")
    ((_, beside),) = margins(await Browser(house).open(f"/@alice/{essay}"))
    assert beside.startswith("3 replies to this paragraph")
    assert "Secret" not in beside


async def test_where_one_may_not_reply_no_paragraph_asks_for_it(
    house: House, make: Make, alice: Person, bob: Person, essay: int
) -> None:
    async with house.db.write() as conn:
        await replies.set_terms(conn, alice.id, essay, ReplyTerms("nobody"))
    for browser in (Browser(house), await browser_of(house, bob)):
        assert "to-this" not in (await browser.open(f"/@alice/{essay}")).answer.text


async def test_parts_of_an_authors_thread_have_margins_of_their_own(
    house: House, make: Make, alice: Person, bob: Person, essay: int
) -> None:
    second = await make.status(alice, "And on it went.\n\nUntil the end.", in_reply_to_id=essay)
    await make.status(bob, "Which end?", in_reply_to_id=second, passage=Passage("Until the end"))
    page = await Browser(house).open(f"/@alice/{essay}")
    ((paragraph, _),) = margins(page)
    assert paragraph == "Until the end."
    assert page.leads_to(f"#p{second}-b2")


async def test_the_margin_asks_as_many_questions_for_one_reply_as_for_twenty(
    house: House, make: Make, bob: Person, essay: int
) -> None:
    counts = []
    for _ in range(2):
        for number in range(10):
            await make.status(
                bob, f"So {number}.", in_reply_to_id=essay, passage=Passage("harbour was closed")
            )
        before = afresh(house)
        await Browser(house).open(f"/@alice/{essay}")
        counts.append(house.db.statements - before)
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    "query",
    [
        "paragraph=-1",
        "paragraph=999999",
        "paragraph=x",
        "exact=" + "z" * 5_000,
        "prefix=a&exact=",
    ],
)
async def test_odd_addresses_lead_to_the_plain_form(
    house: House, bob: Person, essay: int, query: str
) -> None:
    form = await (await browser_of(house, bob)).open(f"/posts/{essay}/reply?{query}")
    assert 'class="passage"' not in form.answer.text
