"""A second proof at signing in: codes that an app makes from a secret and the time (RFC 6238), and codes
on paper for the day when the app is lost, each good for once.

Who may try how often is the caller's to count.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import struct
from urllib.parse import quote, urlencode

from sqlalchemy import bindparam, delete, select, update

from stoa import ids
from stoa.core.auth.tokens import hashed
from stoa.core.errors import Unprocessable
from stoa.db import Connection, Query, upsert
from stoa.db.tables import second_factors

STEP_SECONDS = 30
DIGITS = 6
# A clock may go half a minute wrong.
_DRIFT = (0, -1, 1)
RECOVERY_CODES = 10

_find = Query(select(second_factors).where(second_factors.c.account_id == bindparam("account")))
_put = upsert(
    second_factors, "account_id", "secret", "confirmed_at", "last_step", "recovery", key=("account_id",)
)
_take_step = Query(
    update(second_factors)
    .where(
        second_factors.c.account_id == bindparam("account"), second_factors.c.last_step < bindparam("step")
    )
    .values(last_step=bindparam("step"))
)
_set_recovery = Query(
    update(second_factors)
    .where(second_factors.c.account_id == bindparam("account"))
    .values(recovery=bindparam("codes", type_=second_factors.c.recovery.type))
)
_remove = Query(delete(second_factors).where(second_factors.c.account_id == bindparam("account")))


class WrongCode(Unprocessable):
    """The code does not fit, or was used already."""

    def __init__(self) -> None:
        super().__init__("This code does not fit. Codes change every half minute, and work once.")


async def is_on(conn: Connection, account_id: int) -> bool:
    """Whether the account asks for a second proof."""
    row = await conn.first(_find, account=account_id)
    return row is not None and row.confirmed_at is not None


async def left(conn: Connection, account_id: int) -> int:
    """How many codes on paper are left."""
    row = await conn.first(_find, account=account_id)
    return 0 if row is None else len(row.recovery)


async def offered(conn: Connection, account_id: int) -> str | None:
    """The secret that was offered and is not in use yet."""
    row = await conn.first(_find, account=account_id)
    return None if row is None or row.confirmed_at is not None else str(row.secret)


async def offer(conn: Connection, account_id: int) -> None:
    """Make a new secret, to be confirmed with a code.  Raises Unprocessable where one is in use."""
    if await is_on(conn, account_id):
        raise Unprocessable("Two-factor authentication is on already.")
    secret = base64.b32encode(secrets.token_bytes(20)).decode()
    await conn.run(_put, account_id=account_id, secret=secret, confirmed_at=None, last_step=0, recovery=[])


async def confirm(conn: Connection, account_id: int, given: str) -> list[str]:
    """From now on a second proof is asked for; the codes on paper, shown this once.

    Raises WrongCode, and Unprocessable where nothing was offered.
    """
    row = await conn.first(_find, account=account_id)
    if row is None or row.confirmed_at is not None:
        raise Unprocessable("Begin once more, please.")
    step = _step(row.secret, given, ids.now_ms())
    if step is None:
        raise WrongCode
    codes = [f"{one[:5]}-{one[5:]}" for one in (secrets.token_hex(5) for _ in range(RECOVERY_CODES))]
    await conn.run(
        _put,
        account_id=account_id,
        secret=row.secret,
        confirmed_at=ids.now_ms(),
        last_step=step,
        recovery=[hashed(code) for code in codes],
    )
    return codes


async def verify(conn: Connection, account_id: int, given: str) -> None:
    """Take a code of the app or one on paper, which is used up then.  Raises WrongCode."""
    row = await conn.first(_find, account=account_id)
    if row is None or row.confirmed_at is None:
        raise WrongCode
    step = _step(row.secret, given, ids.now_ms())
    if step is not None:
        if not await conn.run(_take_step, account=account_id, step=step):
            raise WrongCode
        return
    used = hashed("".join(given.split()).lower()[:100])
    if used not in row.recovery:
        raise WrongCode
    await conn.run(_set_recovery, account=account_id, codes=[one for one in row.recovery if one != used])


async def turn_off(conn: Connection, account_id: int) -> None:
    """The password alone opens the account again."""
    await conn.run(_remove, account=account_id)


def address(secret: str, account: str, issuer: str) -> str:
    """What an app for codes is opened with (`otpauth://…`)."""
    query = urlencode({"secret": secret, "issuer": issuer}, quote_via=quote)
    return f"otpauth://totp/{quote(f'{issuer}:{account}')}?{query}"


def code_at(secret: str, step: int) -> str:
    """The code of *step* (seconds since 1970 through STEP_SECONDS)."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", step), hashlib.sha1)
    at = digest[-1] & 0xF
    number = struct.unpack(">I", digest[at : at + 4])[0] & 0x7FFF_FFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def _step(secret: str, given: str, now: int) -> int | None:
    """The step whose code *given* is, if it is one of just now."""
    typed = "".join(given.split()).encode("utf-8", "replace")
    present = now // 1000 // STEP_SECONDS
    for drift in _DRIFT:
        if hmac.compare_digest(code_at(secret, present + drift).encode(), typed):
            return present + drift
    return None
