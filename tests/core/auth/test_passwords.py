"""Passwords: hashed well, checked the same for everybody, never in the loop's way."""

from __future__ import annotations

import asyncio

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.low_level import Type

from stoa.core.auth import passwords
from stoa.core.errors import TooMany


async def test_the_hash_is_argon2id_with_the_parameters_of_owasp() -> None:
    made = extract_parameters(await passwords.hashed("correct horse"))
    assert made.type is Type.ID
    assert made.memory_cost >= 19 * 1024
    assert made.time_cost >= 2


async def test_the_right_password_is_right_and_another_is_wrong() -> None:
    made = await passwords.hashed("correct horse")
    assert await passwords.check(made, "correct horse") == "right"
    assert await passwords.check(made, "correct horses") == "wrong"
    assert await passwords.check(made, "") == "wrong"
    assert await passwords.check(None, "nobody") == "wrong"
    assert await passwords.check("not a hash", "x") == "wrong"


async def test_old_parameters_are_noticed() -> None:
    old = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("correct horse")
    assert await passwords.check(old, "correct horse") == "outdated"
    assert await passwords.check(old, "wrong") == "wrong"


async def test_the_same_letters_typed_elsewhere_are_the_same() -> None:
    made = await passwords.hashed("Zo\u00eb \ufb01 password")
    assert await passwords.check(made, "Zoe\u0308 fi password") == "right"


async def test_a_very_long_password_is_not_hashed_at_all() -> None:
    made = await passwords.hashed("correct horse")
    assert await passwords.check(made, "x" * 1_000_000) == "wrong"


@pytest.mark.parametrize(
    ("password", "codes"),
    [
        ("", ["ERR_BLANK"]),
        ("x" * 7, ["ERR_TOO_SHORT"]),
        ("x" * 8, []),
        ("12345678", []),
        ("x" * 256, []),
        ("x" * 257, ["ERR_TOO_LONG"]),
    ],
)
def test_only_the_length_of_a_new_password_matters(password: str, codes: list[str]) -> None:
    assert [problem.code for problem in passwords.problems(password, minimum=8)] == codes


async def test_a_flood_of_passwords_is_turned_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "MAX_WAITING", 2)
    answers = await asyncio.gather(*(passwords.check(None, "x") for _ in range(5)), return_exceptions=True)
    assert sum(isinstance(answer, TooMany) for answer in answers) == 3
    assert await passwords.check(None, "x") == "wrong"
