"""What collections tell, and whom: the rows CVE-2026-25808 and CVE-2026-25540 of the security list."""

from __future__ import annotations

from typing import Any

import pytest

from stoa.core.house import House
from stoa.core.relationships import block, follow
from stoa.core.statuses import pin
from stoa.core.statuses.reblog import reblog
from stoa.db import insert
from stoa.db.tables import domain_blocks
from stoa.federation.door import Door
from tests.client import Client
from tests.federation.asking import HOME, ask, document, varies_by
from tests.federation.elsewhere import Actor, Elsewhere
from tests.make import Make, Person

_block = insert(domain_blocks, "id", "domain", "severity", "created_at")


def actor_of(person: Person) -> str:
    return f"{HOME}/ap/users/{person.id}"


async def met(house: House, elsewhere: Elsewhere, acct: str = "carol@there.example") -> tuple[Actor, int]:
    """Somebody elsewhere whom we know, and their account."""
    actor = elsewhere.actor(acct)
    account_id = await house.resolver.account(acct)
    assert account_id is not None
    return actor, account_id


async def everything(client: Client, address: str, signed_by: Actor | None = None) -> list[Any]:
    """All items of a collection, over all its pages."""
    found = await document(client, address, signed_by)
    items = [*found.get("orderedItems", []), *found.get("items", [])]
    page = found.get("first")
    while page is not None:
        page = await document(client, page, signed_by)
        items += page["orderedItems"]
        page = page.get("next")
    return items


async def _mixed(house: House, make: Make, alice: Person) -> set[str]:
    """Posts of every visibility and boosts, all pinned that can be; the ids of those for everyone."""
    settings = house.settings
    open_ids = set()
    for visibility in ("public", "unlisted", "private", "direct"):
        status_id = await make.status(alice, f"{visibility}", visibility=visibility)
        if visibility in ("public", "unlisted"):
            open_ids.add(f"{actor_of(alice)}/statuses/{status_id}")
        if visibility != "direct":
            async with house.db.write() as conn:
                await pin.pin(conn, alice.id, status_id, settings)
        if visibility != "direct":
            async with house.db.write() as conn:
                boost_id = await reblog(conn, alice.id, status_id, house.addresses)
            if visibility != "private":
                open_ids.add(f"{actor_of(alice)}/statuses/{boost_id}")
    return open_ids


async def test_the_outbox_and_all_collections_tell_only_what_is_public(
    client: Client, house: House, elsewhere: Elsewhere, make: Make
) -> None:
    alice = await make.account("alice")
    open_ids = await _mixed(house, make, alice)
    stranger, _ = await met(house, elsewhere, "eve@evil.example")
    follower, follower_id = await met(house, elsewhere)
    async with house.db.write() as conn:
        await follow.follow(conn, follower_id, alice.id)
    for asking in (None, stranger, follower):
        items = await everything(client, f"{actor_of(alice)}/outbox", asking)
        assert {item["id"].removesuffix("/activity") for item in items} == open_ids
        for name in ("followers", "following", "collections/tags"):
            assert "statuses" not in str(await everything(client, f"{actor_of(alice)}/{name}", asking))
    # The author has no key that others could sign with; what they may ask for with a token is the API's.
    as_author = await client.get(
        f"/ap/users/{alice.id}/outbox?page=true",
        token=alice.token,
        headers={"accept": "application/activity+json"},
    )
    assert len(as_author.ok()["orderedItems"]) == len(open_ids)


