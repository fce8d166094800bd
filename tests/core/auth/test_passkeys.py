"""Passkeys: what is taken for one, and what opens an account, once."""

from __future__ import annotations

import json
from typing import Any

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import ec

from stoa.core.auth import passkeys, users
from stoa.core.auth.leave import leave
from stoa.core.auth.sign_in import MayNotYet
from stoa.core.errors import NotFound, Unprocessable
from stoa.core.house import House
from tests.core.auth.device import USER_PRESENT, Device
from tests.make import Make, Person

ELSEWHERE = "https://stoa.evil.example"


def site(house: House) -> passkeys.Site:
    return passkeys.Site(
        house.addresses.base, house.settings.title, house.settings.domain, house.signing_key
    )


def device(house: House, **said: Any) -> Device:
    return Device(**{"origin": house.addresses.base, **said})


async def begun(house: House, person: Person) -> tuple[str, dict[str, Any]]:
    async with house.db.read() as conn:
        user = await users.get(conn, person.id)
        ticket, options = await passkeys.begin_adding(conn, site(house), user)
    return ticket, json.loads(json.dumps(options))


async def added(house: House, person: Person, with_: Device, name: str = "Phone") -> None:
    ticket, options = await begun(house, person)
    await add(house, person, ticket, with_.create(options), name)


async def add(house: House, person: Person, ticket: str, answer: str, name: str = "Phone") -> None:
    async with house.db.write() as conn:
        await passkeys.add(conn, site(house), person.id, ticket=ticket, answer=answer, name=name)


async def names(house: House, person: Person) -> list[str]:
    async with house.db.read() as conn:
        return [one.name for one in await passkeys.of(conn, person.id)]


async def open_with(house: House, ticket: str, answer: str) -> int:
    async with house.db.write() as conn:
        return (await passkeys.sign_in(conn, site(house), ticket=ticket, answer=answer)).account_id


