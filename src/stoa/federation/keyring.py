"""Whose signature it is: keys of others by their id, as their owners' own documents show them.

A key that is known is read from the database each time, so that whoever changes it changes it for all
processes.  One that is not, or that does not fit any more (F4.7), is fetched from its owner, at most
once in PATIENCE_MS however many requests name it, and never from a server that the house does not
speak with.  Where its server does not answer just now, it is asked again after AWAY_MS.  Nobody
elsewhere has a key of ours.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Text, bindparam, select

from stoa import ids
from stoa.core.house import House
from stoa.core.instances import policy
from stoa.db import Query, Row
from stoa.db.tables import accounts, remote_keys
from stoa.federation import handles, keys, proofs, signatures
from stoa.federation.buckets import Buckets
from stoa.federation.keys import KeyRefused, PublicKey
from stoa.federation.missing import NotResolved
from stoa.federation.parse.origins import host_of, same_origin
from stoa.federation.resolve import Resolver
from stoa.federation.signatures import Claim, SignatureRefused

PATIENCE_MS = 5 * 60 * 1000
AWAY_MS = 5 * 1000
MAX_REMEMBERED = 10_000
# Of one server: more strangers than this, and the others have to come again.
FETCHES_A_SECOND = 1.0
FETCHES_AT_ONCE = 60

_COLUMNS = (
    remote_keys.c.id,
    accounts.c.uri.label("owner"),
    remote_keys.c.pem,
    remote_keys.c.multibase,
    remote_keys.c.expires_at,
)
_FROM = remote_keys.join(accounts, accounts.c.id == remote_keys.c.account_id)
_by_id = Query(select(*_COLUMNS).select_from(_FROM).where(remote_keys.c.id == bindparam("id", type_=Text)))
_by_handle = Query(
    select(*_COLUMNS)
    .select_from(_FROM)
    .where(
        accounts.c.username_key == bindparam("username", type_=Text),
        accounts.c.domain == bindparam("domain", type_=Text),
    )
)

Verify = Callable[[PublicKey, float], str]


class NotSpokenWith(Exception):
    """The server that signed is one that this house does not speak with."""


class NotNow(SignatureRefused):
    """Whose signature it is cannot be found out at this moment, but perhaps in AWAY_MS."""


class _Asked(NamedTuple):
    """A key was asked for, and is not again *until* then.  *failure*: why it was in vain, or "";
    *away*: because its server did not answer.
    """

    until: int
    failure: str
    away: bool

    def require_had(self) -> None:
        if self.failure:
            raise (NotNow if self.away else SignatureRefused)(self.failure)


class Keyring:
    """The keys of others.  One for a process."""

    def __init__(self, house: House, resolver: Resolver) -> None:
        self._house = house
        self._resolver = resolver
        self._asked: OrderedDict[str, _Asked] = OrderedDict()
        self._flights: dict[str, asyncio.Task[None]] = {}
        self._fetches = Buckets(FETCHES_A_SECOND, FETCHES_AT_ONCE)

    async def owner(self, claim: Claim, *, now: float | None = None) -> str:
        """The id of the actor who made the signature that *claim* is about (*now*: Unix seconds).

        Raises SignatureRefused where nobody did or it cannot be found out, NotNow where it may be later,
        NotSpokenWith for a server that is refused here.
        """
        return await self._verified(claim.key_id, lambda key, at: signatures.verify(claim, key, at), now)

    async def proven(self, document: Mapping[str, Any], *, now: float | None = None) -> str | None:
        """The id of the actor whose integrity proof (FEP-8b32) *document* bears; None where it bears
        none that we can check.  Raises SignatureRefused for one that does not hold, NotSpokenWith.
        """
        key_id = proofs.method(document)
        if key_id is None:
            return None

        def verify(key: PublicKey, at: float) -> str:
            try:
                return proofs.verify(document, key, at)
            except proofs.ProofRefused as refused:
                raise SignatureRefused(str(refused)) from None

        return await self._verified(key_id, verify, now)

    async def _verified(self, key_id: str, verify: Verify, now: float | None) -> str:
        host = _host(key_id)
        if host is None:
            raise SignatureRefused("the key id is not an address")
        if host == self._house.settings.domain or same_origin(key_id, self._house.addresses.base):
            raise SignatureRefused("nobody elsewhere has a key of this server")
        await self._require_spoken_with(host)
        at = time.time() if now is None else now
        known = await self._known(key_id)
        refusal = "the key is not known"
        for key in known:
            try:
                return await self._welcome(verify(key, at), host)
            except SignatureRefused as refused:
                refusal = str(refused)
        await self._fetch(key_id, host, refusal)
        for key in await self._known(key_id):
            if key not in known:
                try:
                    return await self._welcome(verify(key, at), host)
                except SignatureRefused as refused:
                    refusal = str(refused)
        raise SignatureRefused(refusal)

    async def _welcome(self, owner: str, host: str) -> str:
        """*owner*; asks again where its server has another name than its key (`acct:`)."""
        own_host = host_of(owner)
        if own_host is None or same_origin(owner, self._house.addresses.base):
            raise SignatureRefused("nobody elsewhere has a key of this server")
        if own_host != host:
            await self._require_spoken_with(own_host)
        return owner

    async def _require_spoken_with(self, host: str) -> None:
        async with self._house.db.read() as conn:
            if await policy.refuses(conn, self._house.settings, host):
                raise NotSpokenWith(host)

    async def _known(self, key_id: str) -> list[PublicKey]:
        async with self._house.db.read() as conn:
            if key_id.startswith("acct:"):
                handle = handles.parse(key_id)
                if handle is None:
                    return []
                username, domain = handle.key
                rows = await conn.all(_by_handle, username=username, domain=domain)
            else:
                rows = await conn.all(_by_id, id=key_id)
        return [key for row in rows if (key := _read(row)) is not None]

    async def _fetch(self, key_id: str, host: str, refusal: str) -> None:
        """Have the key fetched from its owner, if that was not tried just now; those who ask at the
        same time share it.  Raises SignatureRefused, NotNow.
        """
        flight = self._flights.get(key_id)
        if flight is None:
            asked = self._asked.get(key_id)
            if asked is not None and ids.now_ms() < asked.until:
                asked.require_had()
                raise SignatureRefused(refusal)
            if self._fetches.wait(host):
                raise NotNow("too many unknown keys of one server; come again later")
            flight = self._flights[key_id] = asyncio.create_task(self._ask(key_id))
            flight.add_done_callback(lambda _: self._flights.pop(key_id, None))
        await asyncio.shield(flight)
        self._asked[key_id].require_had()

    async def _ask(self, key_id: str) -> None:
        failure, away = "", False
        try:
            await self._resolver.key(key_id)
        except NotResolved as error:
            failure, away = f"the key cannot be had: {error.reason}", not error.final
        self._asked[key_id] = _Asked(ids.now_ms() + (AWAY_MS if away else PATIENCE_MS), failure, away)
        self._asked.move_to_end(key_id)
        if len(self._asked) > MAX_REMEMBERED:
            self._asked.popitem(last=False)


def _host(key_id: str) -> str | None:
    if key_id.startswith("acct:"):
        handle = handles.parse(key_id)
        return None if handle is None else handle.domain
    return host_of(key_id)


def _read(row: Row) -> PublicKey | None:
    """The stored key, whose text is parsed only once (keys)."""
    expires = None if row.expires_at is None else row.expires_at / 1000
    try:
        return keys.public_key(row.id, row.owner, pem=row.pem, multibase=row.multibase, expires=expires)
    except KeyRefused:
        return None
