"""Profiles, and who follows whom."""

from __future__ import annotations

import json

from stoa.core.house import House
from stoa.core.statuses import pin
from tests.make import Make
from tests.web.browsing import Browser, afresh, browser_of


async def test_a_visitor_sees_posts_without_answers_to_others(house: House, make: Make) -> None:
    alice, bob = await make.account("alice", display_name="Alice"), await make.account("bob")
    mine = await make.status(alice, "A thought of my own")
    theirs = await make.status(bob, "A thought of bob's")
    await make.status(alice, "Well said", in_reply_to_id=theirs)
    browser = Browser(house)
    page = await browser.open("/@alice")
    assert "A thought of my own" in page.text
    assert "Well said" not in page.text
    assert page.leads_to(f"/@alice/{mine}")
    assert page.leads_to(f"/people/{alice.id}/follow")
    replies = await browser.open("/@alice/with_replies")
    assert "Well said" in replies.text
    assert "Replying to" in replies.text
    assert "A thought" not in (await browser.open("/@alice/media")).text


async def test_what_is_pinned_stands_first_and_once(house: House, make: Make) -> None:
    alice = await make.account("alice")
    old = await make.status(alice, "An old favourite of mine")
    await make.status(alice, "Something newer")
    async with house.db.write() as conn:
        await pin.pin(conn, alice.id, old, house.settings)
    page = await Browser(house).open("/@alice")
    assert page.text.count("An old favourite of mine") == 1
    assert page.text.index("An old favourite") < page.text.index("Something newer")


async def test_pages_of_a_profile_neither_skip_nor_repeat(house: House, make: Make) -> None:
    alice = await make.account("alice")
    posts = [await make.status(alice, f"Post number {n}.") for n in range(45)]
    browser = Browser(house)
    seen: list[str] = []
    path = "/@alice"
    while True:
        page = await browser.open(path)
        seen += [href for href, _ in page.links if href.startswith("/@alice/1")]
        older = [href for href, given in page.links if given.get("rel") == "next"]
        if not older:
            break
        path = f"/@alice{older[0]}"
    shown = list(dict.fromkeys(seen))
    assert shown == [f"/@alice/{one}" for one in reversed(posts)]
    newer = next(href for href, given in page.links if given.get("rel") == "prev")
    assert "Post number 24." in (await browser.open(f"/@alice{newer}")).text


async def test_private_posts_are_for_followers_and_their_number_gives_nothing_away(
    house: House, make: Make
) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    await make.status(alice, "Between friends", visibility="private")
    assert "Between friends" not in (await Browser(house).open("/@alice")).text
    browser = await browser_of(house, bob)
    assert "Between friends" not in (await browser.open("/@alice")).text
    await make.follow(bob, alice)
    assert "Between friends" in (await browser.open("/@alice")).text


async def test_machines_are_told_who_it_is(house: House, make: Make) -> None:
    alice = await make.account(
        "alice", display_name="Alice", note_html="<p>Reads <b>footnotes</b>.</p>", indexable=True
    )
    page = await Browser(house).open("/@alice")
    base = house.addresses.base
    assert page.link("alternate", "application/activity+json") == [f"{base}/ap/users/{alice.id}"]
    assert page.link("alternate", "application/atom+xml") == [f"{base}/@alice.atom"]
    assert page.meta("og:type") == ["profile"]
    assert page.meta("description") == ["Reads footnotes."]
    assert page.meta("robots") == []
    [data] = [json.loads(script) for script in page.scripts]
    assert data["mainEntity"]["name"] == "Alice"


async def test_who_does_not_want_to_be_indexed_is_not(house: House, make: Make) -> None:
    await make.account("alice", indexable=False)
    assert (await Browser(house).open("/@alice")).meta("robots") == ["noindex"]


async def test_who_was_suspended_or_not_let_in_yet_has_no_profile(house: House, make: Make) -> None:
    await make.account("gone", suspended_at=1)
    await make.account("waiting", approved=False)
    for name in ("gone", "waiting"):
        for path in (f"/@{name}", f"/@{name}/followers", f"/@{name}.rss"):
            assert (await Browser(house).ask(path)).status == 404


async def test_followers_are_listed_unless_that_is_hidden(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    shy = await make.account("shy", hide_collections=True)
    await make.follow(bob, alice)
    await make.follow(bob, shy)
    browser = Browser(house)
    assert (await browser.open("/@alice/followers")).leads_to("/@bob")
    assert (await browser.open("/@bob/following")).leads_to("/@alice")
    assert not (await browser.open("/@shy/followers")).leads_to("/@bob")
    assert (await (await browser_of(house, shy)).open("/@shy/followers")).leads_to("/@bob")


async def test_following_and_no_more(house: House, make: Make) -> None:
    await make.account("alice")
    browser = await browser_of(house, await make.account("bob"))
    page = await browser.go((await browser.open("/@alice")).button("Follow"))
    assert "1 follower" in page.text
    page = await browser.go(page.button("Unfollow"))
    assert "0 followers" in page.text
    page = await browser.go(page.button("Block"))
    page = await browser.go(page.button("Unblock"))
    page = await browser.go(page.button("Mute"))
    assert "Muted" in page.text
    page = await browser.go(page.button("Unmute"))
    assert page.button("Follow").action.endswith("/follow")


async def test_a_profile_takes_as_many_queries_with_one_post_as_with_twenty(
    house: House, make: Make
) -> None:
    few, many = await make.account("few"), await make.account("many")
    await make.status(few, "One #tag")
    for number in range(20):
        await make.status(many, f"Post {number} #tag")
    counts = []
    for name in ("few", "many"):
        before = afresh(house)
        await Browser(house).open(f"/@{name}")
        counts.append(house.db.statements - before)
    assert counts[0] == counts[1]
