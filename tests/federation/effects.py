"""What the documents of others do here: a house, everybody they speak of, and what is different after.

`Village` makes a house in which alice follows all who appear in the documents of one program, delivers
a document as its author would, and says in plain lines what is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
from sqlalchemy import func, select

from stoa.core.accounts import store as account_store
from stoa.core.policy.draft import Draft, PollDraft
from stoa.core.relationships import follow
from stoa.core.statuses.publish import publish
from stoa.db import Connection, Query
from stoa.db.tables import (
    accounts,
    blocks,
    collection_items,
    collections,
    favourites,
    follow_requests,
    follows,
    incoming,
    mentions,
    poll_options,
    polls,
    quote_stamps,
    status_pins,
    statuses,
    tombstones,
)
from stoa.federation.door import Door
from stoa.federation.missing import NotResolved
from stoa.federation.parse.actor import is_actor
from stoa.federation.parse.origins import is_address
from tests.federation.elsewhere import AS, PUBLIC, Document, Elsewhere
from tests.make import Make, Person

DOCUMENTS = Path(__file__).parent / "documents"
HOME = "https://home.example"

_target, _boosted, _answered = accounts.alias(), statuses.alias(), statuses.alias()
_STATUSES = Query(
    select(
        statuses.c.uri,
        statuses.c.visibility,
        statuses.c.title,
        statuses.c.spoiler_text,
        statuses.c.language,
        statuses.c.has_media,
        statuses.c.quote_state,
        statuses.c.edited_at,
        accounts.c.username,
        _answered.c.uri.label("answered"),
        _boosted.c.uri.label("boosted"),
        select(func.count())
        .select_from(mentions)
        .where(mentions.c.status_id == statuses.c.id)
        .scalar_subquery()
        .label("mentioned"),
    ).select_from(
        statuses.join(accounts, accounts.c.id == statuses.c.account_id)
        .outerjoin(_answered, _answered.c.id == statuses.c.in_reply_to_id)
        .outerjoin(_boosted, _boosted.c.id == statuses.c.reblog_of_id)
    )
)


def _pairs(table: Any, one: Any, other: Any) -> Query:
    return Query(
        select(accounts.c.username, _target.c.username.label("target")).select_from(
            table.join(accounts, accounts.c.id == one).join(_target, _target.c.id == other)
        )
    )


_FOLLOWS = _pairs(follows, follows.c.follower_id, follows.c.target_id)
_REQUESTS = _pairs(follow_requests, follow_requests.c.follower_id, follow_requests.c.target_id)
_BLOCKS = _pairs(blocks, blocks.c.account_id, blocks.c.target_id)
_LIKES = Query(
    select(accounts.c.username, statuses.c.uri).select_from(
        favourites.join(accounts, accounts.c.id == favourites.c.account_id).join(
            statuses, statuses.c.id == favourites.c.status_id
        )
    )
)
_PINS = Query(
    select(accounts.c.username, statuses.c.uri).select_from(
        status_pins.join(accounts, accounts.c.id == status_pins.c.account_id).join(
            statuses, statuses.c.id == status_pins.c.status_id
        )
    )
)
_VOTES = Query(
    select(statuses.c.uri, poll_options.c.title, poll_options.c.votes_count).select_from(
        poll_options.join(polls, polls.c.id == poll_options.c.poll_id).join(
            statuses, statuses.c.id == polls.c.status_id
        )
    )
)
_COLLECTIONS = Query(
    select(collections.c.uri, collections.c.name, accounts.c.username).select_from(
        collections.join(accounts, accounts.c.id == collections.c.account_id)
    )
)
_ITEMS = Query(
    select(collection_items.c.object_uri, collection_items.c.state, collections.c.uri).select_from(
        collection_items.join(collections, collections.c.id == collection_items.c.collection_id)
    )
)
_STAMPS = Query(select(quote_stamps.c.quoting))
_GONE = Query(select(tombstones.c.uri))
_PEOPLE = Query(
    select(accounts.c.username, accounts.c.domain, accounts.c.display_name, accounts.c.moved_to_id,
           accounts.c.suspended_at)
)  # fmt: skip
_WAITING = Query(select(incoming.c.activity, incoming.c.last_error))


async def lines(conn: Connection) -> set[str]:
    """What is there, a line for each thing."""
    found: set[str] = set()
    for row in await conn.all(_STATUSES):
        if row.boosted:
            found.add(f"boost of {row.boosted} by {row.username}")
            continue
        said = [row.visibility]
        said += [f"title {row.title}"] if row.title else []
        said += [f"warning {row.spoiler_text}"] if row.spoiler_text else []
        said += [row.language] if row.language else []
        said += ["media"] if row.has_media else []
        said += [f"quote {row.quote_state}"] if row.quote_state else []
        said += [f"answers {row.answered}"] if row.answered else []
        said += [f"for {row.mentioned}"] if row.mentioned else []
        said += ["edited"] if row.edited_at else []
        found.add(f"post {row.uri} by {row.username}: {', '.join(said)}")
    for query, words in ((_FOLLOWS, "follows"), (_REQUESTS, "asks to follow"), (_BLOCKS, "blocks")):
        found |= {f"{row.username} {words} {row.target}" for row in await conn.all(query)}
    found |= {f"{row.username} likes {row.uri}" for row in await conn.all(_LIKES)}
    found |= {f"{row.username} pins {row.uri}" for row in await conn.all(_PINS)}
    found |= {
        f"{row.votes_count} for {row.title} in {row.uri}"
        for row in await conn.all(_VOTES)
        if row.votes_count
    }
    found |= {f"collection {row.uri} by {row.username}: {row.name}" for row in await conn.all(_COLLECTIONS)}
    found |= {f"{row.state} in {row.uri}: {row.object_uri}" for row in await conn.all(_ITEMS)}
    found |= {f"stamp for {row.quoting}" for row in await conn.all(_STAMPS)}
    found |= {f"gone: {row.uri}" for row in await conn.all(_GONE)}
    for row in await conn.all(_PEOPLE):
        said = [row.display_name or "(no name)"]
        said += ["moved"] if row.moved_to_id else []
        said += ["suspended"] if row.suspended_at else []
        found.add(f"{row.username}@{row.domain or 'here'}: {', '.join(said)}")
    return found


def folders() -> list[Path]:
    """The folder of each program."""
    return sorted(path for path in DOCUMENTS.iterdir() if path.is_dir() and path.name[0] not in "_.")


def documents_of(folder: Path) -> dict[str, Document]:
    """Name → document."""
    return {
        path.stem: orjson.loads(path.read_bytes())
        for path in sorted(folder.glob("*.json"))
        if not path.name.endswith(".expected.json")
    }


def _addresses_in(value: Any, keys: frozenset[str]) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            for one in inner if isinstance(inner, list) else [inner]:
                named = one.get("id") if isinstance(one, dict) else one
                if key in keys and isinstance(named, str):
                    yield named
            yield from _addresses_in(inner, keys)
    elif isinstance(value, list):
        for one in value:
            yield from _addresses_in(one, keys)


@dataclass
class Village:
    """The house and the servers of one program's people."""

    door: Door
    elsewhere: Elsewhere
    make: Make
    folder: Path
    documents: dict[str, Document] = field(default_factory=dict)

    async def settle(self, *, but: str = "") -> None:
        """Alice and bob live here with the posts that are spoken of; alice follows everybody, except
        who is the document *but*.
        """
        self.documents = documents_of(self.folder)
        alice = await self._neighbour("alice", (7, 9))
        await self._neighbour("bob", (3,))
        for uri in sorted(self._actors()):
            self._known(uri)
            if uri == self.documents.get(but, {}).get("id"):
                continue
            try:
                account_id = await self.door.resolver.actor(uri)
            except NotResolved:
                continue
            async with self.door.house.db.write() as conn:
                await follow.follow(conn, alice.id, account_id, uri=f"{HOME}/users/alice#follows/1")
                await follow.accept(conn, account_id, alice.id)
        for document in self.documents.values():
            for one in (document, document.get("object")):
                if isinstance(one, dict) and not is_actor(one) and self._is_shown(one):
                    self.elsewhere.documents.setdefault(one["id"], {"@context": AS, **one})

    def _is_shown(self, document: Document) -> bool:
        """Whether an honest server has *document* at its id."""
        named = document.get("id")
        owner = next(_addresses_in(document, frozenset({"attributedTo", "actor"})), None)
        return (
            self.folder.name != "attack"
            and isinstance(named, str)
            and owner is not None
            and urlsplit(named).netloc == urlsplit(owner).netloc
        )

    async def _neighbour(self, name: str, numbers: tuple[int, ...]) -> Person:
        person = await self.make.account(name)
        async with self.door.house.db.write() as conn:
            await account_store.change(conn, person.id, uri=f"{HOME}/users/{name}")
            for number in numbers:
                poll = PollDraft(options=("Tea", "Coffee"), expires_in=3600) if number == 7 else None
                draft = Draft(account_id=person.id, text=f"Post {number}", poll=poll)
                house = self.door.house
                await publish(conn, draft, house.settings, house.addresses, status_id=number)
        return person

    def _actors(self) -> set[str]:
        named = set(_addresses_in(list(self.documents.values()), frozenset({"actor", "attributedTo"})))
        named |= {one["id"] for one in self.documents.values() if is_actor(one) and one.get("id")}
        return {one for one in named if is_address(one) and not one.startswith(HOME)}

    def _known(self, uri: str) -> None:
        """Have an actor at *uri*: the one of the documents, or somebody plain."""
        own = next((one for one in self.documents.values() if one.get("id") == uri), None)
        host = urlsplit(uri).netloc
        name = re.sub(r"[^A-Za-z0-9_]+", "_", uri.rstrip("/").rpartition("/")[2]).strip("_") or "somebody"
        document = own or {
            "@context": AS, "id": uri, "type": "Person", "preferredUsername": name,
            "inbox": f"{uri}/inbox", "followers": f"{uri}/followers",
            "featured": f"{uri}/collections/featured", "name": name.title(),
        }  # fmt: skip
        self.elsewhere.documents[uri] = document
        claimed = str(document.get("webfinger") or "")
        for acct in {f"{document.get('preferredUsername')}@{host}", claimed.removeprefix("acct:")}:
            if "@" in acct:
                self.elsewhere.webfinger(acct, uri)

    async def deliver(self, name: str) -> str:
        """Deliver the document as whoever is behind it would; "" or why nothing could come of it."""
        document = self.documents[name]
        activity = self._as_activity(document)
        actor = activity.get("actor")
        actor = actor.get("id") if isinstance(actor, dict) else actor
        if is_actor(document):
            try:
                await self.door.resolver.actor(str(document.get("id")))
            except NotResolved as refusal:
                return refusal.reason
            return ""
        if not isinstance(actor, str) or not is_address(actor):
            return "nobody could have delivered it"
        told = activity.get("id")
        await self.door.incoming.put(
            orjson.dumps(activity),
            told if isinstance(told, str) else None,
            actor,
            urlsplit(actor).netloc,
        )
        await self.door.incoming.drain()
        return ""

    def _as_activity(self, document: Document) -> Document:
        if "actor" in document and "object" in document:
            return document
        author = document.get("attributedTo") or document.get("actor")
        while isinstance(author, list | dict):
            author = author[0] if isinstance(author, list) else author.get("id")
        return {
            "@context": AS,
            "id": f"{document.get('id')}#create",
            "type": "Create",
            "actor": author,
            "object": document,
            "to": document.get("to", [PUBLIC]),
            "cc": document.get("cc", []),
        }

    async def state(self) -> set[str]:
        """What is there now."""
        async with self.door.house.db.read() as conn:
            return await lines(conn)
