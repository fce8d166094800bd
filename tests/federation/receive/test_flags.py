"""Flags of others become reports of those who live here."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update

from stoa.core.moderation import report
from stoa.db import Query, insert
from stoa.db.tables import domain_blocks, reports
from tests import contract
from tests.federation.elsewhere import Actor, Document
from tests.federation.receive.conftest import World
from tests.make import Person

_mark = Query(update(reports).values(action_taken_at=1))


def flag(server: Actor, *objects: str, content: str | None = "Unkind.", **said: Any) -> Document:
    return {**server.activity("Flag", list(objects)), "content": content, **said}


def server_of(world: World, domain: str = "there.example") -> Actor:
    return world.elsewhere.actor(f"{domain}@{domain}", type="Application")


def actor_of(world: World, person: Person) -> str:
    return world.door.house.addresses.actor(person.id)


async def stored(world: World) -> list[Any]:
    return await world.all(select(reports).order_by(reports.c.target_id))


async def test_a_flag_is_a_report_that_moderators_read(world: World) -> None:
    alice, mod = await world.make.account("alice"), await world.make.account("mod", role="moderator")
    post, server = await world.make.status(alice), server_of(world)
    uri = world.door.house.addresses.note(actor_of(world, alice), post)
    await world.tell(server, flag(server, uri, actor_of(world, alice)))
    (notice,) = (await world.client.get("/api/v1/notifications", token=mod.token)).ok()
    assert contract.problems(notice, "Notification") == []
    assert notice["type"] == "admin.report"
    assert notice["account"]["acct"] == server.acct
    assert notice["report"]["comment"] == "Unkind."
    assert notice["report"]["status_ids"] == [str(post)]
    assert notice["report"]["target_account"]["username"] == "alice"
    assert await world.told(alice) == []


async def test_people_and_posts_are_found_as_each_program_names_them(world: World) -> None:
    alice, bob = await world.make.account("alice"), await world.make.account("bob")
    post, server = await world.make.status(alice), server_of(world)
    addresses = world.door.house.addresses
    # Lemmy and Mbin: a person reports a post, the reason is in the summary.
    dave = world.elsewhere.actor("dave@lemmy.example")
    note = addresses.note(actor_of(world, alice), post)
    await world.tell(dave, flag(dave, note, content=None, summary="Off topic."))
    # Misskey: the account, and the post in the text.
    words = f"Note: {addresses.status('alice', post)}\n-----\nRude."
    await world.tell(server, flag(server, addresses.profile("alice"), content=words))
    # Two people at once.
    both = flag(server, actor_of(world, bob), actor_of(world, alice), content="Both.")
    await world.tell(server, both)
    found = [(row.target_id, row.status_ids, row.comment) for row in await stored(world)]
    assert sorted(found) == sorted(
        [
            (alice.id, [post], "Off topic."), (alice.id, [post], words),
            (alice.id, [], "Both."), (bob.id, [], "Both."),
        ]
    )  # fmt: skip


async def test_nobody_elsewhere_is_reported_to_us(world: World) -> None:
    carol, server = world.elsewhere.actor("carol@far.example"), server_of(world)
    await world.account_id(carol)
    note = world.elsewhere.put(carol.note())
    await world.tell(server, flag(server, carol.uri, note))
    assert await stored(world) == []
    assert note not in world.elsewhere.fetched


async def test_a_post_of_somebody_else_is_in_no_report_of_alice(world: World) -> None:
    alice, bob = await world.make.account("alice"), await world.make.account("bob")
    hush = await world.make.status(bob, "@alice Between us.", visibility="direct")
    server, addresses = server_of(world), world.door.house.addresses
    await world.tell(
        server, flag(server, actor_of(world, alice), addresses.note(actor_of(world, bob), hush))
    )
    assert {row.target_id: row.status_ids for row in await stored(world)} == {alice.id: [], bob.id: []}


async def test_a_flag_that_comes_thrice_is_one_report(world: World) -> None:
    alice, server = await world.make.account("alice"), server_of(world)
    said = flag(server, actor_of(world, alice))
    for _ in range(3):
        await world.tell(server, said)
    await world.tell(server, {**said, "id": f"{server.uri}#flag/again"})
    assert len(await stored(world)) == 1
    async with world.door.house.db.write() as conn:
        await conn.run(_mark)
    await world.tell(server, {**said, "id": f"{server.uri}#flag/later"})
    assert len(await stored(world)) == 2


async def test_no_reports_are_taken_from_a_server_that_abuses_them(world: World) -> None:
    alice, server = await world.make.account("alice"), server_of(world)
    block = {"domain": "there.example", "severity": "noop", "reject_reports": True}
    async with world.door.house.db.write() as conn:
        await conn.run(
            insert(domain_blocks, "id", "domain", "severity", "reject_reports", "created_at"),
            id=1, created_at=1, **block,
        )  # fmt: skip
    await world.tell(server, flag(server, actor_of(world, alice)))
    assert await stored(world) == []


async def test_a_server_cannot_bury_moderators_in_reports(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "MAX_A_DAY", 3)
    alice, server = await world.make.account("alice"), server_of(world)
    for number in range(5):
        await world.tell(server, flag(server, actor_of(world, alice), content=f"{number}"))
    assert len(await stored(world)) == 3
