"""Finding what lives on other servers, and having it here: by handle, by address, by id.

Everything is fetched from the server that answers for it, and stored by the verbs that everything
goes through.  Never called while a transaction is open.  What is known is not fetched again; what is
stale is, later.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Literal

from sqlalchemy import Text, bindparam, select

from stoa.core import errors
from stoa.core.accounts import views as account_views
from stoa.core.house import House
from stoa.core.instances import policy
from stoa.core.ports import Refresh
from stoa.core.search import addresses
from stoa.db import Connection, Query, Row, UniqueViolation
from stoa.db.tables import accounts, instances, statuses
from stoa.federation import backfill, budget, gather, handles, prove, refresh, remember, store, wants
from stoa.federation.fetch import ANYTHING, Document, Fetcher, NotThere, document_of, is_document
from stoa.federation.handles import Handle
from stoa.federation.missing import NotResolved, settle
from stoa.federation.own_keys import INSTANCE
from stoa.federation.parse.actor import RemoteActor, is_actor, parse_actor
from stoa.federation.parse.jsonld import NotUnderstood, id_of, prop, require_context, type_among
from stoa.federation.parse.note import RemoteNote, is_post, parse_note
from stoa.federation.parse.origins import same_origin
from stoa.federation.parse.webfinger import RemoteHandle
from stoa.federation.receive import posts

# A post on the way of a post on the way of a post: those after it come later (F10.10).
MAX_DEPTH = 2
MAX_PAGES = 2

_status = Query(select(statuses.c.id).where(statuses.c.uri == bindparam("uri", type_=Text)))
_host = Query(select(instances.c.domain).where(instances.c.domain == bindparam("host", type_=Text)))
_author = Query(
    select(accounts.c.uri, accounts.c.suspended_at).where(accounts.c.id == bindparam("account"))
)


class Resolver:
    """Brings accounts and posts of other servers here.  One for a process; core's port, and `Fetches`."""

    def __init__(self, house: House, fetcher: Fetcher) -> None:
        self._house = house
        self._fetcher = fetcher
        self._subdomains = budget.Subdomains()
        self._flights: dict[str, asyncio.Task[Any]] = {}

    async def close(self) -> None:
        """Give up what is under way."""
        flights = list(self._flights.values())
        for flight in flights:
            flight.cancel()
        await asyncio.gather(*flights, return_exceptions=True)

    # What core asks (core/ports.py).

    async def account(self, acct: str, *, fresh: bool = False) -> int | None:
        """The id of the account `name@domain`, also written `acct:` or with an `@`; None if nobody is
        found under it.  *fresh*: what is known of somebody elsewhere is not enough.
        """
        handle = handles.parse(acct)
        if handle is None:
            return None
        async with self._house.db.read() as conn:
            found = await account_views.find_by_acct(conn, str(handle), self._house.settings.domain)
            row = None if found is None else await remember.known_by_id(conn, found)
        if row is not None and (not row.domain or (row.fetched_at is not None and not fresh)):
            if row.domain:
                await self._renew_later(row)
            return found
        if handle.domain == self._house.settings.domain:
            return None
        try:
            with budget.spending():
                said = await self._webfinger(str(handle))
                return None if said.actor is None else await self.actor(said.actor, fresh=fresh)
        except NotResolved:
            return None if fresh else found

    async def url(self, url: str) -> tuple[Literal["account", "status"], int] | None:
        """("account" or "status", id) of what is at *url*: its id, its page, `web+ap://…` or `acct:…`."""
        address = handles.as_address(url)
        if address is None:
            account_id = await self.account(url)
            return None if account_id is None else ("account", account_id)
        async with self._house.db.read() as conn:
            found = await addresses.find(conn, address, self._house.addresses)
        if found is not None or same_origin(address, self._house.addresses.base):
            return found
        try:
            with budget.spending():
                return await self._at(address)
        except NotResolved:
            return None

    async def conversation(self, status_id: int) -> Refresh | None:
        """Have the rest of the conversation fetched, if that is worth it now (backfill.begin)."""
        return await backfill.begin(self._house.db, status_id)

    async def refresh(self, refresh_id: str) -> Refresh | None:
        """How far that has come."""
        return await backfill.find(self._house.db, refresh_id)

    async def poll(self, status_id: int, *, wait: bool = True) -> None:
        """Bring the figures of a poll of another server up to date (refresh.poll)."""
        await refresh.poll(self._house, self._fetcher, status_id, wait=wait)

    async def intents(self, handle: str) -> Mapping[str, str]:
        """What the server of *handle* offers its people to do elsewhere: rel → template (FEP-3b86).
        Empty where it cannot be asked or says nothing.
        """
        try:
            return (await self._webfinger(handle)).templates
        except NotResolved:
            return {}

    # What receiving asks (missing.Fetches).

    async def actor(self, uri: str, *, fresh: bool = False) -> int:
        """The account id of the actor whose id (or page) is *uri*; with *fresh*, fetched just now.

        Raises NotResolved.
        """
        async with self._house.db.read() as conn:
            row = await remember.known(conn, uri)
        if row is not None and not (fresh and row.domain):
            if row.domain:
                await self._renew_later(row)
            known_id: int = row.id
            return known_id
        account_id: int = await self._once(f"actor {uri}", lambda: self._meet_at(uri))
        return account_id

    async def status(
        self,
        uri: str,
        *,
        depth: int = 0,
        as_account: int = INSTANCE,
        wanted: Callable[[RemoteNote], bool] | None = None,
    ) -> int:
        """The status id of the post whose id (or page) is *uri*, asked for by *as_account*, and stored
        only if it is *wanted*.  Raises NotResolved.
        """
        known_id = await self._known_status(uri)
        if known_id is not None:
            return known_id
        if depth > MAX_DEPTH:
            raise NotResolved(uri, "it is asked for on the way of too many others", final=False)
        with budget.spending() as left:
            left.spend_post(uri)
            document: Document = await self._once(
                f"document {as_account} {uri}",
                lambda: self._fetcher.document(uri, as_account=as_account),
            )
            note = _note(document, uri)
            if uri not in (note.id, note.url):
                raise NotResolved(uri, "what is there is another post", final=True)
            if wanted is not None and not wanted(note):
                raise NotResolved(uri, "it does not say that it belongs there", final=True)
            return await self._keep(note, depth)

    async def featured(self, uri: str) -> int:
        """The id of the collection *uri* of somebody, fetched now.  Raises NotResolved."""
        with budget.spending():
            return await gather.fetch(self._house.db, self, self._fetcher, uri)

    async def key(self, key_id: str) -> str:
        """The id of the actor who publishes the key *key_id*, fetched just now and stored with its
        keys.  That somebody else says whose key it is counts for nothing.  Raises NotResolved.
        """
        owner = await self._claimed_owner(key_id)
        account_id = await self.actor(owner, fresh=True)
        async with self._house.db.read() as conn:
            row = await conn.first(_author, account=account_id)
            if row is not None and (
                key_id.startswith("acct:") or await remember.shows(conn, account_id, key_id)
            ):
                actor: str = row.uri
                return actor
        raise NotResolved(key_id, "its owner does not show it", final=True)

    # How.

    async def _at(self, address: str) -> tuple[Literal["account", "status"], int]:
        for _ in range(MAX_PAGES):
            answer = await self._fetcher.answer(address, ANYTHING, INSTANCE)
            if is_document(answer.content_type):
                return await self._shown(await self._fetcher.believed(address, answer))
            target = document_of(answer)
            if target is None:
                break
            address = target
        raise NotResolved(address, "a page of no server that we understand", final=True)

    async def _shown(self, document: Document) -> tuple[Literal["account", "status"], int]:
        uri = id_of(document.json) or document.url
        if is_actor(document.json):
            account_id: int = await self._once(f"actor {uri}", lambda: self._meet(uri, document))
            return "account", account_id
        if is_post(document.json):
            known_id = await self._known_status(uri)
            return "status", known_id or await self._keep(_note(document, uri), 0)
        target = id_of(prop(document.json, "object"))
        if type_among(document.json, ("Create", "Announce", "Update")) is None or target is None:
            raise NotResolved(uri, "neither a profile nor a post", final=True)
        return "status", await self.status(target)

    async def _known_status(self, uri: str) -> int | None:
        """Its id if it is here.  Raises NotResolved for what would be ours and is not."""
        async with self._house.db.read() as conn:
            known_id: int | None = await conn.scalar(_status, uri=uri)
        if known_id is None and same_origin(uri, self._house.addresses.base):
            raise NotResolved(uri, "there is no such post here", final=True)
        return known_id

    async def _keep(self, note: RemoteNote, depth: int) -> int:
        author_id = await self.actor(note.author)
        async with self._house.db.read() as conn:
            author = await conn.first(_author, account=author_id)
            buried = await store.is_buried(conn, note.id, note.author)
        if buried:
            raise NotResolved(note.id, "its author has deleted it", final=True)
        if author is None or author.uri != note.author:
            raise NotResolved(note.id, "its author has another id", final=True)
        if author.suspended_at is not None:
            raise NotResolved(note.id, "its author is suspended here", final=True)

        async def keep(conn: Connection, given_up: frozenset[str]) -> int:
            return await posts.keep(conn, self._house, note, author_id, given_up)

        try:
            return await settle(self._house.db, self, keep, depth=depth)
        except UniqueViolation:  # another process was faster
            known_id = await self._known_status(note.id)
            if known_id is None:
                raise
            return known_id
        except (errors.NotFound, errors.Forbidden, errors.Unprocessable) as refusal:
            raise NotResolved(note.id, str(refusal) or "the house refuses it", final=True) from None

    async def _meet_at(self, uri: str) -> int:
        try:
            account_id = await self._meet(uri, await self._fetcher.document(uri))
        except NotThere as failure:
            if failure.gone:
                await self._note_gone(uri)
            raise
        return account_id

    async def _meet(self, uri: str, document: Document) -> int:
        """Store the actor that *document* describes, once it is clear under which handle."""
        try:
            require_context(document.json)
            actor = parse_actor(document.json)
        except NotUnderstood as error:
            raise NotResolved(uri, error.reason, final=True) from None
        if uri not in (actor.id, actor.url):
            raise NotResolved(uri, "what is there is another actor", final=True)
        async with self._house.db.read() as conn:
            row = await remember.known(conn, actor.id)
            strange = row is None and await conn.scalar(_host, host=actor.host) is None
        with budget.spending() as left:
            if row is None:
                left.spend_actor(actor.id)
            if strange:
                self._subdomains.meet(actor.host)
            handle = await self._handle(actor, row)
        for attempt in (1, 2):
            try:
                async with self._house.db.write() as conn:
                    found = await remember.remember(conn, actor, handle)
                    await wants.after_meeting(conn, actor, found)
                return found.account_id
            except UniqueViolation:  # another process was faster
                if attempt == 2:
                    raise
        raise AssertionError("unreachable")

    async def _handle(self, actor: RemoteActor, row: Row | None) -> Handle:
        if row is not None and row.fetched_at is not None and remember.keeps_handle(row, actor):
            return Handle(
                actor.username if row.username.lower() == actor.username.lower() else row.username,
                row.domain,
            )
        handle = await prove.handle_of(self._fetcher, actor, self._house.settings.domain)
        async with self._house.db.read() as conn:
            if await policy.refuses(conn, self._house.settings, handle.domain):
                raise NotResolved(actor.id, "this server does not speak with that one", final=True)
        return handle

    async def _note_gone(self, uri: str) -> None:
        async with self._house.db.read() as conn:
            row = await remember.known(conn, uri)
        if row is not None and row.domain:
            async with self._house.db.write() as conn:
                await remember.gone(conn, row.id)

    async def _renew_later(self, row: Row) -> None:
        if wants.is_stale(row):
            async with self._house.db.write() as conn:
                await wants.actor(conn, row.id)

    async def _claimed_owner(self, key_id: str) -> str:
        if key_id.startswith("acct:"):
            said = await self._webfinger(key_id)
            if said.actor is None:
                raise NotResolved(key_id, "nobody of that name", final=True)
            return said.actor
        bare, fragment, _ = key_id.partition("#")
        return bare if fragment else await self._fetcher.owner_of_key(key_id)

    async def _webfinger(self, handle: str) -> RemoteHandle:
        """The answer for *handle*; over plain http too where the house speaks that (for trials)."""
        if self._house.settings.insecure_http == "on":
            try:
                return await self._fetcher.webfinger(handle, scheme="http")
            except NotResolved:
                pass
        return await self._fetcher.webfinger(handle)

    async def _once(self, key: str, make: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        """What *make* gives; those who ask while it is under way share it."""
        flight = self._flights.get(key)
        if flight is None:
            flight = self._flights[key] = asyncio.create_task(make())
            flight.add_done_callback(lambda done: self._landed(key, done))
        return await asyncio.shield(flight)

    def _landed(self, key: str, flight: asyncio.Task[Any]) -> None:
        self._flights.pop(key, None)
        if not flight.cancelled():
            flight.exception()  # somebody may have stopped waiting for it


def _note(document: Document, uri: str) -> RemoteNote:
    try:
        require_context(document.json)
        note = parse_note(document.json)
    except NotUnderstood as error:
        raise NotResolved(uri, error.reason, final=True) from None
    if note.vote is not None:
        raise NotResolved(uri, "that is a vote", final=True)
    return note
