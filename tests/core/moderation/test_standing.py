"""Suspending, limiting, sensitising, and the end of each: what others see, and who comes back."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from stoa.core.accounts import views as accounts
from stoa.core.auth import gates, tokens
from stoa.core.errors import Forbidden
from stoa.core.house import House
from stoa.core.instances.domains import Decision
from stoa.core.moderation import domains, standing
from stoa.core.relationships import follow
from stoa.core.relationships import views as relationships
from stoa.db import Query
from stoa.db.tables import jobs
from stoa.main import Assembled
from tests.make import Make, Person

_jobs = Query(select(jobs.c.kind, jobs.c.payload, jobs.c.run_at))


async def do(house: House, verb: object, account: Person | int) -> None:
    async with house.db.write() as conn:
        await verb(conn, account if isinstance(account, int) else account.id)  # type: ignore[operator]


async def test_a_suspended_member_is_kept_out_and_comes_back(house: House, make: Make) -> None:
    bob = await make.account("bob", display_name="Bob")
    await do(house, standing.suspend, bob)
    async with house.db.read() as conn:
        token = await tokens.find(conn, bob.token)
        assert token is not None
        assert token.disabled
        assert await gates.of_email(conn, "b.o.b+2@mail.example") is True
    await do(house, standing.unsuspend, bob)
    async with house.db.read() as conn:
        token = await tokens.find(conn, bob.token)
        assert token is not None
        assert not token.disabled
        assert await gates.of_email(conn, "bob@mail.example") is False
        assert (await accounts.get(conn, bob.id)).display_name == "Bob"


async def test_it_is_remembered_to_remove_everything_after_30_days(house: House, make: Make) -> None:
    bob = await make.account("bob")
    await do(house, standing.suspend, bob)
    await do(house, standing.suspend, bob)  # once is enough
    async with house.db.read() as conn:
        since = (await accounts.get(conn, bob.id)).suspended_at
        assert since is not None
        (lapse,) = [row for row in await conn.all(_jobs) if row.kind == standing.LAPSE]
    assert lapse.run_at == since + standing.KEPT_MS
    assert lapse.payload == {"account": bob.id, "since": since}


async def test_a_suspended_stranger_follows_nobody_here_any_more(
    assembled: Assembled, house: House, make: Make
) -> None:
    alice, bob = await make.account("alice"), await make.account("bob", locked=True)
    carl = await make.remote("carl@there.example")
    async with house.db.write() as conn:
        await follow.follow(conn, carl, alice.id)
        await follow.follow(conn, carl, bob.id)
        await follow.follow(conn, alice.id, carl)
        await follow.accept(conn, carl, alice.id)
    await do(house, standing.suspend, carl)
    await assembled.worker.drain()
    async with house.db.read() as conn:
        to_carl = await relationships.relationship(conn, alice.id, carl)
        asked = await relationships.relationship(conn, bob.id, carl)
    assert (to_carl.followed_by, to_carl.following) == (False, True)
    assert not asked.requested_by


async def test_what_was_decided_on_a_person_outlasts_what_was_on_their_server(
    house: House, make: Make
) -> None:
    carl = await make.remote("carl@there.example")
    other = await make.remote("dora@there.example")
    for severity, verb, column in (
        ("suspend", standing.suspend, "suspended_at"), ("silence", standing.limit, "limited_at"),
    ):  # fmt: skip
        async with house.db.write() as conn:
            await domains.decide(
                conn, house.settings, Decision(domain="there.example", severity=severity)  # type: ignore[arg-type]
            )  # fmt: skip
        await do(house, verb, carl)
        undo = standing.unsuspend if severity == "suspend" else standing.unlimit
        with pytest.raises(Forbidden, match="server"):
            await do(house, undo, carl)
        async with house.db.write() as conn:
            await domains.undo(conn, "there.example")
            assert getattr(await accounts.get(conn, carl), column) is not None
            assert getattr(await accounts.get(conn, other), column) is None
        await do(house, undo, carl)
        async with house.db.read() as conn:
            assert getattr(await accounts.get(conn, carl), column) is None


async def test_a_disabled_member_is_kept_out_and_nothing_else_changes(house: House, make: Make) -> None:
    bob = await make.account("bob")
    await do(house, standing.disable, bob)
    async with house.db.read() as conn:
        token = await tokens.find(conn, bob.token)
        assert (await accounts.get(conn, bob.id)).suspended_at is None
    assert token is not None
    assert token.disabled
    await do(house, standing.enable, bob)
    async with house.db.read() as conn:
        assert await tokens.still_open(conn, [token.id]) == {token.id}
