"""Profiles, pins, moves and farewells, as those elsewhere hear of them."""

from __future__ import annotations

from stoa.core import events
from stoa.core.accounts import store as accounts
from stoa.core.house import House
from stoa.core.statuses import featured_tags, pin
from stoa.federation import store
from stoa.federation.deliver import profiles
from stoa.federation.parse.actor import parse_actor
from stoa.federation.render.context import PUBLIC
from tests.client import Client
from tests.federation.deliver.post_office import PostOffice
from tests.make import Make, Person

MINUTE_MS = 60_000


async def _change(house: House, person: Person, **columns: object) -> None:
    async with house.db.write() as conn:
        await accounts.change(conn, person.id, **columns)
        await events.record(conn, events.AccountUpdated(person.id))


async def test_a_profile_is_told_once_when_its_owner_is_done_with_it(
    house: House, make: Make, office: PostOffice
) -> None:
    alice = await make.account("alice")
    await office.neighbour("dan@far.example", follows=alice)
    for name in ("Al", "Alice"):
        await _change(house, alice, display_name=name)
    assert await office.letters() == []
    letter = await office.letter(later=MINUTE_MS)
    assert letter.inboxes == ["https://far.example/inbox"]
    assert letter.document["type"] == "Update"
    read = parse_actor(letter.document["object"])
    assert (read.id, read.name) == (house.addresses.actor(alice.id), "Alice")
    assert letter.document["object"]["assertionMethod"]
    assert "proof" in letter.document


async def test_a_profile_nobody_elsewhere_knows_is_told_to_nobody(
    house: House, make: Make, office: PostOffice
) -> None:
    alice = await make.account("alice")
    carol = await office.neighbour()
    await _change(house, alice, display_name="Alice")
    async with house.db.write() as conn:
        await events.record(conn, events.AccountUpdated(carol))
    assert await office.letters(later=MINUTE_MS) == []


async def test_an_open_pin_is_told_and_another_is_not(house: House, make: Make, office: PostOffice) -> None:
    alice = await make.account("alice")
    await office.neighbour("dan@far.example", follows=alice)
    seen, hidden = await make.status(alice), await make.status(alice, visibility="private")
    await office.clear()
    async with house.db.write() as conn:
        for status_id in (seen, hidden):
            await pin.pin(conn, alice.id, status_id, house.settings)
    add = await office.letter()
    actor = house.addresses.actor(alice.id)
    assert add.document["type"] == "Add"
    assert add.document["object"] == f"{actor}/statuses/{seen}"
    assert add.document["target"] == f"{actor}/collections/featured"
    async with house.db.write() as conn:
        for status_id in (seen, hidden):
            await pin.unpin(conn, alice.id, status_id)
    remove = await office.letter()  # the other no longer has to be said
    assert remove.document["type"] == "Remove"
    assert remove.document["object"] == f"{actor}/statuses/{seen}"
    assert remove.document["to"] == [PUBLIC]


async def test_a_hashtag_on_the_profile_is_told_and_listed(
    house: House, make: Make, office: PostOffice, client: Client
) -> None:
    alice = await make.account("alice")
    await office.neighbour("dan@far.example", follows=alice)
    actor = house.addresses.actor(alice.id)
    hashtag = {"type": "Hashtag", "href": "http://localhost:8000/tags/Birds", "name": "#Birds"}
    async with house.db.write() as conn:
        shown = await featured_tags.feature(conn, alice.id, "Birds")
    add = await office.letter()
    assert (add.document["type"], add.document["object"]) == ("Add", hashtag)
    assert add.document["target"] == f"{actor}/collections/featured"
    accept = {"accept": "application/activity+json"}
    listed = (await client.get(f"/ap/users/{alice.id}/collections/tags", headers=accept)).ok()
    assert listed["items"] == [hashtag]
    async with house.db.write() as conn:
        await featured_tags.unfeature(conn, alice.id, shown.id)
    remove = await office.letter()
    assert (remove.document["type"], remove.document["object"]) == ("Remove", hashtag)


async def test_a_move_is_told_after_the_profile_that_says_so(
    house: House, make: Make, office: PostOffice
) -> None:
    alice = await make.account("alice")
    await office.neighbour("dan@far.example", follows=alice)
    carol = await office.neighbour("carol@there.example")
    async with house.db.write() as conn:
        await accounts.change(conn, alice.id, moved_to_id=carol)
        await events.record(conn, events.AccountMoved(alice.id, carol))
    update, move = await office.letters()
    target = "https://there.example/users/carol"
    assert update.document["object"]["movedTo"] == target
    assert (move.document["type"], move.document["target"]) == ("Move", target)
    assert move.document["object"] == move.document["actor"] == house.addresses.actor(alice.id)
    assert move.inboxes == ["https://far.example/inbox"]


async def test_a_farewell_goes_to_every_server_we_know(
    house: House, make: Make, office: PostOffice
) -> None:
    alice = await make.account("alice")
    await office.neighbour("dan@far.example")
    await office.neighbour("carol@there.example")
    await office.with_keys(alice)
    actor = house.addresses.actor(alice.id)
    async with house.db.write() as conn:
        await profiles.farewell(conn, house, alice.id)
        assert await store.is_buried(conn, actor, actor)
    letter = await office.letter()
    assert letter.inboxes == ["https://far.example/inbox", "https://there.example/inbox"]
    assert letter.document["object"] == letter.document["actor"] == actor
    assert "proof" in letter.document
