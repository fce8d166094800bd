"""Who is on a server that is suspended or limited is so too, exactly as long as that lasts."""

from __future__ import annotations

from typing import Any

import pytest

from stoa.core.accounts import store as accounts_store
from stoa.core.accounts import views as accounts
from stoa.core.errors import NotFound, Unprocessable
from stoa.core.house import House
from stoa.core.instances import domains, policy
from stoa.core.instances.domains import Decision
from stoa.core.moderation import domains as moderation
from stoa.core.notifications import views as notifications
from stoa.core.relationships import follow, severances
from stoa.db.paging import Page
from stoa.jobs.worker import InDatabase, Worker
from tests.make import Make, Person


async def decide(house: House, domain: str, severity: policy.Severity = "suspend", **more: Any) -> None:
    async with house.db.write() as conn:
        await moderation.decide(conn, house.settings, Decision(domain=domain, severity=severity, **more))
    await Worker(house.db, {moderation.SEVER: InDatabase(moderation.sever)}).drain()


async def undo(house: House, domain: str) -> None:
    async with house.db.write() as conn:
        await moderation.undo(conn, domain)


async def standing(house: House, account_id: int) -> str:
    """`suspended`, `limited`, both, or nothing."""
    async with house.db.read() as conn:
        account = await accounts.get(conn, account_id)
    return " ".join(
        word
        for word, at in (("suspended", account.suspended_at), ("limited", account.limited_at))
        if at is not None
    )


async def test_those_on_a_suspended_server_are_suspended_and_let_go_with_it(
    house: House, make: Make
) -> None:
    carol = await make.remote("carol@there.example")
    below = await make.remote("dora@deep.there.example")
    other = await make.remote("erin@elsewhere.example")
    like = await make.remote("fred@nothere.example")
    await decide(house, "there.example")
    assert [await standing(house, one) for one in (carol, below, other, like)] == [
        "suspended", "suspended", "", "",
    ]  # fmt: skip
    await undo(house, "there.example")
    assert [await standing(house, one) for one in (carol, below, other, like)] == [""] * 4


async def test_one_that_was_suspended_alone_stays_so(house: House, make: Make) -> None:
    carol = await make.remote("carol@there.example", suspended_at=1)
    dora = await make.remote("dora@there.example", limited_at=1)
    await decide(house, "there.example")
    await undo(house, "there.example")
    assert await standing(house, carol) == "suspended"
    assert await standing(house, dora) == "limited"


async def test_a_change_of_mind_is_followed(house: House, make: Make) -> None:
    carol = await make.remote("carol@there.example")
    await decide(house, "there.example", "silence")
    assert await standing(house, carol) == "limited"
    await decide(house, "there.example", "suspend")
    assert await standing(house, carol) == "suspended"
    await decide(house, "there.example", "noop")
    assert await standing(house, carol) == ""


async def test_the_nearest_decision_counts(house: House, make: Make) -> None:
    good = await make.remote("carol@good.there.example")
    bad = await make.remote("dora@bad.there.example")
    await decide(house, "there.example")
    await decide(house, "good.there.example", "noop")
    assert [await standing(house, good), await standing(house, bad)] == ["", "suspended"]
    await undo(house, "good.there.example")
    assert await standing(house, good) == "suspended"
    await decide(house, "bad.there.example", "silence")
    await undo(house, "there.example")
    assert [await standing(house, good), await standing(house, bad)] == ["", "limited"]


async def followers(house: House, person: Person) -> tuple[int, int]:
    """How many follow *person*, and how many they follow."""
    async with house.db.read() as conn:
        account = await accounts.get(conn, person.id)
    return account.followers_count, account.following_count


async def test_follows_both_ways_end_and_requests_too(
    house: House, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, locked = await make.account("alice"), await make.account("bob", locked=True)
    async with house.db.write() as conn:
        for number in range(7):
            there = await make_remote(conn, f"c{number}", "there.example")
            await follow.follow(conn, there, alice.id)
            await follow.follow(conn, there, locked.id)
            await follow.follow(conn, alice.id, there)
            await follow.accept(conn, there, alice.id)
        other = await make_remote(conn, "erin", "other.example")
        await follow.follow(conn, other, alice.id)
        asked = await moderation.would_sever(conn, ["there.example", "none.example"])
    assert asked == {"there.example": (7, 7)}
    assert await followers(house, alice) == (8, 7)
    await decide(house, "there.example")
    assert await followers(house, alice) == (1, 0)
    async with house.db.read() as conn:
        assert await moderation.would_sever(conn, ["there.example"]) == {}
        assert await conn.all(moderation._to_sever, stamps=list(await moderation._stamps(conn))) == []


async def make_remote(conn: Any, name: str, domain: str) -> int:
    """The account id of somebody elsewhere."""
    uri = f"https://{domain}/users/{name}"
    return await accounts_store.add_remote(conn, username=name, domain=domain, uri=uri, url=uri)


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("BÜCHER.example", "xn--bcher-kva.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("*.There.Example.", "there.example"),
        ("localhost:8001", "localhost:8001"),
        ("[2001:db8::1]:8443", "[2001:db8::1]:8443"),
    ],
)
async def test_names_have_one_form(house: House, make: Make, typed: str, known: str) -> None:
    carol = await make.remote(f"carol@{known}")
    await decide(house, typed)
    assert await standing(house, carol) == "suspended"
    async with house.db.read() as conn:
        assert [one.domain for one in await domains.list_decided(conn)] == [known]
        assert await policy.refuses(conn, house.settings, known)


@pytest.mark.parametrize(
    "typed", ["", "https://there.example", "a b", "x/../y", "a@b.example", "-", "a..b"]
)
async def test_what_is_no_name_is_refused(house: House, typed: str) -> None:
    with pytest.raises(Unprocessable, match="name of a server"):
        await decide(house, typed)


@pytest.mark.parametrize("typed", ["localhost:8000", "localhost"])
async def test_nobody_can_shut_themselves_out(house: House, typed: str) -> None:
    with pytest.raises(Unprocessable, match="very server"):
        await decide(house, typed)


async def test_what_was_not_decided_cannot_be_undone(house: House) -> None:
    with pytest.raises(NotFound, match=r"there\.example"):
        await undo(house, "there.example")


async def test_two_decisions_of_one_moment_have_stamps_of_their_own(house: House) -> None:
    async with house.db.write() as conn:
        many = [Decision(domain=f"{number}.example") for number in range(20)]
        await moderation.decide(conn, house.settings, *many)
        assert len({one.created_at for one in await domains.list_decided(conn)}) == 20


async def test_members_are_told_once_whom_they_lose(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    carol, dora = await make.remote("carol@there.example"), await make.remote("dora@there.example")
    async with house.db.write() as conn:
        for one in (carol, dora):
            await follow.follow(conn, one, alice.id)
        await follow.follow(conn, alice.id, carol)
        await follow.accept(conn, carol, alice.id)
        await follow.follow(conn, carol, await make_remote(conn, "erin", "other.example"))
    await decide(house, "there.example")
    await decide(house, "there.example")
    async with house.db.read() as conn:
        told = [
            one
            for one in await notifications.page(conn, alice.id, Page(limit=10))
            if one.type == "severed_relationships"
        ]
        lost = await severances.load(conn, [one.severance_id or 0 for one in told])
        assert await notifications.page(conn, bob.id, Page(limit=10)) == []
    (loss,) = lost.values()
    assert (loss.type, loss.target_name) == ("domain_block", "there.example")
    assert (loss.followers_count, loss.following_count) == (2, 1)
