"""An app asks to be told, changes what of, or asks no more.  The only writes to `push_subscriptions`.

A subscription belongs to its token and ends with it.  An app knows by its token whom a message is for
(Mastodon tells it so), which is kept nowhere else: here it lies sealed with a key made of the house's.
"""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import bindparam, delete, select, update

from stoa import ids
from stoa.core.errors import NotFound, Unprocessable
from stoa.core.push import encryption
from stoa.core.push.model import KINDS, Policy, Subscription
from stoa.db import Connection, Query, Row, upsert
from stoa.db.tables import push_subscriptions

MAX_ENDPOINT = 2_048
NONCE_BYTES = 12

_COLUMNS = (
    "id",
    "token_id",
    "account_id",
    "endpoint",
    "app_key",
    "secret",
    "standard",
    "alerts",
    "policy",
    "sealed_token",
)
_put = upsert(push_subscriptions, *_COLUMNS, "created_at", key=("token_id",))
_of_token = Query(
    select(*(push_subscriptions.c[name] for name in _COLUMNS)).where(
        push_subscriptions.c.token_id == bindparam("token")
    )
)
_by_id = Query(
    select(*(push_subscriptions.c[name] for name in _COLUMNS)).where(
        push_subscriptions.c.id == bindparam("subscription")
    )
)
_change = Query(
    update(push_subscriptions)
    .where(push_subscriptions.c.token_id == bindparam("token"))
    .values(
        alerts=bindparam("new_alerts", type_=push_subscriptions.c.alerts.type),
        policy=bindparam("new_policy"),
    )
)
_remove_of_token = Query(
    delete(push_subscriptions).where(push_subscriptions.c.token_id == bindparam("token"))
)
_remove = Query(delete(push_subscriptions).where(push_subscriptions.c.id == bindparam("subscription")))


async def put(
    conn: Connection,
    *,
    token_id: int,
    token: str,
    account_id: int,
    endpoint: str,
    app_key: str,
    secret: str,
    standard: bool,
    alerts: dict[str, bool],
    policy: Policy,
    house_key: str,
    insecure: bool = False,
) -> Subscription:
    """The subscription of that token, in place of the one that it had.  Raises Unprocessable.

    *insecure*: an endpoint over plain http will do, for trials.
    """
    _require_address(endpoint, insecure=insecure)
    try:
        encryption.public_key(encryption.from_base64(app_key))
        if len(encryption.from_base64(secret)) != encryption.SECRET_BYTES:
            raise encryption.KeyRefused("that is no secret of 16 bytes")
    except encryption.KeyRefused as refused:
        raise Unprocessable(f"The subscription's keys cannot be used: {refused}.") from None
    await conn.run(
        _put,
        id=ids.new_id(),
        token_id=token_id,
        account_id=account_id,
        endpoint=endpoint,
        app_key=app_key,
        secret=secret,
        standard=standard,
        alerts=_known(alerts),
        policy=policy,
        sealed_token=_seal(token, token_id, house_key),
        created_at=ids.now_ms(),
    )
    return await of_token(conn, token_id)


async def change(
    conn: Connection, token_id: int, *, alerts: dict[str, bool], policy: Policy
) -> Subscription:
    """It tells of other things from now on.  Raises NotFound."""
    await of_token(conn, token_id)
    await conn.run(_change, token=token_id, new_alerts=_known(alerts), new_policy=policy)
    return await of_token(conn, token_id)


async def end(conn: Connection, token_id: int) -> None:
    """The app of that token is told nothing more."""
    await conn.run(_remove_of_token, token=token_id)


async def remove(conn: Connection, subscription_id: int) -> None:
    """Its push service does not know it (any more)."""
    await conn.run(_remove, subscription=subscription_id)


async def of_token(conn: Connection, token_id: int) -> Subscription:
    """What the app of that token asked for.  Raises NotFound."""
    row = await conn.first(_of_token, token=token_id)
    if row is None:
        raise NotFound("This app has no subscription.")
    return _subscription(row)


async def get(conn: Connection, subscription_id: int, house_key: str) -> tuple[Subscription, str]:
    """The subscription and the text of its token.  Raises NotFound."""
    row = await conn.first(_by_id, subscription=subscription_id)
    if row is None:
        raise NotFound("There is no such subscription.")
    return _subscription(row), _unseal(row.sealed_token, row.token_id, house_key)


def _subscription(row: Row) -> Subscription:
    return Subscription(**{name: getattr(row, name) for name in Subscription.__struct_fields__})


def _known(alerts: dict[str, bool]) -> dict[str, bool]:
    return {kind: wanted for kind, wanted in sorted(alerts.items()) if kind in KINDS}


def _require_address(endpoint: str, *, insecure: bool) -> None:
    try:
        there = urlsplit(endpoint)
        fits = there.scheme in (("https", "http") if insecure else ("https",)) and bool(there.hostname)
    except ValueError:
        fits = False
    if not fits or len(endpoint) > MAX_ENDPOINT or not (endpoint.isascii() and endpoint.isprintable()):
        raise Unprocessable("The subscription's endpoint must be an https address.")


def _box(house_key: str) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, None, b"stoa push token").derive(house_key.encode()))


def _seal(token: str, token_id: int, house_key: str) -> str:
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = _box(house_key).encrypt(nonce, token.encode(), str(token_id).encode())
    return encryption.to_base64(nonce + sealed)


def _unseal(sealed: str, token_id: int, house_key: str) -> str:
    data = encryption.from_base64(sealed)
    try:
        opened = _box(house_key).decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], str(token_id).encode())
    except InvalidTag:
        raise NotFound("The subscription was made under another key of the house.") from None
    return opened.decode()
