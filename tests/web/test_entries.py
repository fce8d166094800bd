"""Posts in lists are written once, and never shown to anybody as another sees them, or as they were."""

from __future__ import annotations

import msgspec
from markupsafe import Markup

from stoa.core.accounts import store as accounts
from stoa.core.house import House
from stoa.core.policy.draft import Draft
from stoa.core.statuses import favourite
from stoa.core.statuses.edit import edit
from stoa.core.timelines import views as timelines
from stoa.db.paging import Page as Part
from stoa.web import showing
from stoa.web.entries import Entries
from stoa.web.showing import Shown
from tests.make import Make, Person
from tests.web.browsing import Browser, Page, browser_of


async def followers(make: Make, author: Person) -> tuple[Person, Person]:
    bob, carl = await make.account("bob"), await make.account("carl")
    for one in (bob, carl):
        await make.follow(one, author)
    return bob, carl


async def home(house: House, person: Person) -> Page:
    return await (await browser_of(house, person)).open("/")


async def test_each_reader_sees_their_own_deeds(house: House, make: Make) -> None:
    alice = await make.account("alice")
    bob, carl = await followers(make, alice)
    post = await make.status(alice, "Hello")
    assert 'aria-pressed="true"' not in (await home(house, bob)).answer.text
    async with house.db.write() as conn:
        await favourite.favourite(conn, bob.id, post)
    assert 'aria-pressed="true"' in (await home(house, bob)).answer.text
    assert 'aria-pressed="true"' not in (await home(house, carl)).answer.text
    assert "Favourite 1" in (await home(house, carl)).text


async def test_what_changes_is_seen_at_once(house: House, make: Make) -> None:
    alice = await make.account("alice", display_name="Alice")
    bob, _ = await followers(make, alice)
    post = await make.status(alice, "Hello :rose:")
    assert "Hello :rose:" in (await home(house, bob)).text
    async with house.db.write() as conn:
        await accounts.change(conn, alice.id, display_name="Alice in Chains")
    assert "Alice in Chains" in (await home(house, bob)).text
    async with house.db.write() as conn:
        draft = Draft(account_id=alice.id, text="Good evening")
        await edit(conn, post, draft, house.settings, house.addresses)
    page = await home(house, bob)
    assert "Good evening" in page.text
    assert "Hello" not in page.text


async def test_languages_and_wishes_are_not_mixed(house: House, make: Make) -> None:
    alice = await make.account("alice")
    await make.status(alice, "Words\n\n## A heading\n\nMore", content_type="text/markdown")
    visitor = Browser(house)
    assert "Favourite" in (await visitor.open("/@alice")).text
    german = await visitor.ask("/@alice", **{"accept-language": "de"})
    assert "Favorisieren" in german.text or "Favorit" in german.text
    assert "<h3" in (await visitor.open("/@alice")).answer.text
    assert "<h3" not in (await visitor.open("/@alice?plain=1")).answer.text
    assert "<h3" in (await visitor.open("/@alice")).answer.text


async def test_what_is_kept_is_bounded_and_known_by_all_it_was_made_of(house: House, make: Make) -> None:
    alice = await make.account("alice")
    for number in range(3):
        await make.status(alice, f"Number {number}")
    async with house.db.read() as conn:
        rows = await timelines.of_account(conn, alice.id, None, Part(limit=3))
        posts = await showing.load(conn, rows, None)
    written: list[int] = []

    def write(post: Shown) -> Markup:
        written.append(post.status.id)
        return Markup("x" * 40)

    kept = Entries(budget=100)  # room for two
    for post in [*posts[:2], *posts[:2]]:
        kept.of(post, ("en",), write)
    assert len(written) == 2
    kept.of(posts[0], ("de",), write)  # makes the longest unused go
    kept.of(posts[1], ("en",), write)
    assert len(written) == 3
    kept.of(posts[0], ("en",), write)
    assert len(written) == 4
    changed = msgspec.structs.replace(posts[0], status=posts[2].status)
    kept.of(changed, ("en",), write)
    assert len(written) == 5
