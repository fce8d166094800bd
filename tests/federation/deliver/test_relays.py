"""Relays of both kinds."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from stoa.core.house import House
from stoa.db import Query
from stoa.db.tables import relays as table
from stoa.federation.deliver import relays
from stoa.federation.own_keys import INSTANCE
from stoa.federation.render.context import PUBLIC
from tests.federation.deliver.post_office import PostOffice
from tests.make import Make

INBOX = "https://relay.example/inbox"
ACTOR = "https://relay.example/actor"
_agree = Query(update(table).values(state="accepted"))


async def _add(house: House, actor: str | None = None, *, agrees: bool = True) -> None:
    async with house.db.write() as conn:
        await relays.add(conn, house, INBOX, actor)
        if agrees:
            await conn.run(_agree)


@pytest.mark.parametrize(("actor", "wanted"), [(None, PUBLIC), (ACTOR, ACTOR)])
async def test_a_relay_is_asked_by_the_server_and_left_under_the_same_id(
    house: House, office: PostOffice, actor: str | None, wanted: str
) -> None:
    await _add(house, actor)
    ask = await office.letter()
    assert (ask.account_id, ask.inboxes) == (INSTANCE, [INBOX])
    assert (ask.document["type"], ask.document["object"]) == ("Follow", wanted)
    await office.clear()
    async with house.db.write() as conn:
        assert await relays.remove(conn, house, INBOX)
        assert not await relays.remove(conn, house, INBOX)
        assert await relays.list_all(conn) == []
    leave = await office.letter()
    assert leave.document["type"] == "Undo"
    assert leave.document["object"]["id"] == ask.document["id"]


async def test_a_relay_is_asked_once(house: House) -> None:
    await _add(house)
    with pytest.raises(relays.RelayExists):
        await _add(house)
    async with house.db.read() as conn:
        assert [(row.inbox, row.state) for row in await relays.list_all(conn)] == [(INBOX, "accepted")]


async def test_a_relay_gets_public_posts_only_and_only_once_it_agrees(
    house: House, make: Make, office: PostOffice
) -> None:
    alice = await make.account("alice")
    await office.neighbour("dan@far.example", follows=alice)
    await _add(house, agrees=False)
    await office.clear()
    await make.status(alice, "Not yet.")
    assert (await office.letter()).inboxes == ["https://far.example/inbox"]
    async with house.db.write() as conn:
        await conn.run(_agree)
    for visibility in ("public", "unlisted", "private"):
        await office.clear()
        await make.status(alice, "Now.", visibility=visibility)
        assert (INBOX in (await office.letter()).inboxes) == (visibility == "public")


async def test_a_relay_alone_is_reason_enough_to_say_something(
    house: House, make: Make, office: PostOffice
) -> None:
    alice = await make.account("alice")
    await office.neighbour("dan@far.example")
    await _add(house)
    await office.clear()
    await make.status(alice)
    letter = await office.letter()
    assert letter.inboxes == [INBOX]
    assert "proof" in letter.document


async def test_a_relay_of_the_other_kind_gets_a_boost_by_the_server(
    house: House, make: Make, office: PostOffice
) -> None:
    alice = await make.account("alice")
    await office.neighbour("dan@far.example", follows=alice)
    await _add(house, ACTOR)
    await office.clear()
    status_id = await make.status(alice)
    create, boost = await office.letters()
    assert (create.kind, create.inboxes) == ("Create", ["https://far.example/inbox"])
    assert (boost.kind, boost.inboxes, boost.account_id) == ("Announce", [INBOX], INSTANCE)
    assert boost.document["actor"] == house.addresses.instance_actor
    assert boost.document["object"] == f"{house.addresses.actor(alice.id)}/statuses/{status_id}"
