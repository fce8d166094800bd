"""Letters about an account: what to ask the queue for, and what the worker then writes.

The token of a link is made only when its letter is written, so that neither the queue nor a backup
of it holds one.  Links start with the public address of the settings, whatever host was asked.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from stoa import ids
from stoa.core import events
from stoa.core.auth import one_time, store
from stoa.core.auth import users as known
from stoa.core.auth.model import User
from stoa.core.errors import Invalid, NotFound, Problem
from stoa.core.ports import Mailer
from stoa.db import Connection, Database, UniqueViolation
from stoa.jobs import queue
from stoa.settings import Settings

CONFIRM = "mail.confirm_email"
RESET = "mail.reset_password"
CHANGED = "mail.password_changed"
PASSKEY = "mail.passkey_added"

Job = Callable[[Database, Any], Awaitable[None]]


async def ask_to_confirm(conn: Connection, account_id: int) -> None:
    """Have a letter sent with a link that confirms the user's e-mail."""
    await queue.add(conn, CONFIRM, {"account_id": account_id}, unique_key=f"{CONFIRM}:{account_id}")


async def offer_reset(conn: Connection, email: str) -> None:
    """Have a letter sent with a link by which a new password is chosen, if *email* has an account.

    Only the worker looks whether it has, so that the time of our answer does not tell.
    """
    await queue.add(conn, RESET, {"email": email}, unique_key=f"{RESET}:{email}")


async def tell_of_change(conn: Connection, account_id: int) -> None:
    """Have a letter sent that says that the password was changed."""
    await queue.add(conn, CHANGED, {"account_id": account_id})


async def tell_of_passkey(conn: Connection, account_id: int) -> None:
    """Have a letter sent that says that a passkey was added."""
    await queue.add(conn, PASSKEY, {"account_id": account_id})


async def confirm(conn: Connection, token: str) -> int | None:
    """The account whose e-mail *token* confirms, once; None for a token that does not hold."""
    taken = await one_time.take(conn, token, "confirm_email")
    if taken is None:
        return None
    user = await known.get(conn, taken.account_id)
    # The link counts for the address it was sent to, not for one given later.
    if user.email != taken.value:
        return None
    if user.confirmed_at is None:
        await store.change(conn, user.account_id, confirmed_at=ids.now_ms())
        if user.approved:
            await events.record(conn, events.AccountAdmitted(user.account_id))
    await one_time.void(conn, user.account_id, "confirm_email")
    return user.account_id


async def change_unconfirmed_email(conn: Connection, account_id: int, email: str) -> None:
    """Another address for somebody who has not confirmed theirs.  Raises Invalid when it is taken."""
    try:
        await store.change(conn, account_id, email=email, email_key=email.lower())
    except UniqueViolation:
        raise Invalid({"email": [Problem("ERR_TAKEN", "has already been taken")]}) from None
    await one_time.void(conn, account_id, "confirm_email")


def jobs(settings: Settings, mailer: Mailer) -> dict[str, Job]:
    """kind → what the worker does for it; each writes one letter."""

    async def send_confirm(db: Database, payload: Any) -> None:
        async with db.write() as conn:
            user = await _find(conn, payload)
            if user is None or user.confirmed_at is not None:
                return
            token = await one_time.issue(conn, user.account_id, "confirm_email", user.email)
        await mailer.send(
            user.email,
            f"Confirm your e-mail for {settings.title}",
            f"Hello @{user.username},\n\n"
            f"somebody, probably you, made an account at {settings.title} with this address.\n"
            f"Follow this link to confirm it. It works once, for three days:\n\n"
            f"{settings.base_url}/confirm?token={token}\n\n"
            "If it was not you, do nothing, and nothing will happen.\n",
        )

    async def send_reset(db: Database, payload: Any) -> None:
        async with db.write() as conn:
            user = await known.find_by_email(conn, payload["email"])
            if user is None or user.disabled_at is not None or user.suspended_at is not None:
                return
            token = await one_time.issue(conn, user.account_id, "reset_password")
        await mailer.send(
            user.email,
            f"Choose a new password for {settings.title}",
            f"Hello @{user.username},\n\n"
            f"somebody, probably you, asked for a new password at {settings.title}.\n"
            f"Follow this link to choose one. It works once, for two hours:\n\n"
            f"{settings.base_url}/password/reset?token={token}\n\n"
            "If it was not you, do nothing: your password stays as it is.\n",
        )

    async def send_changed(db: Database, payload: Any) -> None:
        async with db.read() as conn:
            user = await _find(conn, payload)
        if user is None:
            return
        await mailer.send(
            user.email,
            f"Your password for {settings.title} was changed",
            f"Hello @{user.username},\n\n"
            f"your password at {settings.title} was just changed.\n"
            f"If it was not you, choose a new one here at once:\n\n"
            f"{settings.base_url}/password/forgot\n",
        )

    async def send_passkey(db: Database, payload: Any) -> None:
        async with db.read() as conn:
            user = await _find(conn, payload)
        if user is None:
            return
        await mailer.send(
            user.email,
            f"A passkey for {settings.title} was added",
            f"Hello @{user.username},\n\n"
            f"a passkey was just added to your account at {settings.title}: whoever has it can sign in.\n"
            f"If it was not you, choose a new password, and then remove it here:\n\n"
            f"{settings.base_url}/password/forgot\n"
            f"{settings.base_url}/settings/passkeys\n",
        )

    return {CONFIRM: send_confirm, RESET: send_reset, CHANGED: send_changed, PASSKEY: send_passkey}


async def _find(conn: Connection, payload: Any) -> User | None:
    try:
        return await known.get(conn, payload["account_id"])
    except NotFound:
        return None  # deleted since
