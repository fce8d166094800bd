"""Collections: people recommended together (methods/collections, Mastodon 4.6).

Two of the paths lack `accounts/` in Mastodon's documentation; both spellings are served.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import orjson
from msgspec import UNSET, Meta, Struct, UnsetType

from stoa.api import rendered
from stoa.api.entities import collection as entity
from stoa.api.routing import Call, route
from stoa.asgi.errors import HTTPError
from stoa.asgi.responses import Response, json
from stoa.core.collections import consent, curate, views
from stoa.core.collections.model import CollectionView
from stoa.core.errors import Forbidden, NotFound, Unprocessable
from stoa.core.statuses.visibility import shut_to_visitors
from stoa.db import Connection

MAX_OFFSET = 10_000

Text = Annotated[str, Meta(max_length=10_000)]
Word = Annotated[str, Meta(max_length=1_000)]


class _Said(Struct):
    name: Word | UnsetType = UNSET
    description: Text | UnsetType = UNSET
    language: Word | UnsetType | None = UNSET
    tag_name: Word | UnsetType | None = UNSET
    sensitive: bool | UnsetType = UNSET
    discoverable: bool | UnsetType = UNSET

    def change(self) -> curate.Change:
        """What core is asked for."""
        return curate.Change(
            name=self.name,
            description=self.description,
            language=self.language,
            tag_name=self.tag_name,
            sensitive=self.sensitive,
            discoverable=self.discoverable,
        )


class _New(_Said):
    account_ids: Annotated[list[int], Meta(max_length=100)] = []


async def create(call: Call) -> Response:
    """POST /api/v1/collections: WrappedCollection."""
    asked = await call.args(_New)
    async with call.house.db.write() as conn:
        made = await curate.create(
            conn, call.me, asked.change(), call.house.addresses, members=asked.account_ids
        )
        return await _wrapped(conn, call, made)


async def change(call: Call) -> Response:
    """PATCH /api/v1/collections/:id: WrappedCollection."""
    asked = await call.args(_Said)
    async with call.house.db.write() as conn:
        await curate.change(conn, call.me, call.id(), asked.change())
        return await _wrapped(conn, call, call.id())


async def _wrapped(conn: Connection, call: Call, collection_id: int) -> Response:
    found = await views.get(conn, collection_id, call.me)
    return json({"collection": entity.render(found, call.house.addresses)})


async def remove(call: Call) -> Response:
    """DELETE /api/v1/collections/:id."""
    async with call.house.db.write() as conn:
        await curate.remove(conn, call.me, call.id())
    return json({})


async def show(call: Call) -> Response:
    """GET /api/v1/collections/:id: CollectionWithAccounts, its owner among them."""
    async with call.house.db.read() as conn:
        found = await views.get(conn, call.id(), call.viewer_id)
        who = [found.account_id, *(one.account_id for one in found.items if one.account_id is not None)]
        if call.viewer_id is None:
            await _require_open(conn, found.account_id)
            shut = await shut_to_visitors(conn, who)
            who = [one for one in who if one not in shut]
        people = await rendered.accounts_for(conn, call.house, who, call.viewer_id)
    return json(
        {
            "accounts": [orjson.Fragment(people[one]) for one in dict.fromkeys(who) if one in people],
            "collection": entity.render(found, call.house.addresses),
        }
    )


async def _require_open(conn: Connection, account_id: int) -> None:
    """Raises HTTPError 401 to visitors where only members may see the account."""
    if await shut_to_visitors(conn, [account_id]):
        raise HTTPError(401, "This profile is for members. Please sign in.")


class _Part(Struct):
    limit: int = 40
    offset: Annotated[int, Meta(ge=0, le=MAX_OFFSET)] = 0


async def of_account(call: Call) -> Response:
    """GET /api/v1/accounts/:account_id/collections: Collections, the newest first."""
    asked, limit = await _part(call)
    async with call.house.db.read() as conn:
        if call.viewer_id is None:
            await _require_open(conn, call.id("account_id"))
        found = await views.of(
            conn, call.id("account_id"), call.viewer_id, limit=limit + 1, offset=asked.offset
        )
        shown = await views.in_order(conn, found[:limit], call.viewer_id)
    return _listed(call, shown, asked, limit, more=len(found) > limit)


async def featuring(call: Call) -> Response:
    """GET /api/v1/accounts/:account_id/in_collections: those one is in oneself; nobody else is told."""
    asked, limit = await _part(call)
    if call.id("account_id") != call.me:
        raise Forbidden("This action is not allowed")
    async with call.house.db.read() as conn:
        found = await views.containing(conn, call.me, limit=limit + 1, offset=asked.offset)
        shown = await views.in_order(conn, found[:limit], call.me)
    return _listed(call, shown, asked, limit, more=len(found) > limit)


async def _part(call: Call) -> tuple[_Part, int]:
    asked = await call.args(_Part)
    return asked, max(1, min(asked.limit, 80))


def _listed(
    call: Call, shown: Sequence[CollectionView], asked: _Part, limit: int, *, more: bool
) -> Response:
    places = {}
    if more and asked.offset + limit <= MAX_OFFSET:
        places["next"] = asked.offset + limit
    if asked.offset:
        places["prev"] = max(0, asked.offset - limit)
    base = f"{call.house.addresses.base}{call.request.path}?limit={limit}&offset="
    link = ", ".join(f'<{base}{offset}>; rel="{rel}"' for rel, offset in places.items())
    body: dict[str, Any] = {"collections": [entity.render(one, call.house.addresses) for one in shown]}
    return json(body, headers={"link": link} if link else {})


class _Member(Struct):
    account_id: int | None = None


async def add(call: Call) -> Response:
    """POST /api/v1/collections/:collection_id/items: WrappedCollectionItem."""
    asked = await call.args(_Member)
    if asked.account_id is None:
        raise Unprocessable("`account_id` parameter is missing")
    collection_id = call.id("collection_id")
    async with call.house.db.write() as conn:
        item_id = await curate.put(conn, call.me, collection_id, asked.account_id)
        found = await views.get(conn, collection_id, call.me)
    made = next((one for one in found.items if one.id == item_id), None)
    if made is None:
        raise NotFound
    return json({"collection_item": entity.item(made)})


async def take_out(call: Call) -> Response:
    """DELETE /api/v1/collections/:collection_id/items/:id."""
    async with call.house.db.write() as conn:
        await curate.take_out(conn, call.me, call.id("collection_id"), call.id())
    return json({})


async def revoke(call: Call) -> Response:
    """POST /api/v1/collections/:collection_id/items/:id/revoke: one does not want to be in it."""
    async with call.house.db.write() as conn:
        await consent.revoke(conn, call.me, call.id("collection_id"), call.id())
    return json({})


_BASE = "/api/v1/collections"
_ITEMS = f"{_BASE}/{{collection_id}}/items"
_READ, _WRITE = "read:collections", "write:collections"

ROUTES = [
    route("POST", _BASE, create, scopes=_WRITE),
    route("GET", f"{_BASE}/{{id}}", show, auth="optional", scopes=_READ),
    route("PATCH", f"{_BASE}/{{id}}", change, scopes=_WRITE),
    route("DELETE", f"{_BASE}/{{id}}", remove, scopes=_WRITE),
    route("POST", _ITEMS, add, scopes=_WRITE),
    route("DELETE", f"{_ITEMS}/{{id}}", take_out, scopes=_WRITE),
    route("POST", f"{_ITEMS}/{{id}}/revoke", revoke, scopes=_WRITE),
    *(
        one
        for prefix in ("/api/v1/accounts/{account_id}", "/api/v1/{account_id}")
        for one in (
            route("GET", f"{prefix}/collections", of_account, auth="optional", scopes=_READ),
            route("GET", f"{prefix}/in_collections", featuring, scopes=_READ),
        )
    ),
]
