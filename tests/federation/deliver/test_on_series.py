"""Who is told of series from here, and gets their parts."""

from __future__ import annotations

import pytest

from stoa.core.house import House
from stoa.core.series import curate
from tests.federation.deliver.post_office import Letter, PostOffice
from tests.make import Make, Person

FOLLOWERS, READERS = "https://far.example/inbox", "https://there.example/inbox"


@pytest.fixture
async def alice(make: Make) -> Person:
    return await make.account("alice")


async def begin(house: House, owner: Person, *parts: int) -> int:
    async with house.db.write() as conn:
        series_id = await curate.create(conn, owner.id, house.addresses, title="The call")
        await curate.put(conn, owner.id, series_id, list(parts))
    return series_id


def told(letters: list[Letter]) -> list[tuple[str, list[str]]]:
    return [(letter.kind, letter.inboxes) for letter in letters]


async def test_followers_hear_what_is_in_a_series_and_that_it_is_gone(
    house: House, make: Make, alice: Person, office: PostOffice
) -> None:
    await office.neighbour("dan@far.example", follows=alice)
    one = await make.status(alice, "One.")
    secret = await make.status(alice, "Two.", visibility="private")
    await office.clear()
    series = await begin(house, alice, one, secret)
    letter = await office.letter()
    assert letter.inboxes == [FOLLOWERS]
    document = letter.document["object"]
    actor = house.addresses.actor(alice.id)
    assert (document["type"], document["name"], document["attributedTo"]) == (
        "OrderedCollection", "The call", actor,
    )  # fmt: skip
    assert document["orderedItems"] == [house.addresses.note(actor, one)]
    await office.clear()
    async with house.db.write() as conn:
        await curate.remove(conn, alice.id, series)
    letter = await office.letter()
    assert letter.document["object"] == {
        "id": document["id"], "type": "Tombstone", "formerType": "OrderedCollection",
    }  # fmt: skip


async def test_of_a_series_for_followers_nothing_is_said(
    house: House, make: Make, alice: Person, office: PostOffice
) -> None:
    await office.neighbour("dan@far.example", follows=alice)
    one = await make.status(alice, "One.", visibility="private")
    await office.clear()
    series = await begin(house, alice, one)
    async with house.db.write() as conn:
        await curate.remove(conn, alice.id, series)
    assert await office.letters() == []


async def test_whoever_follows_the_series_gets_its_next_part_and_nothing_else(
    house: House, make: Make, alice: Person, office: PostOffice
) -> None:
    carol = await office.neighbour()
    one = await make.status(alice, "One.")
    series = await begin(house, alice, one)
    async with house.db.write() as conn:
        await curate.follow(conn, carol, series)
    await office.clear()
    await make.status(alice, "Of something else.")
    await make.status(alice, "A secret part.", in_reply_to_id=one, visibility="private")
    assert await office.letters() == []
    await office.clear()
    async with house.db.write() as conn:
        await curate.take_out(conn, alice.id, series, one)
        await curate.put(conn, alice.id, series, [one])
    await office.clear()
    await make.status(alice, "Two.", in_reply_to_id=one)
    letter = await office.letter()
    assert (letter.kind, letter.inboxes) == ("Create", [READERS])
    assert letter.document["object"]["isPartOf"] == house.addresses.series(
        house.addresses.actor(alice.id), series
    )
