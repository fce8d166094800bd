"""A second proof: the codes of RFC 6238, each good for once, and codes on paper."""

from __future__ import annotations

import base64

import pytest

from stoa import ids
from stoa.core.auth import second_factor
from stoa.core.errors import Unprocessable
from stoa.core.house import House
from tests.make import Make, Person

RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_rfc_6238(seconds: int, code: str) -> None:
    assert second_factor.code_at(RFC_SECRET, seconds // second_factor.STEP_SECONDS) == code


def now_step() -> int:
    return ids.now_ms() // 1000 // second_factor.STEP_SECONDS


async def turned_on(house: House, person: Person) -> tuple[str, list[str]]:
    """The secret, and the codes on paper; the code of the step before this one is used."""
    async with house.db.write() as conn:
        await second_factor.offer(conn, person.id)
        secret = await second_factor.offered(conn, person.id)
        assert secret is not None
        assert not await second_factor.is_on(conn, person.id)
        codes = await second_factor.confirm(conn, person.id, second_factor.code_at(secret, now_step() - 1))
        assert await second_factor.is_on(conn, person.id)
    return secret, codes


async def test_a_code_is_taken_once(house: House, make: Make) -> None:
    alice = await make.account("alice")
    secret, _ = await turned_on(house, alice)
    code = second_factor.code_at(secret, now_step())
    async with house.db.write() as conn:
        await second_factor.verify(conn, alice.id, f" {code[:3]} {code[3:]} ")
        for again in (code, "000000x", "", "é", second_factor.code_at(secret, now_step() + 100)):
            with pytest.raises(second_factor.WrongCode):
                await second_factor.verify(conn, alice.id, again)


async def test_a_code_on_paper_is_used_up(house: House, make: Make) -> None:
    alice = await make.account("alice")
    _, codes = await turned_on(house, alice)
    assert len(set(codes)) == second_factor.RECOVERY_CODES
    async with house.db.write() as conn:
        await second_factor.verify(conn, alice.id, codes[3].upper())
        assert await second_factor.left(conn, alice.id) == second_factor.RECOVERY_CODES - 1
        with pytest.raises(second_factor.WrongCode):
            await second_factor.verify(conn, alice.id, codes[3])


async def test_nothing_is_proved_where_nothing_is_on(house: House, make: Make) -> None:
    alice = await make.account("alice")
    async with house.db.write() as conn:
        with pytest.raises(second_factor.WrongCode):
            await second_factor.verify(conn, alice.id, "000000")
        with pytest.raises(Unprocessable):
            await second_factor.confirm(conn, alice.id, "000000")
        await second_factor.offer(conn, alice.id)
        secret = await second_factor.offered(conn, alice.id)
        assert secret is not None
        with pytest.raises(second_factor.WrongCode):
            await second_factor.verify(conn, alice.id, second_factor.code_at(secret, now_step()))


async def test_what_is_on_is_not_replaced_unasked(house: House, make: Make) -> None:
    alice = await make.account("alice")
    await turned_on(house, alice)
    async with house.db.write() as conn:
        with pytest.raises(Unprocessable):
            await second_factor.offer(conn, alice.id)
        await second_factor.turn_off(conn, alice.id)
        await second_factor.offer(conn, alice.id)
        assert not await second_factor.is_on(conn, alice.id)


def test_an_app_is_told_whose_code_it_is() -> None:
    assert second_factor.address("ABC", "alice@stoa.example", "Our Stoa") == (
        "otpauth://totp/Our%20Stoa%3Aalice%40stoa.example?secret=ABC&issuer=Our%20Stoa"
    )
