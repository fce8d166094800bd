"""What the commands do, apart from reading their arguments.  Each returns JSON data and a text."""

from __future__ import annotations

import argparse
from typing import Any

from stoa import ids
from stoa.core.accounts import names
from stoa.core.auth import invites, passwords, register, tokens, users
from stoa.core.auth import scopes as oauth_scopes
from stoa.core.auth.model import User
from stoa.core.errors import Invalid, NotFound, Unprocessable
from stoa.core.house import House
from stoa.main.doctor import doctor

__all__ = ["account_create", "account_list", "doctor", "invite_create", "token_create"]


async def account_create(house: House, options: argparse.Namespace) -> tuple[Any, str]:
    """An account, confirmed and approved at once.  Raises Invalid.

    Whoever may run commands here speaks for the house, so names of the house are free to them.
    """
    username, email = options.name.removeprefix("@"), options.email.strip()
    problems = {
        "username": names.username_problems(username, reserved=False),
        "email": names.email_problems(email, loopback=house.settings.is_loopback),
        "password": passwords.problems(options.password, minimum=house.settings.password_min_length),
    }
    wrong = {field: found for field, found in problems.items() if found}
    if wrong:
        raise Invalid(wrong)
    password_hash = await passwords.hashed(options.password)
    async with house.db.write() as conn:
        account_id = await register.create(
            conn,
            username=username,
            email=email,
            password_hash=password_hash,
            addresses=house.addresses,
            role=options.role,
        )
        user = await users.get(conn, account_id)
    role = "" if user.role == "user" else f" ({user.role})"
    return _account(user), f"@{user.username} has an account now{role}."


async def account_list(house: House, options: argparse.Namespace) -> tuple[Any, str]:
    """Everybody who has an account here, oldest first."""
    async with house.db.read(long=True) as conn:
        everybody = await users.list_all(conn)
    lines = [f"@{user.username}  {user.role}  {user.email}  {_state(user)}" for user in everybody]
    return [_account(user) for user in everybody], "\n".join(lines) or "Nobody has an account yet."


async def token_create(house: House, options: argparse.Namespace) -> tuple[Any, str]:
    """A bearer token for an account.  Raises NotFound, Unprocessable for an unknown scope."""
    unknown = oauth_scopes.unknown(options.scopes)
    if unknown or not options.scopes.split():
        raise Unprocessable(
            f'There is no scope {unknown[0]!r}; an example is "read write follow push".'
            if unknown
            else "A token needs at least one scope, such as read."
        )
    scopes = " ".join(dict.fromkeys(options.scopes.split()))
    async with house.db.write() as conn:
        user = await users.find_by_username(conn, options.name)
        if user is None:
            raise NotFound(f"There is no account called {options.name!r} here.")
        token = await tokens.create(conn, scopes=scopes, account_id=user.account_id)
    return {"token": token, "scopes": scopes, "account_id": str(user.account_id)}, token


async def invite_create(house: House, options: argparse.Namespace) -> tuple[Any, str]:
    """The address at which whoever has it may join."""
    if not 1 <= options.uses <= 10_000 or not 1 <= options.days <= 3650:
        raise Unprocessable("An invitation is for 1 to 10,000 people and holds for 1 to 3,650 days.")
    expires_at = ids.now_ms() + options.days * 24 * 3600 * 1000
    async with house.db.write() as conn:
        code = await invites.create(conn, max_uses=options.uses, expires_at=expires_at)
    url = f"{house.addresses.base}/sign-up?invite={code}"
    return {"code": code, "url": url, "uses": options.uses, "expires_at": ids.iso(expires_at)}, url


def _account(user: User) -> dict[str, Any]:
    return {
        "id": str(user.account_id),
        "username": user.username,
        "email": user.email,
        "role": user.role,
        "state": _state(user),
        "created_at": ids.iso(user.created_at),
    }


def _state(user: User) -> str:
    if user.suspended_at is not None:
        return "suspended"
    if user.disabled_at is not None:
        return "disabled"
    if user.confirmed_at is None:
        return "unconfirmed"
    return "active" if user.approved else "pending"
