"""The front page, the public timelines, hashtags."""

from __future__ import annotations

from stoa.core.house import House
from stoa.core.statuses import reblog
from tests.make import Make
from tests.web.browsing import Browser, afresh, browser_of


async def test_a_visitor_learns_who_we_are_and_what_was_written_last(house: House, make: Make) -> None:
    status_id = await make.status(await make.account("alice"), "News from the porch")
    page = await Browser(house).open("/")
    assert house.settings.description in page.text
    assert "News from the porch" in page.text
    assert page.leads_to(f"/@alice/{status_id}")
    assert page.leads_to("/sign-in")
    assert page.leads_to("/sign-up")


async def test_a_member_sees_whom_they_follow(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    await make.status(await make.account("carl"), "Nobody follows me")
    browser = await browser_of(house, bob)
    await make.follow(bob, alice)
    await make.status(alice, "Hello followers", visibility="private")
    page = await browser.open("/")
    assert "Hello followers" in page.text
    assert "Nobody follows me" not in page.text


async def test_a_boost_says_who_boosted(house: House, make: Make) -> None:
    alice, bob, carl = await make.account("alice"), await make.account("bob"), await make.account("carl")
    await make.follow(carl, bob)
    status_id = await make.status(alice, "Worth reading")
    async with house.db.write() as conn:
        await reblog.reblog(conn, bob.id, status_id, house.addresses)
    page = await (await browser_of(house, carl)).open("/")
    assert "bob boosted" in page.text
    assert page.leads_to(f"/@alice/{status_id}")


async def test_only_public_posts_are_in_public(house: House, make: Make) -> None:
    alice = await make.account("alice")
    for visibility in ("public", "unlisted", "private", "direct"):
        await make.status(alice, f"A {visibility} word #porch", visibility=visibility)
    await make.status(
        await make.remote("carl@there.example"),
        "",
        uri="https://there.example/1",
        content="<p>From there</p>",
    )
    browser = Browser(house)
    for path in ("/", "/public", "/public/local", "/tags/porch"):
        page = await browser.open(path)
        assert "A public word" in page.text, path
        for visibility in ("unlisted", "private", "direct"):
            assert f"A {visibility} word" not in page.text, path
    assert "From there" in (await browser.open("/public")).text
    assert "From there" not in (await browser.open("/public/local")).text


async def test_hashtags_in_every_script_have_a_page(house: House, make: Make) -> None:
    await make.status(await make.account("alice"), "Tea #café #مقهى")
    browser = Browser(house)
    assert "Tea" in (await browser.open("/tags/CAFÉ")).text
    page = await browser.open("/tags/مقهى")
    assert "Tea" in page.text
    assert "No public post here" in (await browser.open("/tags/nothing")).text
    assert (await browser.ask("/tags/" + "x" * 300)).status == 404


async def test_the_page_of_a_timeline_takes_as_many_queries_for_one_as_for_twenty(
    house: House, make: Make
) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    browser = await browser_of(house, alice)
    await make.follow(alice, bob)
    await make.status(bob, "First #tag")
    await browser.open("/about")  # who is shut out is known now
    counts = []
    for _ in range(2):
        before = afresh(house)
        await browser.open("/")
        counts.append(house.db.statements - before)
        for number in range(20):
            await make.status(bob, f"Number {number} #tag")
    assert counts[0] == counts[1]


async def test_a_hashtag_can_be_followed_and_its_posts_come_home(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    browser = await browser_of(house, bob)
    page = await browser.go((await browser.open("/tags/tea")).button("Follow this"))
    await make.status(alice, "Assam is best #tea")
    assert "Assam" in (await browser.open("/")).text
    await browser.go(page.button("No longer"))
    assert "Assam" not in (await browser.open("/")).text
