"""Integrity proofs for what we say in public, made inside a transaction (FEP-8b32).

So that groups, relays and those who forward can pass it on and still be believed.  Who has no keys yet
gets them first, in a job of its own.
"""

from __future__ import annotations

import contextlib
import time
from typing import Any

from sqlalchemy import bindparam, select

from stoa import ids
from stoa.core.errors import NotFound
from stoa.core.house import House
from stoa.db import Connection, Database, Query
from stoa.db.tables import accounts, key_pairs
from stoa.db.tables.base import Id
from stoa.federation import jcs, keys, proofs
from stoa.federation.deliver.kinds import KEYS
from stoa.federation.own_keys import INSTANCE, OwnKeys
from stoa.federation.render.actor import Keys
from stoa.jobs import queue

PATIENCE_MS = 500

_keys = Query(
    select(key_pairs.c.rsa_pem, key_pairs.c.ed25519_pem).where(
        key_pairs.c.account_id == bindparam("account", type_=Id)
    )
)

_account = Query(select(accounts.c.id).where(accounts.c.id == bindparam("account", type_=Id)))


async def postponed(conn: Connection, account_id: int, kind: str, payload: Any) -> bool:
    """Whether the job *kind* has to wait until the account (0: the server) has keys; then it comes again
    by itself, a little later, and in its turn.  Making keys takes too long for a transaction.
    """
    if await conn.first(_keys, account=account_id) is not None:
        return False
    if account_id != INSTANCE and await conn.first(_account, account=account_id) is None:
        return False  # it is gone, and nothing will give it keys
    await queue.add(conn, KEYS, {"account": account_id}, unique_key=f"{KEYS}:{account_id}")
    await queue.add(conn, kind, payload, run_at=ids.now_ms() + PATIENCE_MS)
    return True


async def make_keys(house: House, db: Database, payload: Any) -> None:
    """Job: the keys of {account}."""
    with contextlib.suppress(NotFound):
        await OwnKeys(db, house.addresses).of(payload["account"])


async def public_keys(conn: Connection, house: House, account_id: int, actor: str) -> Keys | None:
    """What the document of the local *actor* shows; None if it has no keys yet."""
    row = await conn.first(_keys, account=account_id)
    if row is None:
        return None
    addresses = house.addresses
    return Keys(
        keys.public_pem(keys.signing_key(addresses.key(actor), row.rsa_pem)),
        keys.public_multibase(keys.signing_key(addresses.key(actor, "ed25519"), row.ed25519_pem)),
    )


async def proven(
    conn: Connection, house: House, account_id: int, document: dict[str, Any]
) -> dict[str, Any]:
    """*document* with a proof of its `actor`; as it is where that account has no key yet, or where the
    document holds something that has no canonical form.
    """
    row = await conn.first(_keys, account=account_id)
    if row is None:
        return document
    key = keys.signing_key(house.addresses.key(document["actor"], "ed25519"), row.ed25519_pem)
    try:
        return proofs.sign(document, key, time.time())
    except jcs.NotCanonical:
        return document
