"""Passwords: Argon2id, made and checked in threads of their own, never in the event loop.

Parameters are those of the OWASP Password Storage Cheat Sheet (19 MiB, two passes): about 20 ms, and
little enough memory that a small machine can check several at once.  A password is at most
MAX_LENGTH characters long and otherwise free; there are no rules on what it is made of.
"""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Literal, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from stoa.core.errors import Problem, TooMany

R = TypeVar("R")

MAX_LENGTH = 256
MAX_WAITING = 200

Verdict = Literal["right", "outdated", "wrong"]
"""*outdated*: right, and its hash should be made anew with today's parameters."""

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_threads = ThreadPoolExecutor(2, thread_name_prefix="passwords")
_waiting = 0

# What nobody's password has been hashed to.  Checking against it takes as long as against any other,
# so that the time of an answer does not tell whether an address has an account here.
_nobodys_hash: str | None = None


def problems(password: str, *, minimum: int) -> list[Problem]:
    """What is wrong with *password* as a new one."""
    if not password:
        return [Problem("ERR_BLANK", "can't be blank")]
    if len(password) < minimum:
        return [Problem("ERR_TOO_SHORT", f"is too short (minimum is {minimum} characters)")]
    if len(password) > MAX_LENGTH:
        return [Problem("ERR_TOO_LONG", f"is too long (maximum is {MAX_LENGTH} characters)")]
    return []


async def hashed(password: str) -> str:
    """What is stored in a password's place.  Raises TooMany when very many wait for theirs."""
    return await _in_thread(lambda password: _hasher.hash(_bytes(password)), password)


async def check(password_hash: str | None, password: str) -> Verdict:
    """Whether *password* is the one that was hashed; None stands for a user who does not exist."""
    return await _in_thread(lambda password: _check(password_hash, password), password)


def _check(password_hash: str | None, password: str) -> Verdict:
    global _nobodys_hash
    if len(password) > MAX_LENGTH:
        password = ""
    if password_hash is None:
        if _nobodys_hash is None:
            _nobodys_hash = _hasher.hash(b"nobody")
        password_hash, right_at_all = _nobodys_hash, False
    else:
        right_at_all = True
    try:
        _hasher.verify(password_hash, _bytes(password))
    except (Argon2Error, InvalidHashError):
        return "wrong"
    if not right_at_all:
        return "wrong"
    return "outdated" if _hasher.check_needs_rehash(password_hash) else "right"


def _bytes(password: str) -> bytes:
    # The same letters typed on another machine may be other code points (NIST SP 800-63B 3.1.1.2).
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


async def _in_thread(work: Callable[[str], R], password: str) -> R:
    global _waiting
    if _waiting >= MAX_WAITING:
        raise TooMany("Too many people are signing in at the moment; try again shortly.")
    _waiting += 1
    try:
        return await asyncio.get_running_loop().run_in_executor(_threads, work, password)
    finally:
        _waiting -= 1
