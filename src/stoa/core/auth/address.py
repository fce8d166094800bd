"""Another e-mail address for a member: it holds once its owner has followed the link sent to it, and the
old one is told.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from stoa.core.accounts import names
from stoa.core.auth import gates, one_time, store, users
from stoa.core.errors import Invalid, NotFound, Problem
from stoa.core.ports import Mailer
from stoa.db import Connection, Database, UniqueViolation
from stoa.jobs import queue
from stoa.settings import Settings

ASK = "mail.change_email"
TOLD = "mail.email_changed"
_TAKEN = Problem("ERR_TAKEN", "has already been taken")

Job = Callable[[Database, Any], Awaitable[None]]


async def ask(conn: Connection, account_id: int, email: str, settings: Settings) -> None:
    """Have a letter sent to *email* with a link that makes it the member's.  Raises Invalid for what is no
    address, for one that is not accepted here, and for one that somebody has.
    """
    email = email.strip()
    wrong = names.email_problems(email, loopback=settings.is_loopback)
    if not wrong and await gates.of_email(conn, email):
        wrong = [Problem("ERR_BLOCKED", "is of a provider that is not accepted here")]
    if not wrong and await users.find_by_email(conn, email) is not None:
        wrong = [_TAKEN]
    if wrong:
        raise Invalid({"email": wrong})
    await one_time.void(conn, account_id, "change_email")
    await queue.add(conn, ASK, {"account_id": account_id, "email": email})


async def confirm(conn: Connection, account_id: int, token: str) -> bool:
    """Whether *token*, of a letter to this member, holds: then its address is theirs.  Raises Invalid where
    somebody else has taken it meanwhile.
    """
    found = await one_time.find(conn, token, "change_email")
    if found is None or found.account_id != account_id:
        return False
    before = await users.get(conn, account_id)
    try:
        await store.change(conn, account_id, email=found.value, email_key=found.value.lower())
    except UniqueViolation:
        raise Invalid({"email": [_TAKEN]}) from None
    # Links that lie in the old letter box open nothing any more.
    await one_time.void(conn, account_id, "change_email")
    await one_time.void(conn, account_id, "reset_password")
    await queue.add(conn, TOLD, {"username": before.username, "email": before.email})
    return True


def jobs(settings: Settings, mailer: Mailer) -> dict[str, Job]:
    """kind → what the worker does for it; each writes one letter."""

    async def send_question(db: Database, payload: Any) -> None:
        async with db.write() as conn:
            try:
                user = await users.get(conn, payload["account_id"])
            except NotFound:
                return  # deleted since
            token = await one_time.issue(conn, user.account_id, "change_email", payload["email"])
        await mailer.send(
            payload["email"],
            f"Your new address at {settings.title}",
            f"Hello @{user.username},\n\n"
            f"somebody, probably you, wants to use this address at {settings.title} from now on.\n"
            f"Follow this link to say that it is yours. It works once, for three days:\n\n"
            f"{settings.base_url}/settings/email/confirm?token={token}\n\n"
            "If it was not you, do nothing, and nothing will happen.\n",
        )

    async def send_news(db: Database, payload: Any) -> None:
        await mailer.send(
            payload["email"],
            f"Your address at {settings.title} was changed",
            f"Hello @{payload['username']},\n\n"
            f"you have another e-mail address at {settings.title} now; nothing more is sent to this one.\n"
            "If it was not you, write to the people who run this server:\n\n"
            f"{settings.base_url}/about\n",
        )

    return {ASK: send_question, TOLD: send_news}
