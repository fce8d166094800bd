"""Who is told of collections from here: followers of what is to be discovered, and those who are in it."""

from __future__ import annotations

import pytest

from stoa.core.collections import consent, curate, store
from stoa.core.house import House
from tests.federation.deliver.post_office import Letter, PostOffice
from tests.make import Make, Person

FOLLOWERS, MEMBERS = "https://far.example/inbox", "https://there.example/inbox"


@pytest.fixture
async def alice(make: Make) -> Person:
    return await make.account("alice")


async def carol(office: PostOffice) -> int:
    return await office.neighbour(feature_policy={"automatic": ["public"], "manual": []})


async def create(house: House, owner: Person, *members: int, discoverable: bool = True) -> int:
    async with house.db.write() as conn:
        said = curate.Change(name="Good people", discoverable=discoverable)
        return await curate.create(conn, owner.id, said, house.addresses, members=members)


async def agree(house: House, collection_id: int) -> int:
    async with house.db.write() as conn:
        (item,) = await store.items(conn, collection_id)
        await consent.accepted(conn, item, "https://there.example/stamps/1")
    return int(item.id)


def told(letters: list[Letter]) -> list[tuple[str, list[str]]]:
    return [(letter.kind, letter.inboxes) for letter in letters]


async def test_followers_hear_of_it_and_whoever_is_to_be_in_it_is_asked_alone(
    house: House, alice: Person, office: PostOffice
) -> None:
    await office.neighbour("dan@far.example", follows=alice)
    made = await create(house, alice, await carol(office))
    assert told(await office.letters()) == [
        ("Add", [FOLLOWERS]),
        ("FeatureRequest", ["https://there.example/users/carol/inbox"]),
    ]
    await office.clear()
    await agree(house, made)
    assert told(await office.letters()) == [("Add", [FOLLOWERS, MEMBERS])]


async def test_what_is_not_to_be_discovered_is_told_to_those_in_it_alone(
    house: House, alice: Person, office: PostOffice
) -> None:
    await office.neighbour("dan@far.example", follows=alice)
    made = await create(house, alice, await carol(office), discoverable=False)
    assert [letter.kind for letter in await office.letters()] == ["FeatureRequest"]
    await office.clear()
    item = await agree(house, made)
    async with house.db.write() as conn:
        await curate.change(conn, alice.id, made, curate.Change(name="Others"))
    assert told(await office.letters()) == [("Add", [MEMBERS]), ("Update", [MEMBERS])]
    await office.clear()
    async with house.db.write() as conn:
        await curate.take_out(conn, alice.id, made, item)
    # Whoever is out is told, too.
    assert told(await office.letters()) == [("Remove", [MEMBERS])]


async def test_of_those_who_never_were_in_it_nobody_is_told(
    house: House, alice: Person, office: PostOffice
) -> None:
    made = await create(house, alice, await carol(office))
    await office.clear()
    async with house.db.write() as conn:
        (item,) = await store.items(conn, made)
        await curate.take_out(conn, alice.id, made, item.id)
    assert await office.letters() == []


async def test_a_member_of_this_server_who_leaves_is_out_for_everybody(
    house: House, make: Make, alice: Person, office: PostOffice
) -> None:
    bob = await make.account("bob", discoverable=True)
    await office.neighbour("dan@far.example", follows=alice)
    made = await create(house, alice, bob.id)
    await office.clear()
    async with house.db.write() as conn:
        (item,) = await store.items(conn, made)
        await consent.revoke(conn, bob.id, made, item.id)
    assert told(await office.letters()) == [("Remove", [FOLLOWERS])]


async def test_where_nobody_is_spoken_with_nothing_is_said(
    house: House, alice: Person, office: PostOffice
) -> None:
    made = await create(house, alice)
    async with house.db.write() as conn:
        await curate.remove(conn, alice.id, made)
    assert await office.letters() == []
