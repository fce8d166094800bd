"""Deleting an account: what goes, what stays, who is told."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from stoa import ids
from stoa.core.accounts import views as accounts
from stoa.core.auth import users
from stoa.core.errors import Forbidden, Invalid, NotFound
from stoa.core.house import House
from stoa.core.moderation import erase, report, standing, views
from stoa.core.relationships import block, follow, mute
from stoa.core.statuses import bookmark, favourite
from stoa.core.statuses import views as statuses
from stoa.core.statuses.reblog import reblog
from stoa.core.timelines import lists
from stoa.db import Query, tables
from stoa.main import Assembled
from tests.client import Client
from tests.make import Make, Person

# What is known of somebody who is gone: reports, and why they were warned.
KEPT = {("reports", "account_id"), ("reports", "target_id"), ("account_warnings", "account_id")}


async def gone(assembled: Assembled, account: Person | int) -> None:
    async with assembled.house.db.write() as conn:
        await erase.erase(conn, account if isinstance(account, int) else account.id)
    await assembled.worker.drain()


async def traces(house: House, account_id: int) -> set[tuple[str, str]]:
    """(table, column) of all that still refers to the account."""
    found = set()
    async with house.db.read() as conn:
        for table in tables.metadata.sorted_tables:
            for column in table.columns:
                if not any(key.column.table.name == "accounts" for key in column.foreign_keys):
                    continue
                count: Any = select(func.count()).select_from(table).where(column == account_id)
                if await conn.scalar(Query(count)):
                    found.add((table.name, column.name))
    return found


async def life(house: House, make: Make) -> tuple[Person, Person]:
    """Alice, and bob, who has done a bit of everything with her."""
    alice, bob = await make.account("alice"), await make.account("bob", display_name="Bob", note="Hi.")
    carol = await make.account("carol")
    hers, his = await make.status(alice), await make.status(bob, "Hello @alice #cats")
    await make.follow(alice, bob)
    await make.follow(bob, alice)
    await make.status(alice, "@bob?", in_reply_to_id=his)
    async with house.db.write() as conn:
        await favourite.favourite(conn, bob.id, hers)
        await favourite.favourite(conn, alice.id, his)
        await reblog(conn, bob.id, hers, house.addresses)
        await reblog(conn, alice.id, his, house.addresses)
        await bookmark.bookmark(conn, bob.id, hers)
        await block.block(conn, bob.id, carol.id)
        await mute.mute(conn, alice.id, bob.id)
        list_id = (await lists.create(conn, bob.id, "Friends")).id
        await lists.add_members(conn, list_id, bob.id, [alice.id])
        await report.report(conn, alice.id, bob.id, status_ids=[his])
        await report.report(conn, bob.id, carol.id)
    return alice, bob


async def test_nothing_is_left_but_a_name_that_nobody_can_take(
    assembled: Assembled, house: House, make: Make
) -> None:
    alice, bob = await life(house, make)
    assert len(await traces(house, bob.id)) > 10
    await gone(assembled, bob)
    assert await traces(house, bob.id) <= KEPT
    async with house.db.read() as conn:
        found = await accounts.load(conn, [alice.id, bob.id])
        with pytest.raises(NotFound):
            await users.get(conn, bob.id)
    left = found[bob.id]
    assert (left.username, left.display_name, left.note) == ("bob", "", "")
    assert (left.suspended_at is None, left.deleted_at is None) == (False, False)
    assert (found[alice.id].followers_count, found[alice.id].following_count) == (0, 0)
    with pytest.raises(Exception, match=r"(?i)unique"):
        await make.account("bob")


async def test_what_others_wrote_stays_and_counts_right(
    assembled: Assembled, house: House, make: Make
) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    post = await make.status(alice)
    async with house.db.write() as conn:
        await favourite.favourite(conn, bob.id, post)
        await reblog(conn, bob.id, post, house.addresses)
    await make.status(bob, "Yes.", in_reply_to_id=post)
    await gone(assembled, bob)
    async with house.db.read() as conn:
        row = await conn.first(
            Query(
                select(
                    tables.statuses.c.favourites_count,
                    tables.statuses.c.reblogs_count,
                    tables.statuses.c.replies_count,
                ).where(tables.statuses.c.id == post)
            )
        )
        assert tuple(row or ()) == (0, 0, 0)
        assert (await statuses.get(conn, post)).account.id == alice.id


async def test_moderators_still_know_what_was_reported(
    assembled: Assembled, house: House, make: Make
) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    async with house.db.write() as conn:
        on_bob = await report.report(conn, alice.id, bob.id, comment="Rude.")
        by_bob = await report.report(conn, bob.id, alice.id)
    await gone(assembled, bob)
    async with house.db.read() as conn:
        assert (await views.get(conn, on_bob)).comment == "Rude."
        assert (await views.get(conn, by_bob)).account_id == bob.id


async def test_the_address_is_free_again(assembled: Assembled, house: House, make: Make) -> None:
    bob = await make.account("bob")
    await gone(assembled, bob)
    async with house.db.write() as conn:
        assert await users.find_by_email(conn, bob.email) is None


async def test_the_last_owner_cannot_leave(house: House, make: Make) -> None:
    anna = await make.account("anna", role="owner")
    async with house.db.write() as conn:
        with pytest.raises(Forbidden, match="owner"):
            await erase.leave_for_good(conn, anna.id)
    await make.account("otto", role="owner")
    async with house.db.write() as conn:
        await erase.leave_for_good(conn, anna.id)
    async with house.db.write() as conn:
        with pytest.raises(NotFound):
            await erase.leave_for_good(conn, anna.id)


async def test_whoever_is_suspended_for_30_days_is_deleted(
    assembled: Assembled, house: House, make: Make
) -> None:
    bob, carol = await make.account("bob"), await make.account("carol")
    async with house.db.write() as conn:
        await standing.suspend(conn, bob.id)
        await standing.suspend(conn, carol.id)
        await standing.unsuspend(conn, carol.id)
    await assembled.worker.drain(at=ids.now_ms() + standing.KEPT_MS - 60_000)
    async with house.db.read() as conn:
        assert (await accounts.get(conn, bob.id)).deleted_at is None
    await assembled.worker.drain(at=ids.now_ms() + standing.KEPT_MS + 60_000)
    async with house.db.read() as conn:
        assert (await accounts.get(conn, bob.id)).deleted_at is not None
        assert (await accounts.get(conn, carol.id)).deleted_at is None
    async with house.db.write() as conn:
        with pytest.raises(Forbidden):
            await standing.unsuspend(conn, bob.id)


async def test_of_somebody_elsewhere_the_posts_go_and_the_suspension_stays(
    assembled: Assembled, house: House, make: Make
) -> None:
    alice, carl = await make.account("alice"), await make.remote("carl@there.example", display_name="Carl")
    uri = "https://there.example/notes/1"
    post = await make.status(carl, "Hi.", uri=uri, content="<p>Hi.</p>")
    async with house.db.write() as conn:
        await follow.follow(conn, alice.id, carl)
        await standing.suspend(conn, carl)
    await gone(assembled, carl)
    async with house.db.read() as conn:
        assert await statuses.load(conn, [post]) == {}
        left = await accounts.get(conn, carl)
    assert (left.display_name, left.suspended_at is None, left.deleted_at) == ("", False, None)


async def test_other_servers_see_a_tombstone(
    assembled: Assembled, house: House, make: Make, client: Client
) -> None:
    bob = await make.account("bob")
    post = await make.status(bob)
    async with house.db.read() as conn:
        actor, note = (await accounts.get(conn, bob.id)).uri, (await statuses.get(conn, post)).uri
    await gone(assembled, bob)
    wanted = {"accept": "application/activity+json"}
    for uri in (actor, note):
        answer = await client.get(uri.removeprefix(house.addresses.base), headers=wanted)
        assert answer.status == 410, uri
        assert (answer.json["type"], answer.json["id"]) == ("Tombstone", uri)
    finger = await client.get(
        f"/.well-known/webfinger?resource=acct:bob@{house.settings.domain}", headers=wanted
    )
    assert finger.status == 410
    outbox = await client.get(actor.removeprefix(house.addresses.base) + "/outbox", headers=wanted)
    assert outbox.status == 404
    profile = await client.get("/@bob", headers={"accept": "text/html"})
    assert profile.status == 404


async def test_nobody_joins_under_the_name_of_somebody_gone(
    assembled: Assembled, house: House, make: Make
) -> None:
    from stoa.core.auth.register import Joining, check

    await gone(assembled, await make.account("bob"))
    joining = Joining(
        username="Bob", email="x@mail.example", password="long enough for you", agreement=True
    )
    with pytest.raises(Invalid) as refusal:
        await check(house.db, joining, house.settings)
    assert list(refusal.value.details) == ["username"]
