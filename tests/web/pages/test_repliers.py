"""Saying who may reply, and putting replies aside or first, with links and buttons alone."""

from __future__ import annotations

from stoa import ids
from stoa.core.house import House
from stoa.core.statuses import replies
from stoa.web import threads
from tests.make import Make
from tests.web.browsing import Browser, browser_of


async def test_an_author_says_who_may_reply_and_readers_are_told(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    post = await make.status(alice, "An essay")
    browser = await browser_of(house, alice)
    assert (await browser.open(f"/posts/{post}/more")).leads_to(f"/posts/{post}/repliers")
    form = await browser.open(f"/posts/{post}/repliers")
    assert form.faults == []
    after = await browser.go(form.button("Save"), who="followers", close="7")
    assert after.leads_to(f"/posts/{post}/repliers")
    said = await Browser(house).open(f"/@alice/{post}")
    assert "Followers of the author may reply until" in said.text
    assert said.faults == []
    stranger = await (await browser_of(house, bob)).open(f"/@alice/{post}")
    assert "The author lets only their followers reply to this." in stranger.text
    assert not stranger.leads_to(f"/posts/{post}/reply#write")
    again = await browser.open(f"/posts/{post}/repliers")
    await browser.go(again.button("Save"), who="followers", close="0")
    assert "This conversation is closed." in (await Browser(house).open(f"/@alice/{post}")).text


async def test_what_is_no_choice_is_refused_in_words(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    post = await make.status(alice, "An essay")
    browser = await browser_of(house, alice)
    save = (await browser.open(f"/posts/{post}/repliers")).button("Save")
    assert (await browser.press(save, who="friends")).status == 422
    late = await browser.press(save, who="nobody", close="99999")
    assert late.status == 422
    assert "at most a year" in late.text
    assert (await (await browser_of(house, bob)).ask(f"/posts/{post}/repliers")).status == 404


async def test_replies_are_put_aside_and_first(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    post = await make.status(alice, "An essay")
    plain = await make.status(bob, "Hm", in_reply_to_id=post)
    bad = await make.status(bob, "Rubbish", in_reply_to_id=post)
    good = await make.status(bob, "Insight", in_reply_to_id=post)
    browser = await browser_of(house, alice)
    await browser.go((await browser.open(f"/posts/{bad}/more")).button("Put this reply aside"))
    await browser.go((await browser.open(f"/posts/{good}/more")).button("Show this reply first"))
    async with house.db.read() as conn:
        thread = await threads.load(conn, post, None)
    assert [(one.shown.head.id, one.mark) for one in thread.replies] == [
        (good, "first"), (plain, None), (bad, "hidden"),
    ]  # fmt: skip
    page = await Browser(house).open(f"/@alice/{post}")
    assert page.faults == []
    assert "The author has put this reply aside." in page.text
    assert "chosen by the author" in page.text
    theirs = await (await browser_of(house, bob)).open(f"/posts/{bad}/more")
    assert "Put this reply aside" not in theirs.text


async def test_a_post_may_be_closed_after_some_days_from_the_beginning(house: House, make: Make) -> None:
    alice = await make.account("alice")
    browser = await browser_of(house, alice)
    form = (await browser.open("/write")).button("Publish")
    sent = await browser.press(form, text="Speak now", repliers="followers", closes_after="3")
    path = sent.headers["location"]
    assert "Followers of the author may reply until" in (await browser.open(path)).text
    post = int(path.rpartition("/")[2])
    async with house.db.read() as conn:
        terms = await replies.terms(conn, post)
    assert terms.closes_at is not None
    assert abs(terms.closes_at - ids.now_ms() - 3 * replies.DAY_MS) < 60_000
    form = (await browser.open("/write")).button("Publish")
    page = await browser.go(form, text="For ever", closes_after="4")
    assert "may reply" not in page.text
