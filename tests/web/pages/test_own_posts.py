"""Hashtags followed, posts that wait."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from stoa import ids
from stoa.core.house import House
from stoa.core.policy.draft import Draft
from stoa.core.statuses import schedule
from tests.make import Make, Person
from tests.web.browsing import browser_of


async def later(house: House, author: Person, text: str) -> int:
    """The id of a post that is to be published tomorrow."""
    async with house.db.write() as conn:
        return await schedule.schedule(
            conn,
            Draft(account_id=author.id, text=text),
            ids.now_ms() + 86_400_000,
            house.settings,
            house.addresses,
        )


async def test_hashtags_are_followed_and_left(house: House, make: Make) -> None:
    browser = await browser_of(house, await make.account("alice"))
    page = await browser.open("/settings/tags")
    wrong = await browser.press(page.button("Follow it"), tag="no! tag")
    assert wrong.status == 422
    assert "no! tag" in wrong.text
    page = await browser.go(page.button("Follow it"), tag="#Tea")
    assert page.leads_to("/tags/Tea")
    page = await browser.go(page.button("Unfollow #Tea"))
    assert "follow no hashtag" in page.text


async def test_a_post_that_waits_is_shown_and_moved(house: House, make: Make) -> None:
    alice = await make.account("alice")
    scheduled_id = await later(house, alice, "Good morning")
    browser = await browser_of(house, alice)
    page = await browser.open("/settings/scheduled")
    assert "Good morning" in page.text
    for nonsense in ("soon", "9999-12-31T23:59", "0001-01-01T00:00", ""):
        wrong = await browser.press(page.button("Change the time"), at=nonsense)
        assert wrong.status == 422, nonsense
        assert 'role="alert"' in wrong.text
    then = (datetime.now(UTC) + timedelta(days=3)).replace(second=0, microsecond=0)
    await browser.go(page.button("Change the time"), at=then.strftime("%Y-%m-%dT%H:%M"))
    async with house.db.read() as conn:
        moved = await schedule.get(conn, alice.id, scheduled_id)
    assert moved.scheduled_at == then.timestamp() * 1000


async def test_a_post_that_waits_can_be_called_off_by_its_author_alone(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    await later(house, alice, "Never mind")
    button = (await (mine := await browser_of(house, alice)).open("/settings/scheduled")).button("Do not")
    theirs = await browser_of(house, bob)
    page = await theirs.open("/settings/scheduled")
    assert "Never mind" not in page.text
    token = next(value for name, value in page.button("Sign out").form.fields if name == "form_token")
    assert (await theirs.press(button, form_token=token)).status == 404
    assert "No post waits" in (await mine.go(button)).text
