"""Lists brought along: carried out line by line, once each, and what cannot be done is said."""

from __future__ import annotations

import pytest

from stoa.core.accounts import store as accounts
from stoa.core.errors import Unprocessable
from stoa.core.house import House
from stoa.core.relationships import block, mute
from stoa.core.statuses import bookmark
from stoa.core.timelines import lists
from stoa.core.transfers import bring, store, take
from stoa.core.transfers.model import Import, Kind, Line
from tests.make import Make, Person


def way(house: House) -> bring.Way:
    return bring.Way(house.settings.domain, house.addresses, house.resolver)


async def brought(
    house: House, person: Person, kind: Kind, *lines: Line, overwrite: bool = False
) -> Import:
    """The import of *lines*, after its jobs have run."""
    async with house.db.write() as conn:
        import_id = await bring.begin(conn, person.id, kind, lines, overwrite=overwrite)
    for _ in range(20):
        await bring.go_on(way(house), house.db, {"import": import_id})
    async with house.db.read() as conn:
        (found,) = [one for one in await store.mine(conn, person.id) if one.id == import_id]
    assert found.finished_at is not None
    return found


async def names(house: House, person: Person, kind: Kind) -> list[str]:
    async with house.db.read() as conn:
        found = await take.lines(conn, kind, person.id, "here")
    return [f"{one.list}/{one.what}" if one.list else one.what for one in found]


async def test_people_are_followed_as_the_list_says(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    await make.remote("carl@there.example")
    made = await brought(
        house,
        alice,
        "following",
        Line(f"bob@{house.settings.domain}", reblogs=False, notify=True, languages=("de",)),
        Line("nobody@here"),
        Line("alice"),
    )
    assert (made.total, made.done, made.failed) == (3, 3, 2)
    assert made.failures == ("nobody@here", "alice")
    async with house.db.read() as conn:
        (line,) = await take.lines(conn, "following", alice.id, house.settings.domain)
    assert line == Line(f"bob@{house.settings.domain}", reblogs=False, notify=True, languages=("de",))
    assert bob.id


async def test_the_other_lists_are_carried_out(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    await make.follow(alice, bob)
    status_id = await make.status(bob, "Worth keeping")
    uri = f"{house.addresses.base}/@bob/{status_id}"
    await brought(house, alice, "bookmarks", Line(uri), Line("https://gone.example/1"), Line("not a link"))
    await brought(house, alice, "lists", Line("bob", list="Porch"), Line("alice", list="Porch"))
    await brought(house, alice, "domain_blocks", Line("loud.example"), Line("no domain"))
    assert len(await names(house, alice, "bookmarks")) == 1
    assert sorted(await names(house, alice, "lists")) == ["Porch/alice@here", "Porch/bob@here"]
    assert await names(house, alice, "domain_blocks") == ["loud.example"]
    await brought(house, alice, "mutes", Line("bob", notifications=False))
    await brought(house, alice, "blocks", Line("bob"))
    assert await names(house, alice, "mutes") == ["bob@here"]
    assert await names(house, alice, "blocks") == ["bob@here"]


async def test_what_is_in_a_list_already_is_no_failure(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    await make.follow(alice, bob)
    for _ in range(2):
        made = await brought(house, alice, "lists", Line("bob", list="Porch"))
        assert made.failed == 0
    async with house.db.read() as conn:
        assert len(await lists.mine(conn, alice.id)) == 1


async def test_overwriting_ends_what_is_not_in_the_list(house: House, make: Make) -> None:
    alice = await make.account("alice")
    people = {name: await make.account(name) for name in ("bob", "carl", "dora")}
    status_id = await make.status(people["bob"], "Worth keeping")
    async with house.db.write() as conn:
        for person in people.values():
            await mute.mute(conn, alice.id, person.id)
            await block.block(conn, alice.id, person.id)
        await block.unblock(conn, alice.id, people["bob"].id)
        await bookmark.bookmark(conn, alice.id, status_id)
    at = house.settings.domain
    await brought(house, alice, "mutes", Line(f"bob@{at}"), overwrite=True)
    await brought(house, alice, "blocks", Line(f"carl@{at}"), overwrite=True)
    await brought(house, alice, "bookmarks", Line("https://gone.example/1"), overwrite=True)
    assert await names(house, alice, "mutes") == ["bob@here"]
    assert await names(house, alice, "blocks") == ["carl@here"]
    assert await names(house, alice, "bookmarks") == []


async def test_a_line_is_carried_out_once_though_its_job_is_begun_twice(house: House, make: Make) -> None:
    alice = await make.account("alice")
    async with house.db.write() as conn:
        import_id = await bring.begin(
            conn, alice.id, "blocks", [Line("nobody"), Line("nobody2")], overwrite=False
        )
        assert await store.advance(conn, import_id, 0)
        assert not await store.advance(conn, import_id, 0)


async def test_a_member_brings_some_lists_at_once_and_not_more(house: House, make: Make) -> None:
    alice = await make.account("alice")
    async with house.db.write() as conn:
        for _ in range(3):
            await bring.begin(conn, alice.id, "blocks", [Line("bob")], overwrite=False)
        with pytest.raises(Unprocessable):
            await bring.begin(conn, alice.id, "blocks", [Line("bob")], overwrite=False)


async def test_nothing_goes_on_for_whoever_may_not_act(house: House, make: Make) -> None:
    alice = await make.account("alice")
    await make.account("bob")
    async with house.db.write() as conn:
        import_id = await bring.begin(conn, alice.id, "blocks", [Line("bob")], overwrite=False)
        await accounts.change(conn, alice.id, suspended_at=1)
    await bring.go_on(way(house), house.db, {"import": import_id})
    assert await names(house, alice, "blocks") == []
