"""Which servers are spoken with: what was decided on the nearest domain counts, at once in the process
that wrote it and soon in others.
"""

from __future__ import annotations

import msgspec
import pytest

from stoa import db as databases
from stoa.core.house import House
from stoa.core.instances import domains, policy
from stoa.core.instances.domains import Decision
from stoa.db import Connection
from stoa.settings import Federation


async def refused(house: House, domain: str, federation: Federation = "open") -> bool:
    settings = msgspec.structs.replace(house.settings, federation=federation)
    async with house.db.read() as conn:
        return await policy.refuses(conn, settings, domain)


async def test_what_is_decided_on_a_domain_holds_below_it_and_nowhere_else(house: House) -> None:
    async with house.db.write() as conn:
        await domains.put(conn, Decision(domain="there.example", reject_media=True, reject_reports=True))
        await domains.put(conn, Decision(domain="ok.there.example", severity="noop"))
    for domain, expected in {
        "there.example": True,
        "THERE.example": True,
        "a.b.there.example": True,
        "there.example:8443": True,
        "ok.there.example": False,
        "very.ok.there.example": False,
        "here.example": False,
        "nothere.example": False,
        "example": False,
    }.items():
        assert await refused(house, domain) is expected, domain
    async with house.db.read() as conn:
        rule = await policy.rule_of(conn, "x.there.example")
    assert (rule.severity, rule.reject_media, rule.reject_reports) == ("suspend", True, True)


async def test_a_decision_on_one_port_is_on_that_alone(house: House) -> None:
    async with house.db.write() as conn:
        await domains.put(conn, Decision(domain="localhost:8001"))
    assert await refused(house, "localhost:8001")
    assert not await refused(house, "localhost:8002")
    assert not await refused(house, "localhost")


async def test_where_servers_are_allowed_by_name_no_other_is_spoken_with(house: House) -> None:
    async with house.db.write() as conn:
        assert await domains.allow(conn, "Friends.example")
        assert not await domains.allow(conn, "friends.example")
        await domains.put(conn, Decision(domain="bad.friends.example"))
    assert not await refused(house, "friends.example", "allowlist")
    assert not await refused(house, "deep.friends.example", "allowlist")
    assert await refused(house, "bad.friends.example", "allowlist")
    assert await refused(house, "there.example", "allowlist")
    assert not await refused(house, "there.example", "open")
    async with house.db.write() as conn:
        assert await domains.disallow(conn, "friends.example")
    assert await refused(house, "friends.example", "allowlist")


async def test_without_federation_nobody_is_spoken_with(house: House) -> None:
    assert await refused(house, "there.example", "off")


async def test_many_are_asked_of_in_one_question(house: House) -> None:
    async with house.db.write() as conn:
        await domains.put(conn, Decision(domain="there.example"))
        before = house.db.statements
        hosts = [f"{number}.example" for number in range(500)] + ["x.there.example"]
        assert await policy.refused(conn, house.settings, hosts) == {"x.there.example"}
        assert house.db.statements - before == 1


async def test_what_another_process_decides_holds_seconds_later(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(policy, "monotonic", lambda: now)

    async def nothing(conn: Connection) -> None:
        assert not conn.events

    assert not await refused(house, "there.example")
    other = await databases.connect(house.settings.database_url, before_commit=nothing)
    try:
        async with other.write() as conn:
            await domains.put(conn, Decision(domain="there.example"))
    finally:
        await other.close()
    now += policy.BELIEVED_SECONDS
    assert await refused(house, "there.example")


async def test_what_was_answered_is_not_asked_again_for_a_while(house: House) -> None:
    assert not await refused(house, "there.example")
    before = house.db.statements
    assert not await refused(house, "there.example")
    assert house.db.statements == before


async def test_a_decision_that_is_undone_was_never_believed(house: House) -> None:
    async def decide() -> None:
        async with house.db.write() as conn:
            await domains.put(conn, Decision(domain="there.example"))
            assert await policy.refuses(conn, house.settings, "there.example")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await decide()
    assert not await refused(house, "there.example")


async def test_who_asks_while_it_is_being_decided_asks_again(house: House) -> None:
    async with house.db.write() as conn:
        await domains.put(conn, Decision(domain="there.example"))
        assert not await refused(house, "there.example")
    assert await refused(house, "there.example")


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("a.b.c", ["a.b.c", "b.c", "c"]),
        ("A.b:80", ["a.b:80", "a.b", "b"]),
        ("[::1]", ["[::1]"]),
        ("[::1]:80", ["[::1]:80", "[::1]"]),
    ],
)
def test_a_name_is_under_those_to_its_right(name: str, names: list[str]) -> None:
    assert policy.upwards(name) == names
