"""Where other servers deliver: everything that is asked before an activity is kept, in this order.

1. its size and type; 2. how often this address has come; 3. that it is JSON with limits, and an
activity; 4. whether it is about somebody nobody here ever knew (202, nothing is fetched); 5. whose
signature it bears; 6. whether the house speaks with their server, and how often that has come; 7. whether
the activity is of who signed it, or bears a proof of its actor.  One with a linked-data signature in
place of either is kept as a hint, to be fetched from its own server (hearsay); that signature itself
counts for nothing.

202 is answered when it is on disk, and what it does is done later (incoming).
"""

from __future__ import annotations

import math
import time
from typing import Any

from starlette.responses import Response

from stoa.asgi import responses
from stoa.asgi.errors import HTTPError
from stoa.asgi.requests import MIB, Request
from stoa.asgi.router import Route
from stoa.core.instances import policy
from stoa.federation import here, remember, signatures, synchronise
from stoa.federation.buckets import Buckets
from stoa.federation.deliver import sync
from stoa.federation.door import Door
from stoa.federation.intake import Full
from stoa.federation.keyring import AWAY_MS, NotNow, NotSpokenWith
from stoa.federation.parse.activity import parse_activity
from stoa.federation.parse.jsonld import NotUnderstood, load, require_context
from stoa.federation.parse.kinds import Activity, Delete, Update
from stoa.federation.parse.origins import host_of, same_origin
from stoa.federation.signatures import SignatureRefused

# Some send application/json; it is signed all the same.
TYPES = frozenset({"application/activity+json", "application/ld+json", "application/json"})

# In a second, and at once.  An address may be that of many servers.
BY_ADDRESS = (200.0, 2_000.0)
BY_HOST = (60.0, 600.0)


def routes(door: Door) -> list[Route]:
    """POST to every inbox: the shared one, that of the server itself, and those of people."""
    inbox = Inbox(door)
    return [
        Route("POST", "/inbox", inbox.shared),
        Route("POST", "/actor/inbox", inbox.shared),
        Route("POST", "/ap/users/{id}/inbox", inbox.by_id),
        Route("POST", "/users/{username}/inbox", inbox.by_name),
    ]


class Inbox:
    """The handlers, and how often each address and server has come."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._settings = door.house.settings
        self._base = door.house.addresses.base
        self._by_address = Buckets(*BY_ADDRESS)
        self._by_host = Buckets(*BY_HOST)

    async def shared(self, request: Request) -> Response:
        """For whoever the activity addresses."""
        return await self._receive(request, 0)

    async def by_id(self, request: Request) -> Response:
        """For one account, by its number."""
        async with self._door.house.db.read() as conn:
            account = await here.by_id(conn, request.params["id"])
        return await self._receive(request, None if account is None else account.id)

    async def by_name(self, request: Request) -> Response:
        """For one account, by its name."""
        async with self._door.house.db.read() as conn:
            account = await here.by_name(conn, request.params["username"])
        return await self._receive(request, None if account is None else account.id)

    async def _receive(self, request: Request, account_id: int | None) -> Response:
        try:
            if account_id is None or self._settings.federation == "off":
                raise HTTPError(404, "There is no such inbox here.")
            await self._keep(request, account_id)
        except HTTPError as refusal:
            if refusal.status == 413:
                await request.discard_body()
            return responses.error(refusal.status, refusal.message, headers=refusal.headers)
        return responses.text("", 202)

    async def _keep(self, request: Request, account_id: int) -> None:
        """Keep what is delivered.  Raises HTTPError."""
        body = await request.body(MIB)
        if (request.header("content-type") or "").partition(";")[0].strip().lower() not in TYPES:
            raise HTTPError(415, "An activity comes as application/activity+json.")
        self._slow_down(self._by_address, request.client_ip)
        document, activity = _read(body)
        if same_origin(activity.actor, self._base):
            raise HTTPError(403, "Nobody who lives here speaks through an inbox.")
        if await self._is_about_a_stranger(activity):
            return
        signer, claim = await self._signer(request, body)
        host = host_of(signer) or ""
        self._slow_down(self._by_host, host)
        proven = signer == activity.actor or await self._is_proven(document, activity)
        if not proven and "signature" not in document:
            # CVE-2025-54888: before anything else happens.
            raise HTTPError(
                401, "The activity is of somebody else than who signed it, without their proof."
            )
        try:
            await self._door.incoming.put(
                body,
                activity.id,
                signer,
                host,
                proven=proven,
                delivered_to=account_id,
                read=(document, activity),
            )
        except Full as full:
            raise HTTPError(
                503,
                "There is too much to do here; come again later.",
                headers={"retry-after": str(full.retry_after)},
            ) from None
        await synchronise.notice(self._door.house, claim, signer, request.header(sync.HEADER.lower()))

    def _slow_down(self, buckets: Buckets, name: str) -> None:
        if self._settings.rate_limits == "on" and (seconds := buckets.wait(name)):
            raise HTTPError(
                429, "That is too much at once.", headers={"retry-after": str(math.ceil(seconds))}
            )

    async def _is_about_a_stranger(self, activity: Activity) -> bool:
        """Deletes and Updates of actors come to all servers of the world.  Where nobody knows the
        actor there is nothing to do; and the key of one that is gone cannot be had.
        """
        if not isinstance(activity, Delete | Update) or activity.object.id != activity.actor:
            return False
        async with self._door.house.db.read() as conn:
            return await remember.known(conn, activity.actor) is None

    async def _signer(self, request: Request, body: bytes) -> tuple[str, signatures.Claim]:
        now = time.time()
        try:
            claim = signatures.read(as_signed(request, self._base, body), now)
            return await self._door.keyring.owner(claim, now=now), claim
        except NotNow as wait:
            raise HTTPError(
                503,
                f"The signature cannot be checked just now: {wait}.",
                headers={"retry-after": str(AWAY_MS // 1000)},
            ) from None
        except SignatureRefused as refused:
            raise HTTPError(401, f"The signature does not hold: {refused}.") from None
        except NotSpokenWith:
            raise _not_spoken_with() from None

    async def _is_proven(self, document: dict[str, Any], activity: Activity) -> bool:
        async with self._door.house.db.read() as conn:
            if await policy.refuses(conn, self._settings, host_of(activity.actor) or ""):
                raise _not_spoken_with()
        try:
            return await self._door.keyring.proven(document) == activity.actor
        except (SignatureRefused, NotSpokenWith):
            return False


def as_signed(request: Request, base: str, body: bytes = b"") -> signatures.Request:
    """*request* as its sender signed it: to our public address, whatever a proxy made of it."""
    raw = request.scope.get("raw_path") or request.path.encode()
    query = request.query_string
    target = raw.decode("latin-1") + (f"?{query.decode('latin-1')}" if query else "")
    headers = tuple(
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in request.scope["headers"]
    )
    return signatures.Request(request.method, base + target, headers, body)


def _read(body: bytes) -> tuple[dict[str, Any], Activity]:
    try:
        document = load(body)
        require_context(document)
        return document, parse_activity(document)
    except NotUnderstood as error:
        raise HTTPError(400, f"That is no activity: {error.reason}.") from None


def _not_spoken_with() -> HTTPError:
    return HTTPError(403, "This server does not speak with that one.")
