"""Signing in with e-mail and password.

Takes the database, not a connection: checking a password takes long enough that no transaction may
stay open meanwhile.  The answer, and the time it takes, are the same for an address that has no
account as for a wrong password; whoever guesses is slowed down by place, by address and by account.
"""

from __future__ import annotations

from sqlalchemy import bindparam, case, func, null, select, update

from stoa import ids
from stoa.core.auth import apps, grants, one_time, passwords, sessions, store
from stoa.core.auth import users as known
from stoa.core.auth.model import User
from stoa.core.auth.throttle import LOCK_SECONDS, MAX_FAILED_SIGN_INS, network, throttles
from stoa.core.errors import Forbidden, TooMany
from stoa.db import Connection, Database, Query
from stoa.db.tables import users

_too_many_now = users.c.failed_sign_ins + 1 >= MAX_FAILED_SIGN_INS
_failed = Query(
    update(users)
    .where(users.c.account_id == bindparam("user_id"))
    .values(
        failed_sign_ins=case((_too_many_now, 0), else_=users.c.failed_sign_ins + 1),
        locked_until=case(
            (_too_many_now, bindparam("lock_end", type_=users.c.locked_until.type)), else_=null()
        ),
    )
)
_anybody = users.alias()
_nobody_failed = Query(
    update(users)
    .where(users.c.account_id == select(func.min(_anybody.c.account_id)).scalar_subquery())
    .values(failed_sign_ins=users.c.failed_sign_ins)
)


class WrongPassword(Forbidden):
    """The e-mail or the password is wrong; which of them is not said."""

    def __init__(self) -> None:
        super().__init__("The e-mail or the password is wrong.")


class MayNotYet(Forbidden):
    """The password is right, but the account may not be used; the message says why."""


async def sign_in(db: Database, email: str, password: str, *, ip: str, throttled: bool) -> User:
    """The user with this e-mail and password, who may act.

    Raises WrongPassword, MayNotYet (unconfirmed, waiting for approval, disabled, suspended), TooMany.
    """
    user = await _prove(db, email, password, ip=ip, throttled=throttled)
    refuse_who_may_not(user)
    return user


def refuse_who_may_not(user: User) -> None:
    """Return for whoever may act.  Raises MayNotYet."""
    if not user.may_act:
        raise MayNotYet(_why_not(user))


async def _prove(db: Database, email: str, password: str, *, ip: str, throttled: bool) -> User:
    email = email.strip().lower()[:300]
    counters = throttles(db)
    place = network(ip)
    if throttled:
        counters.sign_ins_of_place.check(place)
        counters.sign_ins_of_email.check(email)
    async with db.read() as conn:
        user = await known.find_by_email(conn, email)
    if throttled and user is not None and user.locked_until and user.locked_until > ids.now_ms():
        raise TooMany("Too many tries; wait 10 minutes and try again.")
    verdict = await passwords.check(None if user is None else user.password_hash, password)
    if user is None or verdict == "wrong":
        if throttled:
            counters.sign_ins_of_place.count(place)
            counters.sign_ins_of_email.count(email)
            await _note_failure(db, user)
        raise WrongPassword
    counters.sign_ins_of_email.forget(email)
    await _note_success(db, user, password if verdict == "outdated" else None)
    return user


async def _note_failure(db: Database, user: User | None) -> None:
    # A commit that changes nothing takes less time than one that does, and would tell that there is
    # no such account; so somebody's row is written in that case too, with what it has already.
    async with db.write() as conn:
        if user is None:
            await conn.run(_nobody_failed)
        else:
            lock_end = ids.now_ms() + LOCK_SECONDS * 1000
            await conn.run(_failed, user_id=user.account_id, lock_end=lock_end)


async def _note_success(db: Database, user: User, password: str | None) -> None:
    fresh_hash = None if password is None else await passwords.hashed(password)
    async with db.write() as conn:
        await store.change(
            conn, user.account_id, failed_sign_ins=0, locked_until=None, last_active_at=ids.now_ms()
        )
        if fresh_hash is not None:
            await store.change(conn, user.account_id, password_hash=fresh_hash)


def _why_not(user: User) -> str:
    if user.disabled_at is not None or user.suspended_at is not None:
        return "Your login is currently disabled."
    if user.confirmed_at is None:
        return "Confirm your e-mail address first: follow the link in the letter we sent you."
    return "Your account is waiting for somebody of the staff to approve it."


async def confirm_password(db: Database, user: User, password: str, *, ip: str, throttled: bool) -> None:
    """Return when *password* is the user's own, asked again before something weighty.

    Raises WrongPassword, TooMany; counts as a sign-in does.
    """
    await _prove(db, user.email, password, ip=ip, throttled=throttled)


async def change_password(
    conn: Connection, account_id: int, password_hash: str, *, keep_session: str = "", end_tokens: bool
) -> None:
    """Store a new password's hash; all browsers but *keep_session* are signed out.

    *end_tokens*: apps too.  Links for resetting and codes for apps that are under way end always.
    """
    await store.change(conn, account_id, password_hash=password_hash, failed_sign_ins=0, locked_until=None)
    await sessions.end_all(conn, account_id, keep=keep_session)
    await one_time.void(conn, account_id, "reset_password")
    await grants.forget_all(conn, account_id)
    if end_tokens:
        await apps.revoke_all(conn, account_id)
