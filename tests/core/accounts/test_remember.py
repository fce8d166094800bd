"""Profiles of other servers, as they are stored."""

from __future__ import annotations

from typing import Any

import pytest

from stoa.core import events
from stoa.core.accounts import remember, views
from stoa.core.accounts.model import Field
from stoa.core.accounts.remember import Profile
from stoa.core.house import House
from tests.make import Make

pytestmark = pytest.mark.anyio

CARL = "https://there.example/users/carl"


def profile(**said: Any) -> Profile:
    base: dict[str, Any] = {
        "username": "Carl", "domain": "there.example", "uri": CARL,
        "url": "https://there.example/@carl", "display_name": "Carl C.",
    }  # fmt: skip
    return Profile(**{**base, **said})


async def test_a_profile_is_stored_whole_and_once(house: House) -> None:
    said = profile(
        actor_type="Group", note_html="<p>Hello</p>", fields=(Field("Web", "x", "x"),),
        avatar_remote_url="https://there.example/a.png", locked=True, discoverable=True, indexable=True,
        memorial=True, also_known_as=("https://old.example/carl",), attribution_domains=("blog.example",),
        created_at=1_500_000_000_000,
    )  # fmt: skip
    async with house.db.write() as conn:
        first = await remember.remember(conn, said)
        again = await remember.remember(conn, said)
        assert [type(one) for one in conn.events] == [events.AccountCreated]
    assert first.met
    assert not again.met
    assert first.account_id == again.account_id
    async with house.db.read() as conn:
        account = await views.get(conn, first.account_id)
    assert account.acct == "Carl@there.example"
    assert account.actor_type == "Group"
    assert account.note_html == "<p>Hello</p>"
    assert account.fields == (Field("Web", "x", "x"),)
    assert account.locked
    assert account.discoverable
    assert account.indexable
    assert account.memorial
    assert account.attribution_domains == ("blog.example",)
    assert account.created_at == 1_500_000_000_000


async def test_a_change_is_told_and_makes_a_new_version(house: House) -> None:
    async with house.db.write() as conn:
        found = await remember.remember(conn, profile(avatar_remote_url="https://there.example/1.png"))
        before = await views.get(conn, found.account_id)
    async with house.db.write() as conn:
        await remember.remember(conn, profile(avatar_remote_url="https://there.example/2.png"))
        assert conn.events == [events.AccountUpdated(found.account_id)]
        after = await views.get(conn, found.account_id)
    assert after.version > before.version
    assert after.avatar_remote_url == "https://there.example/2.png"
    assert after.avatar_key is None


async def test_a_link_stays_verified_while_it_stays_the_same(house: House) -> None:
    async with house.db.write() as conn:
        await remember.remember(conn, profile(fields=(Field("Web", "one", "one", verified_at=5),)))
        found = await remember.remember(
            conn, profile(fields=(Field("Site", "one", "one"), Field("Web", "two", "two")))
        )
        account = await views.get(conn, found.account_id)
    assert [one.verified_at for one in account.fields] == [5, None]


async def test_a_handle_that_changed_hands_is_taken_from_whoever_had_it(house: House) -> None:
    async with house.db.write() as conn:
        old = await remember.remember(conn, profile())
        new = await remember.remember(conn, profile(uri="https://there.example/users/2"))
        holder = await views.find_by_acct(conn, "carl@there.example", "home.example")
        ousted = await views.get(conn, old.account_id)
    assert new.ousted_id == old.account_id
    assert holder == new.account_id
    assert ousted.username.lower() != "carl"
    assert ousted.uri == CARL


async def test_nobody_is_remembered_as_one_of_ours(house: House, make: Make) -> None:
    await make.account("alice")
    async with house.db.write() as conn:
        with pytest.raises(ValueError, match="other servers"):
            await remember.remember(conn, profile(username="alice", domain=""))
