"""Moving: who may, and who goes along."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from stoa import ids
from stoa.core.accounts import store as accounts_store
from stoa.core.errors import Forbidden, NotFound, TooMany, Unprocessable
from stoa.core.house import House
from stoa.core.relationships import follow, move, mute, notes, views
from stoa.core.relationships.model import Relationship
from stoa.core.timelines import lists
from stoa.db import Query
from stoa.db.paging import Page
from stoa.db.tables import accounts, follow_requests
from stoa.jobs.worker import InDatabase, Worker
from tests.make import Make, Person

DAY = move.DAY_MS


async def do(house: House, verb: Any, *given: Any, **named: Any) -> Any:
    async with house.db.write() as conn:
        return await verb(conn, *given, **named)


async def relation(house: House, one: Person, other: Person | int) -> Relationship:
    async with house.db.read() as conn:
        return await views.relationship(conn, one.id, other if isinstance(other, int) else other.id)


async def columns(house: House, person: Person) -> Any:
    async with house.db.read() as conn:
        return await conn.first(Query(select(accounts).where(accounts.c.id == person.id)))


async def travel(house: House, person: Person, other: Person | int) -> None:
    """*person* moves to *other*, who says so too, and everybody goes along."""
    other_id = other if isinstance(other, int) else other.id
    row = await columns(house, person)
    await do(house, accounts_store.change, other_id, also_known_as=[row.uri])
    await do(house, move.move, person.id, other_id)
    worker = Worker(house.db, {move.GO_ALONG: InDatabase(move.go_along)})
    await worker.drain(at=ids.now_ms() + 1000)


async def test_followers_go_along_and_keep_what_they_wished(house: House, make: Make) -> None:
    old, new = await make.account("old"), await make.account("new")
    reader, stranger = await make.account("reader"), await make.account("stranger")
    await do(house, follow.follow, reader.id, old.id, show_reblogs=False, notify=True, languages=["de"])
    await travel(house, old, new)
    now = await relation(house, reader, new)
    assert (now.following, now.showing_reblogs, now.notifying, now.languages) == (
        True, False, True, ("de",),
    )  # fmt: skip
    assert not (await relation(house, reader, old)).following
    assert not (await relation(house, stranger, new)).following
    row = await columns(house, old)
    assert (row.moved_to_id, row.followers_count) == (new.id, 0)
    assert (await columns(house, new)).followers_count == 1
    with pytest.raises(Forbidden):
        await do(house, follow.follow, stranger.id, old.id)


async def test_who_is_asked_first_and_who_lives_elsewhere_gets_requests(house: House, make: Make) -> None:
    old, locked = await make.account("old"), await make.account("locked", locked=True)
    moved, elsewhere = await make.account("moved"), await make.remote("new@there.example")
    reader = await make.account("reader")
    await make.follow(reader, old)
    await make.follow(reader, moved)
    await travel(house, old, locked)
    await travel(house, moved, elsewhere)
    async with house.db.read() as conn:
        asked = await conn.scalars(Query(select(follow_requests.c.target_id)))
    assert sorted(asked) == sorted([locked.id, elsewhere])
    assert not (await relation(house, reader, old)).following


async def test_who_follows_the_new_one_already_keeps_that(house: House, make: Make) -> None:
    old, new, reader = [await make.account(name) for name in ("old", "new", "reader")]
    await do(house, follow.follow, reader.id, old.id, show_reblogs=False)
    await make.follow(reader, new)
    await travel(house, old, new)
    assert (await relation(house, reader, new)).showing_reblogs
    assert not (await relation(house, reader, old)).following
    assert (await columns(house, new)).followers_count == 1


async def test_who_cannot_follow_the_new_one_stays(house: House, make: Make) -> None:
    old, new, reader = [await make.account(name) for name in ("old", "new", "reader")]
    await make.follow(reader, old)
    await make.follow(new, old)
    await make.block(new, reader)
    await travel(house, old, new)
    assert (await relation(house, reader, old)).following
    assert not (await relation(house, reader, new)).following
    assert (await relation(house, new, old)).following


async def test_lists_blocks_mutes_and_notes_go_along(house: House, make: Make) -> None:
    old, new, reader = [await make.account(name) for name in ("old", "new", "reader")]
    blocker, muter, other = [await make.account(name) for name in ("blocker", "muter", "other")]
    await make.follow(reader, old)
    made = await do(house, lists.create, reader.id, "Friends")
    await do(house, lists.add_members, made.id, reader.id, [old.id])
    await do(house, notes.write, reader.id, old.id, "Met in Vienna.")
    await make.block(blocker, old)
    await do(house, mute.mute, muter.id, old.id, hide_notifications=False, duration=3600)
    await make.block(other, old)
    await make.follow(other, new)
    await travel(house, old, new)
    async with house.db.read() as conn:
        assert await lists.members(conn, made.id, reader.id, Page(limit=10)) == [new.id]
    assert (await relation(house, reader, new)).note == "Met in Vienna."
    assert (await relation(house, blocker, new)).blocking
    muted = await relation(house, muter, new)
    assert (muted.muting, muted.muting_notifications) == (True, False)
    chosen = await relation(house, other, new)
    assert (chosen.following, chosen.blocking) == (True, False)


async def test_many_go_along_in_batches(house: House, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = await make.account("old"), await make.account("new")
    readers = [await make.account(f"reader{number}") for number in range(move.BATCH + 3)]
    for one in readers:
        await make.follow(one, old)
    await travel(house, old, new)
    assert (await columns(house, new)).followers_count == len(readers)
    assert (await columns(house, old)).followers_count == 0


async def test_nobody_moves_to_somebody_who_does_not_say_so(house: House, make: Make) -> None:
    old, new = await make.account("old"), await make.account("new")
    with pytest.raises(Unprocessable):
        await do(house, move.move, old.id, new.id)
    with pytest.raises(Forbidden):
        await do(house, move.move, old.id, old.id)
    with pytest.raises(NotFound):
        await do(house, move.move, old.id, 17)
    row = await columns(house, old)
    await do(house, accounts_store.change, new.id, also_known_as=[row.uri], suspended_at=1)
    with pytest.raises(NotFound):
        await do(house, move.move, old.id, new.id)
    third = await make.account("third")
    await do(house, accounts_store.change, new.id, suspended_at=None, moved_to_id=third.id)
    with pytest.raises(Unprocessable):
        await do(house, move.move, old.id, new.id)
    assert (await columns(house, old)).moved_to_id is None


async def test_a_member_moves_once_in_a_month(house: House, make: Make) -> None:
    old, new, third = [await make.account(name) for name in ("old", "new", "third")]
    await travel(house, old, new)
    row = await columns(house, old)
    await do(house, accounts_store.change, third.id, also_known_as=[row.uri])
    with pytest.raises(TooMany, match="30 days"):
        await do(house, move.move, old.id, third.id)
    await do(house, accounts_store.change, old.id, moved_at=ids.now_ms() - 30 * DAY + 60_000)
    with pytest.raises(TooMany, match="in 1 day"):
        await do(house, move.move, old.id, third.id)
    await do(house, accounts_store.change, old.id, moved_at=ids.now_ms() - 30 * DAY)
    await do(house, move.move, old.id, third.id)


async def test_who_stays_after_all_can_be_followed_again(house: House, make: Make) -> None:
    old, new, reader = [await make.account(name) for name in ("old", "new", "reader")]
    await travel(house, old, new)
    await do(house, move.stay, old.id)
    await make.follow(reader, old)
    assert (await relation(house, reader, old)).following
    with pytest.raises(TooMany):
        await do(house, move.move, old.id, new.id)


async def test_aliases_are_named_and_taken_back(house: House, make: Make) -> None:
    alice, carol = await make.account("alice"), await make.remote("carol@there.example")
    uri = "https://there.example/users/carol"
    for _ in range(2):
        await do(house, move.add_alias, alice.id, carol)
    assert await do(house, move.aliases, alice.id) == [move.Alias(uri, carol)]
    with pytest.raises(Forbidden):
        await do(house, move.add_alias, alice.id, alice.id)
    await do(house, move.remove_alias, alice.id, uri)
    assert await do(house, move.aliases, alice.id) == []
    for number in range(move.MAX_ALIASES):
        await do(house, move.add_alias, alice.id, await make.remote(f"carol{number}@there.example"))
    with pytest.raises(Unprocessable):
        await do(house, move.add_alias, alice.id, carol)
