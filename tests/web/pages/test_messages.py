"""Messages: one line for each conversation, new or read, put away."""

from __future__ import annotations

from stoa.core.house import House
from tests.make import Make
from tests.web.browsing import afresh, browser_of


async def test_a_conversation_is_new_until_it_is_opened(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob", display_name="Bob")
    said = await make.status(bob, "@alice between us", visibility="direct")
    browser = await browser_of(house, alice)
    page = await browser.open("/messages")
    assert "Bob" in page.text
    assert "between us" in page.text
    assert 'notice-line new"' in page.answer.text
    post = await browser.go(page.button("Open"))
    assert "between us" in post.text
    assert post.answer.text.count(f"/posts/{said}/reply")
    page = await browser.open("/messages")
    assert 'notice-line new"' not in page.answer.text
    page = await browser.go(page.button("Mark as unread"))
    assert 'notice-line new"' in page.answer.text
    page = await browser.go(page.button("Put away"))
    assert "No messages yet" in page.text


async def test_messages_are_read_by_those_who_take_part(house: House, make: Make) -> None:
    alice, bob, eve = await make.account("alice"), await make.account("bob"), await make.account("eve")
    await make.status(bob, "@alice between us", visibility="direct")
    button = (await (await browser_of(house, alice)).open("/messages")).button("Open")
    browser = await browser_of(house, eve)
    page = await browser.open("/messages")
    assert "between us" not in page.text
    token = next(value for name, value in page.button("Sign out").form.fields if name == "form_token")
    for deed in ("open", "unread", "remove", "sing"):
        button.action = f"{button.action.rpartition('/')[0]}/{deed}"
        assert (await browser.press(button, form_token=token)).status == 404, deed


async def test_a_message_is_begun_for_those_mentioned_alone(house: House, make: Make) -> None:
    browser = await browser_of(house, await make.account("alice"))
    page = await browser.open("/write?visibility=direct")
    assert ("visibility", "direct") in page.button("Publish").form.fields
    page = await browser.open("/write?visibility=nonsense")
    assert ("visibility", "public") in page.button("Publish").form.fields


async def test_messages_take_as_many_queries_for_one_as_for_many(house: House, make: Make) -> None:
    alice = await make.account("alice")
    await make.status(await make.account("first"), "@alice one", visibility="direct")
    browser = await browser_of(house, alice)
    counts = []
    for _ in range(2):
        await browser.open("/messages")
        before = afresh(house)
        await browser.open("/messages")
        counts.append(house.db.statements - before)
        for number in range(5):
            await make.status(
                await make.account(f"n{len(counts)}{number}"), "@alice hello", visibility="direct"
            )
    assert counts[0] == counts[1]
