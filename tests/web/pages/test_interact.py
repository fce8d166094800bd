"""For visitors who want to answer or follow from elsewhere."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from stoa.core.house import House
from tests.make import Make
from tests.web.browsing import Browser, browser_of


async def test_follow_asks_for_a_sign_in_or_for_ones_own_server(house: House, make: Make) -> None:
    alice = await make.account("alice", display_name="Alice")
    page = await Browser(house).open(f"/people/{alice.id}/follow")
    assert "Follow Alice" in page.text
    assert page.leads_to("/sign-in?next=/%40alice")
    assert house.addresses.actor(alice.id) in page.answer.text


@pytest.mark.parametrize(
    "handle", ["@me@there.example", "me@there.example", "there.example", "https://There.example/@me"]
)
async def test_ones_own_server_is_a_link_and_no_redirect(house: House, make: Make, handle: str) -> None:
    alice = await make.account("alice")
    status_id = await make.status(alice, "Hello")
    page = await Browser(house).open(f"/interact?post={status_id}&handle={quote(handle, safe='')}")
    uri = quote(house.addresses.note(house.addresses.actor(alice.id), status_id), safe="")
    assert page.leads_to(f"https://there.example/authorize_interaction?uri={uri}")


@pytest.mark.parametrize(
    "handle", ["me", "javascript:alert(1)", "@me@", "a b.example", '@me@x.example"><script>', "x" * 9_000]
)
async def test_what_names_no_server_is_said_to_be_wrong(house: House, make: Make, handle: str) -> None:
    status_id = await make.status(await make.account("alice"), "Hello")
    page = await Browser(house).open(f"/interact?post={status_id}&handle={quote(handle, safe='')}")
    assert "does not look like" in page.text
    assert not any("authorize_interaction" in href for href, _ in page.links)


async def test_of_private_posts_nothing_is_said(house: House, make: Make) -> None:
    status_id = await make.status(await make.account("alice"), "Secret", visibility="private")
    for path in (f"/interact?post={status_id}", "/interact", "/interact?post=x", "/interact?person=1"):
        assert (await Browser(house).ask(path)).status == 404


async def test_members_need_none_of_this(house: House, make: Make) -> None:
    alice = await make.account("alice")
    status_id = await make.status(alice, "Hello")
    browser = await browser_of(house, await make.account("bob"))
    assert (await browser.ask(f"/interact?post={status_id}")).headers["location"] == f"/@alice/{status_id}"
    assert (await browser.ask(f"/people/{alice.id}/follow")).headers["location"] == "/@alice"
