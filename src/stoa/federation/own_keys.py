"""The keys with which we sign: one RSA and one Ed25519 pair for each local account, and the server's.

Made when they are first needed, then kept for ever.  The only writes to `key_pairs`.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict

import msgspec
from sqlalchemy import bindparam, select

from stoa import ids
from stoa.core.accounts import views as account_views
from stoa.db import Connection, Database, Query, insert
from stoa.db.tables import key_pairs
from stoa.federation import keys
from stoa.federation.render.actor import Keys
from stoa.ids import Addresses

INSTANCE = 0
"""Stands for the server itself where an account's id is asked for."""

_KEPT = 1024

_get = Query(
    select(key_pairs.c.rsa_pem, key_pairs.c.ed25519_pem).where(
        key_pairs.c.account_id == bindparam("account")
    )
)
_add = insert(key_pairs, "account_id", "rsa_pem", "ed25519_pem", "created_at", ignore=True)


class KeyPair(msgspec.Struct, frozen=True):
    """What an actor signs with: *rsa* requests, *ed25519* documents."""

    actor: str
    rsa: keys.SigningKey
    ed25519: keys.SigningKey

    @property
    def public(self) -> Keys:
        """What the actor's document shows."""
        return Keys(keys.public_pem(self.rsa), keys.public_multibase(self.ed25519))


class OwnKeys:
    """The key pairs of this server's actors; those in use are kept in memory."""

    def __init__(self, db: Database, addresses: Addresses) -> None:
        self._db = db
        self._addresses = addresses
        self._kept: OrderedDict[int, KeyPair] = OrderedDict()

    async def of(self, account_id: int) -> KeyPair:
        """The keys of the local account, or of the server (INSTANCE).  Never in a transaction of the
        caller: a new pair is written.  Raises NotFound for an account that is not there.
        """
        if account_id in self._kept:
            self._kept.move_to_end(account_id)
            return self._kept[account_id]
        async with self._db.read() as conn:
            actor = await self._actor(conn, account_id)
            row = await conn.first(_get, account=account_id)
        if row is None:
            # Finding primes takes long enough for others to notice.
            rsa = await asyncio.to_thread(keys.generate_rsa)
            async with self._db.write() as conn:
                await conn.run(
                    _add,
                    account_id=account_id,
                    rsa_pem=rsa,
                    ed25519_pem=keys.generate_ed25519(),
                    created_at=ids.now_ms(),
                )
                row = await conn.first(_get, account=account_id)
        if row is None:
            raise RuntimeError("a key pair was added and is not there")
        pair = KeyPair(
            actor,
            keys.signing_key(self._addresses.key(actor), row.rsa_pem),
            keys.signing_key(self._addresses.key(actor, "ed25519"), row.ed25519_pem),
        )
        self._kept[account_id] = pair
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return pair

    async def _actor(self, conn: Connection, account_id: int) -> str:
        if account_id == INSTANCE:
            return self._addresses.instance_actor
        return (await account_views.get(conn, account_id)).uri