async def test_a_passkey_is_added_and_opens_the_account(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    phone, laptop, other = device(house), device(house), device(house)
    await added(house, alice, phone, "  My\n phone ")
    await added(house, alice, laptop, "x" * 500)
    await added(house, bob, other)
    assert await names(house, alice) == ["My phone", "x" * passkeys.MAX_NAME]
    for one, person in ((phone, alice), (laptop, alice), (other, bob)):
        ticket, options = passkeys.begin_signing_in(site(house))
        assert await open_with(house, ticket, one.get(options)) == person.id
    async with house.db.write() as conn:
        (first, second) = await passkeys.of(conn, alice.id)
        assert first.last_used_at is not None
        with pytest.raises(NotFound):
            await passkeys.remove(conn, bob.id, first.id)
        await passkeys.remove(conn, alice.id, first.id)
    assert await names(house, alice) == [second.name]
    ticket, options = passkeys.begin_signing_in(site(house))
    with pytest.raises(passkeys.NoPasskey):
        await open_with(house, ticket, phone.get(options))


async def test_a_challenge_is_answered_once_and_in_time(house: House, make: Make) -> None:
    alice, phone = await make.account("alice"), device(house)
    await added(house, alice, phone)
    ticket, options = passkeys.begin_signing_in(site(house))
    answer = phone.get(options)
    await open_with(house, ticket, answer)
    for again in (answer, phone.get(options)):
        with pytest.raises(passkeys.NoPasskey):
            await open_with(house, ticket, again)
    with time_machine.travel(0, tick=False):
        early, early_options = passkeys.begin_signing_in(site(house))
    with pytest.raises(passkeys.NoPasskey):
        await open_with(house, early, phone.get(early_options))
    later, _ = passkeys.begin_signing_in(site(house))
    # Neither another's ticket, nor the one for adding, nor one with something changed.
    adding, adding_options = await begun(house, alice)
    for wrong in (later, adding, ticket[:-1], ticket.replace(".", "x."), "", "é" * 600):
        with pytest.raises(passkeys.NoPasskey):
            await open_with(house, wrong, phone.get(adding_options))


@pytest.mark.parametrize(
    "lies",
    [
        {"origin": ELSEWHERE},
        {"origin": "http://localhost:8000.evil.example"},
        {"flags": USER_PRESENT},
        {"flags": 0},
        {"party": "evil.example"},
        {"user": b"1"},
        {"key": ec.generate_private_key(ec.SECP256R1())},
        {"credential": b"0123456789abcdef"},
        {"counted": 5},
        {"counted": 6},
    ],
)
async def test_what_does_not_prove_everything_opens_nothing(
    house: House, make: Make, lies: dict[str, Any]
) -> None:
    alice, phone = await make.account("alice"), device(house, counted=6)
    await added(house, alice, phone)
    for name, value in lies.items():
        setattr(phone, name, value)
    ticket, options = passkeys.begin_signing_in(site(house))
    with pytest.raises(passkeys.NoPasskey):
        await open_with(house, ticket, phone.get(options))


@pytest.mark.parametrize(
    "lies", [{"origin": ELSEWHERE}, {"flags": USER_PRESENT}, {"credential": b"x" * 2_000}]
)
async def test_what_does_not_prove_everything_is_not_added(
    house: House, make: Make, lies: dict[str, Any]
) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    ticket, options = await begun(house, alice)
    with pytest.raises(Unprocessable, match="no passkey that fits"):
        await add(house, alice, ticket, device(house, **lies).create(options))
    for person, wrong in ((bob, ticket), (alice, ticket[:-1]), (alice, "")):
        with pytest.raises(Unprocessable, match="begin once more"):
            await add(house, person, wrong, device(house).create(options))
    with pytest.raises(Unprocessable, match="no passkey that fits"):
        await add(house, alice, ticket, device(house).create(options, type="webauthn.get"))


DEEP = "[" * 30_000
NONSENSE = [
    "", "{}", "[]", "7", DEEP, "{" * 40_000, '{"id":7}', '{"id":"x","rawId":"y","response":{}}',
    '{"id":"AA","rawId":"AA","response":{"clientDataJSON":"AA","attestationObject":"gYGBgYGBgYE"}}',
    json.dumps({"id": "AA", "rawId": "AA", "response": {"clientDataJSON": "e30",
        "attestationObject": "gYGB" * 7_000, "authenticatorData": "gYGB" * 100, "signature": "AA"}}),
]  # fmt: skip


@pytest.mark.parametrize("answer", NONSENSE)
async def test_nonsense_is_refused_in_words(house: House, make: Make, answer: str) -> None:
    alice, phone = await make.account("alice"), device(house)
    await added(house, alice, phone)
    ticket, _ = await begun(house, alice)
    with pytest.raises(Unprocessable, match="no passkey that fits"):
        await add(house, alice, ticket, answer)
    ticket, _ = passkeys.begin_signing_in(site(house))
    with pytest.raises(passkeys.NoPasskey):
        await open_with(house, ticket, answer)


async def test_one_passkey_belongs_to_one_account_and_there_are_twenty_at_most(
    house: House, make: Make
) -> None:
    alice, bob, phone = await make.account("alice"), await make.account("bob"), device(house)
    await added(house, alice, phone)
    ticket, options = await begun(house, bob)
    with pytest.raises(Unprocessable, match="here already"):
        await add(house, bob, ticket, phone.create(options))
    _, options = await begun(house, alice)
    assert len(options["excludeCredentials"]) == 1
    for _ in range(passkeys.MOST - 1):
        await added(house, alice, device(house))
    with pytest.raises(Unprocessable, match="Remove one"):
        await begun(house, alice)


async def test_it_opens_no_account_that_may_not_be_used(house: House, make: Make) -> None:
    alice, phone = await make.account("alice", approved=False), device(house)
    await added(house, alice, phone)
    ticket, options = passkeys.begin_signing_in(site(house))
    with pytest.raises(MayNotYet):
        await open_with(house, ticket, phone.get(options))
    async with house.db.write() as conn:
        await leave(conn, alice.id)
    assert await names(house, alice) == []
