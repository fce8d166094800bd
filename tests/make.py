"""Functions that build a small village.  No global cast: a test makes whom it needs.

People are stored by core's own verbs; only passwords are cheaper here than in life.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher

from stoa.core.accounts import store as accounts
from stoa.core.accounts.model import Role
from stoa.core.auth import store as users
from stoa.core.auth import tokens
from stoa.core.errors import NotFound
from stoa.core.house import House
from stoa.core.policy.draft import Draft
from stoa.core.relationships import block, follow
from stoa.core.statuses.publish import publish

PASSWORD = "correct horse battery"
ALL_SCOPES = "read write follow push"


@cache
def _hash(password: str) -> str:
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(password)


@dataclass(frozen=True)
class Person:
    """Somebody with an account here and a token that may do everything."""

    id: int
    username: str
    email: str
    token: str


def lies(house: House, key: str) -> Path:
    """Where a stored file lies on this machine."""
    path = house.storage.local(key)
    assert path is not None
    return path


class Make:
    """Bound to the house of the test."""

    def __init__(self, house: House) -> None:
        self.house = house

    async def account(
        self, username: str, *, role: Role = "user", approved: bool = True, confirmed: bool = True,
        **columns: Any,
    ) -> Person:  # fmt: skip
        """Somebody who lives here; *columns* of `accounts` as wished (locked=True, …)."""
        email = f"{username}@mail.example"
        async with self.house.db.write() as conn:
            account_id = await accounts.add_local(conn, username, self.house.addresses)
            await users.add(
                conn, account_id=account_id, email=email, password_hash=_hash(PASSWORD), role=role,
                approved=approved, confirmed=confirmed,
            )  # fmt: skip
            if columns:
                await accounts.change(conn, account_id, **columns)
            token = await tokens.create(conn, scopes=ALL_SCOPES, account_id=account_id)
        return Person(account_id, username, email, token)

    async def token(self, person: Person, scopes: str) -> str:
        """Another token for *person*."""
        async with self.house.db.write() as conn:
            return await tokens.create(conn, scopes=scopes, account_id=person.id)

    async def remote(self, acct: str, **columns: Any) -> int:
        """The account id of somebody on another server."""
        username, domain = acct.split("@")
        async with self.house.db.write() as conn:
            account_id = await accounts.add_remote(
                conn, username=username, domain=domain, uri=f"https://{domain}/users/{username}",
                url=f"https://{domain}/@{username}",
            )  # fmt: skip
            if columns:
                await accounts.change(conn, account_id, **columns)
        return account_id

    async def status(self, author: Person | int, text: str = "Hello.", **draft: Any) -> int:
        """The id of a post; *draft* as in core/policy/draft.py (visibility="direct", uri=…, …)."""
        account_id = author if isinstance(author, int) else author.id
        async with self.house.db.write() as conn:
            return await publish(
                conn, Draft(account_id=account_id, text=text, **draft), self.house.settings,
                self.house.addresses,
            )  # fmt: skip

    async def follow(self, follower: Person, target: Person) -> None:
        """*follower* follows *target*, who agrees if they are asked."""
        async with self.house.db.write() as conn:
            await follow.follow(conn, follower.id, target.id)
            with contextlib.suppress(NotFound):
                await follow.accept(conn, target.id, follower.id)

    async def block(self, blocker: Person, target: Person) -> None:
        """*blocker* blocks *target*."""
        async with self.house.db.write() as conn:
            await block.block(conn, blocker.id, target.id)
