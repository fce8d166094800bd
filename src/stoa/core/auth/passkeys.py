"""Passkeys: signing in with what one has and a finger or a number that opens it, without a password
(Web Authentication Level 3).  The only writes to `passkeys`.

    ticket, options = begin_signing_in(site)    the options are for the browser
    user = await sign_in(...)                   with its answer, and the ticket

Nothing is kept between the two: the ticket carries the challenge under our signature, for TICKET_SECONDS.
A challenge is answered once: each passkey remembers when the last one that it answered was made.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import msgspec
from itsdangerous import BadSignature, Signer
from sqlalchemy import bindparam, delete, select, update

from stoa import ids
from stoa.core.auth import store
from stoa.core.auth import users as known
from stoa.core.auth.model import User
from stoa.core.auth.sign_in import refuse_who_may_not
from stoa.core.errors import Forbidden, NotFound, Unprocessable
from stoa.db import Connection, Query, Row, UniqueViolation, insert
from stoa.db.tables import passkeys as table

if TYPE_CHECKING:
    from fido2.server import Fido2Server

T = TypeVar("T")

TICKET_SECONDS = 10 * 60
MOST = 20
MAX_NAME = 100
MAX_ID = 1023  # bytes
MAX_ANSWER = 32 * 1024
"""Characters that a browser may answer with."""

_columns = (table.c.id, table.c.name, table.c.created_at, table.c.last_used_at)
_of = Query(
    select(*_columns, table.c.credential)
    .where(table.c.account_id == bindparam("account"))
    .order_by(table.c.id)
)
_by_credential = Query(select(table).where(table.c.credential_id == bindparam("credential")))
_add = insert(
    table, "id", "account_id", "credential_id", "credential", "name", "sign_count", "challenged_at",
    "created_at",
)  # fmt: skip
_remove = Query(
    delete(table).where(table.c.id == bindparam("key"), table.c.account_id == bindparam("account"))
)
_remove_all = Query(delete(table).where(table.c.account_id == bindparam("account")))
_use = Query(
    update(table)
    .where(table.c.id == bindparam("key"), table.c.challenged_at < bindparam("moment"))
    .values(
        challenged_at=bindparam("moment"), sign_count=bindparam("counted"), last_used_at=bindparam("now")
    )
)


class Site(msgspec.Struct, frozen=True):
    """For what one signs in: the address of its pages, its names, and the key of its tickets."""

    base: str
    title: str
    domain: str
    signing_key: str


class NoPasskey(Forbidden):
    """What the browser sent opens nothing here; why is not said."""

    def __init__(self) -> None:
        super().__init__("This passkey does not open an account here. Try again, or use your password.")


class Passkey(msgspec.Struct, frozen=True):
    """One, as its owner sees it; moments in unix milliseconds."""

    id: int
    name: str
    created_at: int
    last_used_at: int | None


async def of(conn: Connection, account_id: int) -> list[Passkey]:
    """Those of an account, the oldest first."""
    rows = await conn.all(_of, account=account_id)
    return [Passkey(row.id, row.name, row.created_at, row.last_used_at) for row in rows]


async def begin_adding(conn: Connection, site: Site, user: User) -> tuple[str, dict[str, Any]]:
    """(ticket, options) for `navigator.credentials.create`.  Raises Unprocessable beyond MOST."""
    from fido2.server import to_descriptor
    from fido2.webauthn import (
        PublicKeyCredentialUserEntity,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    there = await conn.all(_of, account=user.account_id)
    if len(there) >= MOST:
        raise Unprocessable(f"You have {MOST} passkeys. Remove one that you do not use any more.")
    challenge = _challenge()
    options, _ = _server(site).register_begin(
        PublicKeyCredentialUserEntity(
            id=str(user.account_id).encode(),
            name=f"{user.username}@{site.domain}",
            display_name=user.username,
        ),
        [to_descriptor(_credential(row)) for row in there],
        ResidentKeyRequirement.REQUIRED,
        UserVerificationRequirement.REQUIRED,
        challenge=challenge,
    )
    return _ticket(site, challenge, user.account_id), dict(options)["publicKey"]


async def add(
    conn: Connection, site: Site, account_id: int, *, ticket: str, answer: str, name: str
) -> None:
    """Take the passkey that the browser made.  Raises Unprocessable where it is not what was asked for."""
    challenge = _challenge_of(site, ticket, account_id)
    if challenge is None:
        raise Unprocessable("That took too long. Please begin once more.")
    made = _checked(lambda: _server(site).register_complete(_state(challenge), _said(answer)))
    there = None if made is None else made.credential_data
    if made is None or there is None or len(there.credential_id) > MAX_ID:
        raise Unprocessable("Your browser made no passkey that fits. Please begin once more.")
    if len(await conn.all(_of, account=account_id)) >= MOST:
        raise Unprocessable(f"You have {MOST} passkeys. Remove one that you do not use any more.")
    try:
        await conn.run(
            _add,
            id=ids.new_id(),
            account_id=account_id,
            credential_id=_text(there.credential_id),
            credential=_text(there),
            name=" ".join(name.split())[:MAX_NAME],
            sign_count=made.counter,
            challenged_at=_moment(challenge),
            created_at=ids.now_ms(),
        )
    except UniqueViolation:
        raise Unprocessable("This passkey is here already.") from None


async def remove(conn: Connection, account_id: int, passkey_id: int) -> None:
    """It opens nothing any more.  Raises NotFound for what is not theirs."""
    if not await conn.run(_remove, key=passkey_id, account=account_id):
        raise NotFound


async def forget_all(conn: Connection, account_id: int) -> None:
    """None of theirs opens anything any more."""
    await conn.run(_remove_all, account=account_id)


def begin_signing_in(site: Site) -> tuple[str, dict[str, Any]]:
    """(ticket, options) for `navigator.credentials.get`, whoever it may be."""
    from fido2.webauthn import UserVerificationRequirement

    challenge = _challenge()
    options, _ = _server(site).authenticate_begin(
        None, UserVerificationRequirement.REQUIRED, challenge=challenge
    )
    return _ticket(site, challenge, 0), dict(options)["publicKey"]


async def sign_in(conn: Connection, site: Site, *, ticket: str, answer: str) -> User:
    """Whose passkey has answered, which proves two things at once: no code is asked for besides.

    Raises NoPasskey, and MayNotYet as signing in with a password does.
    """
    challenge = _challenge_of(site, ticket, 0)
    said = _said(answer)
    row = await conn.first(_by_credential, credential=str(said.get("id"))[:2_000])
    if challenge is None or row is None:
        raise NoPasskey
    counted = _counted(site, challenge, said, row)
    # Devices that count never count back; who does is a copy.  Most do not count at all.
    if counted is None or (row.sign_count and counted <= row.sign_count):
        raise NoPasskey
    if not await conn.run(_use, key=row.id, moment=_moment(challenge), counted=counted, now=ids.now_ms()):
        raise NoPasskey
    user = await known.get(conn, row.account_id)
    refuse_who_may_not(user)
    await store.change(conn, user.account_id, last_active_at=ids.now_ms())
    return user


def _counted(site: Site, challenge: bytes, said: dict[str, Any], row: Row) -> int | None:
    """How often the passkey has signed, by its own count; None where this is no answer of it to us."""

    def check() -> int:
        from fido2.webauthn import AuthenticationResponse

        answer = AuthenticationResponse.from_dict(said)
        _server(site).authenticate_complete(_state(challenge), [_credential(row)], said)
        whose = answer.response.user_handle
        if whose is not None and whose != str(row.account_id).encode():
            raise ValueError("it is somebody else's")
        return answer.response.authenticator_data.counter

    return _checked(check)


def _checked(check: Callable[[], T]) -> T | None:
    """What *check* gives, or None for whatever it finds fault with."""
    try:
        return check()
    except Exception:  # readers of bytes raise many things at bytes that somebody made up
        return None


def _server(site: Site) -> Fido2Server:
    from fido2.server import Fido2Server  # 11 MiB, for those who use it
    from fido2.webauthn import PublicKeyCredentialRpEntity

    party = PublicKeyCredentialRpEntity(id=urlsplit(site.base).hostname or "", name=site.title)
    return Fido2Server(party, verify_origin=lambda origin: origin == site.base)


def _state(challenge: bytes) -> dict[str, str]:
    return {"challenge": _text(challenge), "user_verification": "required"}


def _credential(row: Row) -> Any:
    from fido2.webauthn import AttestedCredentialData

    return AttestedCredentialData(_bytes(row.credential))


def _said(answer: str) -> dict[str, Any]:
    """The answer of a browser; empty where it is none."""
    if len(answer) > MAX_ANSWER:
        return {}
    try:
        return msgspec.json.decode(answer, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError):
        return {}


def _challenge() -> bytes:
    """When it was made, in milliseconds, and what nobody can guess."""
    return ids.now_ms().to_bytes(8, "big") + secrets.token_bytes(24)


def _moment(challenge: bytes) -> int:
    return int.from_bytes(challenge[:8], "big")


def _ticket(site: Site, challenge: bytes, account_id: int) -> str:
    return _signer(site, account_id).sign(_text(challenge)).decode()


def _challenge_of(site: Site, ticket: str, account_id: int) -> bytes | None:
    """The challenge that *ticket* was made for; None where it is too old, or nobody's or another's."""
    try:
        challenge = _bytes(
            _signer(site, account_id).unsign(ticket[:500].encode("utf-8", "replace")).decode()
        )
    except (BadSignature, ValueError):
        return None
    return challenge if ids.now_ms() - _moment(challenge) < TICKET_SECONDS * 1000 else None


def _signer(site: Site, account_id: int) -> Signer:
    return Signer(site.signing_key, salt=f"stoa.auth.passkeys.{account_id}")


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
