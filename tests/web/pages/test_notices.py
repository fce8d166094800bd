"""Notifications: what happened, what is new of it, who asks."""

from __future__ import annotations

from stoa.core.house import House
from stoa.core.notifications import policy
from stoa.core.statuses import favourite, reblog
from tests.make import Make
from tests.web.browsing import afresh, browser_of


async def test_one_is_told_what_others_did(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob", display_name="Bob")
    status_id = await make.status(alice, "A thought of mine")
    async with house.db.write() as conn:
        await favourite.favourite(conn, bob.id, status_id)
        await reblog.reblog(conn, bob.id, status_id, house.addresses)
    await make.status(bob, "@alice what do you mean?", in_reply_to_id=status_id)
    await make.follow(bob, alice)
    browser = await browser_of(house, alice)
    page = await browser.open("/notifications")
    for words in ("likes your post", "boosted your post", "mentioned you", "follows you now"):
        assert f"Bob {words}" in page.text, words
    assert "what do you mean?" in page.text
    assert page.answer.text.count('class="notice-line new"') == 4
    again = await browser.open("/notifications")
    assert 'class="notice-line new"' not in again.answer.text


async def test_what_many_did_is_one_line_and_can_be_seen_by_kind(house: House, make: Make) -> None:
    alice = await make.account("alice")
    status_id = await make.status(alice, "A thought of mine")
    for name in ("bob", "carl", "dora"):
        person = await make.account(name)
        async with house.db.write() as conn:
            await favourite.favourite(conn, person.id, status_id)
    await make.status(person, "@alice tell me more")
    browser = await browser_of(house, alice)
    page = await browser.open("/notifications?kind=likes")
    assert "dora and 2 others like your post" in page.text
    assert "tell me more" not in page.text
    page = await browser.open("/notifications?kind=talk")
    assert "tell me more" in page.text
    assert "like your post" not in page.text
    assert "Nothing yet" in (await browser.open("/notifications?kind=follows")).text
    # Looking at a part of it does not count as having read the whole.
    assert 'class="notice-line new"' in (await browser.open("/notifications?kind=nonsense")).answer.text


async def test_a_page_of_notifications_leads_to_the_next(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    for number in range(25):
        await make.status(bob, f"@alice word {number:02}")
    browser = await browser_of(house, alice)
    page = await browser.open("/notifications?kind=talk")
    older = next(href for href, given in page.links if given.get("rel") == "next")
    assert "kind=talk" in older
    page = await browser.open(f"/notifications{older}")
    assert "word 04" in page.text
    assert "word 05" not in page.text


async def test_a_member_says_whom_to_hear(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    browser = await browser_of(house, alice)
    page = await browser.open("/settings/notifications")
    answer = await browser.press(page.button("Save"), for_not_following="drop", for_new_accounts="x")
    assert "holds from now on" in answer.text
    async with house.db.read() as conn:
        assert (await policy.of(conn, alice.id)).for_not_following == "drop"
    await make.status(bob, "@alice psst")
    assert "psst" not in (await browser.open("/notifications")).text


async def test_who_asks_to_follow_is_let_in_or_not(house: House, make: Make) -> None:
    alice = await make.account("alice", locked=True)
    for name in ("bob", "carl"):
        asking = await browser_of(house, await make.account(name))
        page = await asking.go((await asking.open("/@alice")).button("Follow"))
        assert page.button("Cancel request").action.endswith("/unfollow")
    browser = await browser_of(house, alice)
    page = await browser.open("/notifications")
    page = await browser.go(page.button("Accept bob"))
    page = await browser.go(page.button("Decline carl"))
    assert "ask to follow" not in page.text
    followers = await browser.open("/@alice/followers")
    assert followers.leads_to("/@bob")
    assert not followers.leads_to("/@carl")


async def test_notifications_take_as_many_queries_for_one_as_for_twenty(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    browser = await browser_of(house, alice)
    await make.status(bob, "@alice first #tag")
    counts = []
    for _ in range(2):
        await browser.open("/notifications")
        before = afresh(house)
        await browser.open("/notifications")
        counts.append(house.db.statements - before)
        for number in range(19):
            await make.status(bob, f"@alice number {number} #tag")
    assert counts[0] == counts[1]


async def test_the_head_of_every_page_says_how_many_are_new(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    browser = await browser_of(house, alice)
    assert "Notifications Messages" in (await browser.open("/about")).text
    for number in range(3):
        await make.status(bob, f"@alice {number}")
    assert "Notifications 3 new" in (await browser.open("/about")).text
    await browser.open("/notifications")
    assert "Notifications Messages" in (await browser.open("/about")).text


async def test_a_stranger_who_writes_in_private_is_heard_when_one_says_so(house: House, make: Make) -> None:
    alice = await make.account("alice")
    for name in ("bob", "carl"):
        stranger = await make.account(name)
        await make.status(stranger, f"@alice a word from {name}", visibility="direct")
    browser = await browser_of(house, alice)
    page = await browser.open("/notifications")
    assert "want to be heard" in page.text
    assert "a word from bob" in page.text
    assert "mentioned you" not in page.text
    page = await browser.go(page.button("Hear bob"))
    assert "mentioned you" in page.text
    page = await browser.go(page.button("Dismiss carl"))
    assert "want to be heard" not in page.text
    assert "word from carl" not in page.text
