"""Boosts, as those elsewhere hear of them."""

from __future__ import annotations

from stoa.core.house import House
from stoa.core.policy.draft import Visibility
from stoa.core.statuses import delete, reblog
from stoa.federation.render.context import PUBLIC
from tests.federation.deliver.post_office import PostOffice
from tests.make import Make, Person

ONE = "https://there.example/1"


async def _boost(house: House, who: Person, status_id: int, visibility: Visibility = "public") -> int:
    async with house.db.write() as conn:
        return await reblog.reblog(conn, who.id, status_id, house.addresses, visibility=visibility)


async def test_a_boost_goes_to_followers_and_to_whom_it_boosts_and_is_taken_back_whole(
    house: House, make: Make, office: PostOffice
) -> None:
    alice, carol = await make.account("alice"), await office.neighbour()
    await office.neighbour("dan@far.example", follows=alice)
    status_id = await make.status(carol, uri=ONE, content="<p>One.</p>")
    boost_id = await _boost(house, alice, status_id)
    letter = await office.letter()
    actor = house.addresses.actor(alice.id)
    assert letter.inboxes == ["https://far.example/inbox", "https://there.example/inbox"]
    said = letter.document
    assert said["id"] == f"{actor}/statuses/{boost_id}/activity"
    assert (said["type"], said["object"], said["to"]) == ("Announce", ONE, [PUBLIC])
    assert set(said["cc"]) == {f"{actor}/followers", "https://there.example/users/carol"}
    assert "proof" in said
    await office.clear()
    async with house.db.write() as conn:
        await reblog.unreblog(conn, alice.id, status_id)
    undo = await office.letter()
    assert undo.inboxes == letter.inboxes
    whole = {key: value for key, value in said.items() if key not in ("@context", "proof")}
    assert undo.document["type"] == "Undo"
    assert undo.document["object"] == whole
    assert (undo.document["to"], undo.document["cc"]) == (said["to"], said["cc"])


async def test_a_boost_taken_back_in_time_is_only_taken_back(
    house: House, make: Make, office: PostOffice
) -> None:
    alice, carol = await make.account("alice"), await office.neighbour()
    status_id = await make.status(carol, uri=ONE, content="<p>One.</p>")
    await _boost(house, alice, status_id)
    await office.work()
    async with house.db.write() as conn:
        await reblog.unreblog(conn, alice.id, status_id)
    assert [letter.kind for letter in await office.letters()] == ["Undo"]


async def test_a_boost_for_followers_is_for_followers(house: House, make: Make, office: PostOffice) -> None:
    alice = await make.account("alice")
    await office.neighbour("dan@far.example", follows=alice)
    status_id = await make.status(alice, "Mine.", visibility="private")
    await office.clear()
    await _boost(house, alice, status_id)
    letter = await office.letter()
    assert letter.inboxes == ["https://far.example/inbox"]
    assert PUBLIC not in letter.document["to"] + letter.document["cc"]
    assert "proof" not in letter.document


async def test_a_boost_of_what_is_gone_by_then_is_told_to_nobody(
    house: House, make: Make, office: PostOffice
) -> None:
    alice, carol = await make.account("alice"), await office.neighbour()
    await office.neighbour("dan@far.example", follows=alice)
    status_id = await make.status(carol, uri=ONE, content="<p>One.</p>")
    await _boost(house, alice, status_id)
    async with house.db.write() as conn:
        await delete.remove(conn, status_id)
    assert await office.letters() == []