async def test_the_outbox_has_pages(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    made = [await make.status(alice, f"{place}") for place in range(45)]
    cover = await document(client, f"{actor_of(alice)}/outbox")
    assert (cover["type"], cover["totalItems"]) == ("OrderedCollection", 45)
    page = await document(client, cover["first"])
    assert (page["type"], page["partOf"]) == ("OrderedCollectionPage", cover["id"])
    assert len(page["orderedItems"]) <= 40
    assert page["orderedItems"][0]["type"] == "Create"
    items = await everything(client, cover["id"])
    told = [item["object"]["id"] for item in items]
    assert told == [f"{actor_of(alice)}/statuses/{one}" for one in reversed(made)]


async def test_a_page_of_the_outbox_asks_as_much_for_many_as_for_one(
    client: Client, house: House, make: Make
) -> None:
    await make.account("dora")
    counts = []
    for name, how_many in (("alice", 1), ("bob", 15)):
        person = await make.account(name)
        root = await make.status(person, "One @dora")
        for _ in range(how_many):
            await make.status(person, "More @dora #tag", in_reply_to_id=root)
        await document(client, f"/ap/users/{person.id}")
        before = house.db.statements
        await document(client, f"{actor_of(person)}/outbox?page=true")
        counts.append(house.db.statements - before)
    assert counts[0] == counts[1]


async def test_pins_are_shown_as_each_may_see_them(
    client: Client, house: House, elsewhere: Elsewhere, make: Make
) -> None:
    alice = await make.account("alice")
    await _mixed(house, make, alice)
    follower, follower_id = await met(house, elsewhere)
    blocked, blocked_id = await met(house, elsewhere, "eve@evil.example")
    async with house.db.write() as conn:
        await follow.follow(conn, follower_id, alice.id)
        await block.block(conn, alice.id, blocked_id)
    featured = f"{actor_of(alice)}/collections/featured"
    # Asked for twice and in turn, so that what one of them gets could be what another was given.
    for _ in range(2):
        for asking, pinned in ((blocked, 0), (None, 2), (follower, 3), (None, 2), (blocked, 0)):
            answer = await ask(client, featured, asking)
            assert answer.json["totalItems"] == len(answer.json["orderedItems"]) == pinned
            assert varies_by(answer) == {"Accept", "Signature"}
            kept = answer.headers["cache-control"]
            assert kept.startswith("public" if asking is None else "private")


async def test_followers_are_told_unless_they_are_hidden(client: Client, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    shy = await make.account("shy", hide_collections=True)
    for target in (alice, shy):
        await make.follow(bob, target)
    await make.follow(shy, bob)
    assert await everything(client, f"{actor_of(alice)}/followers") == [actor_of(bob)]
    assert await everything(client, f"{actor_of(bob)}/following") == [actor_of(shy), actor_of(alice)]
    for part, total in (("followers", 1), ("following", 1)):
        for query in ("", "?page=true"):
            told = await document(client, f"{actor_of(shy)}/{part}{query}")
            assert set(told) == {"@context", "id", "type", "totalItems"}
            assert told["totalItems"] == total


async def test_many_followers_come_in_pages(client: Client, house: House, make: Make) -> None:
    alice = await make.account("alice")
    people = [await make.remote(f"fan{place}@there.example") for place in range(41)]
    async with house.db.write() as conn:
        for one in people:
            await follow.follow(conn, one, alice.id)
    first = await document(client, f"{actor_of(alice)}/followers?page=true")
    assert (len(first["orderedItems"]), first["totalItems"]) == (40, 41)
    assert len(await everything(client, f"{actor_of(alice)}/followers")) == 41


async def test_a_server_is_told_of_its_own_followers_and_no_others(
    client: Client, house: House, elsewhere: Elsewhere, make: Make
) -> None:
    alice = await make.account("alice")
    carol, carol_id = await met(house, elsewhere)
    _, dan_id = await met(house, elsewhere, "dan@there.example")
    eve, eve_id = await met(house, elsewhere, "eve@other.example")
    stranger = elsewhere.actor("who@nobody.example")
    async with house.db.write() as conn:
        for one in (carol_id, dan_id, eve_id):
            await follow.follow(conn, one, alice.id)
    address = f"{actor_of(alice)}/followers_synchronization"
    for asking, theirs in (
        (carol, ["https://there.example/users/carol", "https://there.example/users/dan"]),
        (eve, ["https://other.example/users/eve"]),
        (stranger, []),
    ):
        answer = await ask(client, address, asking)
        assert answer.json["orderedItems"] == theirs
        assert answer.headers["cache-control"] == "private, no-store"
    assert (await ask(client, address)).status == 401


@pytest.mark.parametrize(
    "query",
    ["page=true&max_id=x", "page=true&max_id=-5", "page=true&max_id=" + "9" * 40, "page=true&max_id[]=1"],
)
async def test_a_place_that_makes_no_sense_is_400(client: Client, make: Make, query: str) -> None:
    alice = await make.account("alice")
    for part in ("outbox", "followers"):
        assert (await ask(client, f"{actor_of(alice)}/{part}?{query}")).status == 400


async def test_what_a_member_of_a_refused_server_gets_is_nothing(
    client: Client, door: Door, elsewhere: Elsewhere, make: Make
) -> None:
    alice = await make.account("alice")
    carol = elsewhere.actor()
    async with door.house.db.write() as conn:
        await conn.run(_block, id=1, domain="there.example", severity="suspend", created_at=1)
    for part in ("", "/outbox", "/followers", "/statuses/1"):
        assert (await ask(client, actor_of(alice) + part, carol)).status == 403
    assert not [url for url in elsewhere.fetched if "there.example" in url]
