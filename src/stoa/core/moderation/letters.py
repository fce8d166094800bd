"""Letters to those about whom the moderators have decided something: what to ask the queue for, and what
the worker then writes.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sqlalchemy import bindparam, select

from stoa.core.auth import one_time, users
from stoa.core.auth.model import User
from stoa.core.errors import NotFound
from stoa.core.moderation.model import Action
from stoa.core.ports import Mailer
from stoa.db import Connection, Database, Query, Row
from stoa.db.tables import account_warnings
from stoa.db.tables.base import Id
from stoa.jobs import queue
from stoa.settings import Settings

APPROVED = "mail.approved"
REJECTED = "mail.rejected"
WARNED = "mail.warned"
APPEALED = "mail.appealed"

Job = Callable[[Database, Any], Awaitable[None]]

_warning = Query(
    select(
        account_warnings.c.account_id,
        account_warnings.c.action,
        account_warnings.c.text,
        account_warnings.c.approved_at,
    ).where(account_warnings.c.id == bindparam("warning", type_=Id))
)

_WHAT: Mapping[Action, tuple[str, str]] = {
    "none": (
        "A word from the moderators of {title}",
        "The moderators of {title} want to tell you something.",
    ),
    "disable": ("You cannot sign in to {title} for now", "Your login at {title} is disabled."),
    "sensitive": (
        "Your pictures at {title} stand behind a warning",
        "From now on whatever you attach to a post at {title} is shown behind a warning.",
    ),
    "silence": (
        "Your account at {title} is limited",
        "Only those who follow you already will meet your posts at {title}.",
    ),
    "suspend": (
        "Your account at {title} is suspended",
        """Your account at {title} is suspended: nobody is shown anything of yours, and you cannot
sign in. After 30 days everything you left there will be removed.""",
    ),
}


async def tell_approved(conn: Connection, account_id: int) -> None:
    """Have a letter sent that says that they may come in."""
    await queue.add(conn, APPROVED, {"account": account_id})


async def tell_rejected(conn: Connection, user: User) -> None:
    """Have a letter sent that says that they may not; they will be forgotten by then."""
    await queue.add(conn, REJECTED, {"email": user.email, "username": user.username})


async def tell_of_warning(conn: Connection, warning_id: int) -> None:
    """Have a letter sent that says what was done, and what the moderators say to it."""
    await queue.add(conn, WARNED, {"warning": warning_id})


async def tell_of_appeal(conn: Connection, warning_id: int) -> None:
    """Have a letter sent that says how an appeal was decided."""
    await queue.add(conn, APPEALED, {"warning": warning_id})


def jobs(settings: Settings, mailer: Mailer) -> dict[str, Job]:
    """kind → what the worker does for it; each writes one letter."""

    async def send_approved(db: Database, payload: Any) -> None:
        async with db.read() as conn:
            user = await _find(conn, payload["account"])
        if user is None:
            return
        await mailer.send(
            user.email,
            f"Welcome to {settings.title}",
            f"Hello @{user.username},\n\n"
            f"you asked to join {settings.title}, and you are in.\n"
            f"Sign in here:\n\n{settings.base_url}/sign-in\n",
        )

    async def send_rejected(db: Database, payload: Any) -> None:
        await mailer.send(
            payload["email"],
            f"About your wish to join {settings.title}",
            f"Hello @{payload['username']},\n\n"
            f"you asked to join {settings.title}. The people who run it have decided against it.\n"
            "Nothing of what you gave is kept.\n",
        )

    async def send_warned(db: Database, payload: Any) -> None:
        async with db.write() as conn:
            found = await _warned(conn, payload["warning"])
            if found is None:
                return
            warning, user = found
            # Who was suspended cannot sign in to say something.
            token = await one_time.issue(conn, user.account_id, "appeal", str(payload["warning"]))
        subject, first = _WHAT[warning.action]
        words = f"They write:\n\n{warning.text}\n\n" if warning.text else ""
        await mailer.send(
            user.email,
            subject.format(title=settings.title),
            f"Hello @{user.username},\n\n{first.format(title=settings.title)}\n\n{words}"
            "If you think that this is wrong, you can say so, once, within 20 days:\n\n"
            f"{settings.base_url}/disputes/strikes/{payload['warning']}?token={token}\n",
        )

    async def send_appealed(db: Database, payload: Any) -> None:
        async with db.read() as conn:
            found = await _warned(conn, payload["warning"])
        if found is None:
            return
        warning, user = found
        verdict = (
            "They agree with you: what was done is taken back."
            if warning.approved_at is not None
            else "They have decided that it stays as it is."
        )
        await mailer.send(
            user.email,
            f"Your appeal at {settings.title}",
            f"Hello @{user.username},\n\n"
            f"the moderators of {settings.title} have read what you wrote.\n{verdict}\n",
        )

    return {
        APPROVED: send_approved,
        REJECTED: send_rejected,
        WARNED: send_warned,
        APPEALED: send_appealed,
    }


async def _warned(conn: Connection, warning_id: int) -> tuple[Row, User] | None:
    warning = await conn.first(_warning, warning=warning_id)
    user = None if warning is None else await _find(conn, warning.account_id)
    return None if user is None else (warning, user)


async def _find(conn: Connection, account_id: int) -> User | None:
    try:
        return await users.get(conn, account_id)
    except NotFound:
        return None  # deleted since
