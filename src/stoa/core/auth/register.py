"""Joining: the rules on names, addresses and who may come in, and the account itself.

A door asks three things in this order: `check` (what is wrong, all of it at once), then the password's
hash (slow, so outside of any transaction), then `register` in its own transaction.
"""

from __future__ import annotations

import msgspec
from sqlalchemy import bindparam, select

from stoa.core import events
from stoa.core.accounts import names
from stoa.core.accounts import store as accounts_store
from stoa.core.accounts.model import Role
from stoa.core.auth import gates, invites, letters, passwords, store
from stoa.core.errors import Forbidden, Invalid, Problem
from stoa.db import Connection, Database, Query, UniqueViolation
from stoa.db.tables import accounts, users
from stoa.ids import Addresses
from stoa.settings import Settings

MAX_REASON = 2000

_name_taken = Query(
    select(accounts.c.id).where(accounts.c.username_key == bindparam("key"), accounts.c.domain == "")
)
_email_taken = Query(select(users.c.account_id).where(users.c.email_key == bindparam("key")))

_TAKEN = Problem("ERR_TAKEN", "has already been taken")


class Joining(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who wants an account here."""

    username: str
    email: str
    password: str
    agreement: bool
    locale: str = "en"
    reason: str = ""
    invite: str = ""
    ip: str = ""
    app_id: int | None = None


async def check(db: Database, joining: Joining, settings: Settings) -> None:
    """Raise Forbidden where nobody may join now, Invalid with everything that does not fit."""
    async with db.read() as conn:
        await _check(conn, joining, settings)
        block = await gates.of_email(conn, joining.email)
        place = await gates.of_place(conn, joining.ip)
    if block:
        if block is not True:
            async with db.write() as conn:
                await gates.note_attempt(conn, block, joining.ip)
        raise Invalid({"email": [Problem("ERR_BLOCKED", "is of a provider that is not accepted here")]})
    if place is not None and place != "sign_up_requires_approval":
        raise Forbidden("Nobody can join from where you are.")


async def _check(conn: Connection, joining: Joining, settings: Settings) -> None:
    if settings.registrations == "closed":
        raise Forbidden("This server does not take new members at the moment.")
    wrong = {
        "username": names.username_problems(joining.username),
        "email": names.email_problems(joining.email, loopback=settings.is_loopback),
        "password": passwords.problems(joining.password, minimum=settings.password_min_length),
        "agreement": [] if joining.agreement else [Problem("ERR_ACCEPTED", "must be accepted")],
        "reason": [],
        "invite_code": [],
    }
    if len(joining.reason) > MAX_REASON:
        wrong["reason"] = [Problem("ERR_TOO_LONG", f"is too long (maximum is {MAX_REASON} characters)")]
    if settings.registrations == "invite" and not joining.invite:
        wrong["invite_code"] = [Problem("ERR_BLANK", "is needed: this server takes members by invitation")]
    if not wrong["username"] and await conn.scalar(_name_taken, key=joining.username.lower()):
        wrong["username"] = [_TAKEN]
    if not wrong["email"] and await conn.scalar(_email_taken, key=joining.email.lower()):
        wrong["email"] = [_TAKEN]
    wrong = {field: problems for field, problems in wrong.items() if problems}
    if wrong:
        raise Invalid(wrong)


async def register(
    conn: Connection,
    joining: Joining,
    password_hash: str,
    settings: Settings,
    addresses: Addresses,
) -> int:
    """The id of the new account, for somebody who passed `check`.

    Confirmed at once where no e-mail is asked for, approved at once where anybody may join or the
    invitation is good.  Raises Invalid when a name, an address or an invitation was taken meanwhile.
    """
    invited = bool(joining.invite) and await invites.use(conn, joining.invite[:100])
    if not invited and (joining.invite or settings.registrations == "invite"):
        raise Invalid({"invite_code": [Problem("ERR_INVALID", "is not valid, or was used up")]})
    watched = await gates.of_place(conn, joining.ip) == "sign_up_requires_approval"
    approved = (invited or settings.registrations == "open") and not watched
    account_id = await create(
        conn,
        username=joining.username,
        email=joining.email,
        password_hash=password_hash,
        addresses=addresses,
        locale=joining.locale,
        reason=joining.reason,
        approved=approved,
        confirmed=not settings.confirms_email,
        ip=joining.ip,
        invited_by_id=await invites.inviter(conn, joining.invite[:100]) if invited else None,
        app_id=joining.app_id,
    )
    if settings.confirms_email:
        await letters.ask_to_confirm(conn, account_id)
    elif approved:
        await events.record(conn, events.AccountAdmitted(account_id))
    return account_id


async def create(
    conn: Connection,
    *,
    username: str,
    email: str,
    password_hash: str,
    addresses: Addresses,
    role: Role = "user",
    locale: str = "en",
    reason: str = "",
    approved: bool = True,
    confirmed: bool = True,
    ip: str = "",
    invited_by_id: int | None = None,
    app_id: int | None = None,
) -> int:
    """An account and its user, without asking whether they may join.  Raises Invalid when taken."""
    try:
        account_id = await accounts_store.add_local(conn, username, addresses)
    except UniqueViolation:
        raise Invalid({"username": [_TAKEN]}) from None
    try:
        await store.add(
            conn,
            account_id=account_id,
            email=email,
            password_hash=password_hash,
            role=role,
            locale=locale,
            reason=reason,
            approved=approved,
            confirmed=confirmed,
            sign_up_ip=ip,
            invited_by_id=invited_by_id,
            app_id=app_id,
        )
    except UniqueViolation:
        raise Invalid({"email": [_TAKEN]}) from None
    await events.record(conn, events.AccountCreated(account_id))
    return account_id
