"""The only writes to `collections` and `collection_items`, and the rows that verbs need."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Text, bindparam, delete, func, select, update

from stoa import ids
from stoa.core.collections.model import ItemState
from stoa.core.errors import Unprocessable
from stoa.db import Connection, Query, Row, insert
from stoa.db.tables import accounts, collection_items, collections
from stoa.db.tables.base import Id

_c, _i = collections, collection_items
_add = insert(
    collections, "id", "account_id", "uri", "url", "name", "description", "description_html", "language",
    "local", "sensitive", "discoverable", "tag_id", "created_at", "updated_at", "fetched_at",
)  # fmt: skip
_add_item = insert(
    collection_items, "id", "collection_id", "account_id", "object_uri", "uri", "stamp", "state",
    "position", "created_at", ignore=True,
)  # fmt: skip
_remove = Query(delete(collections).where(collections.c.id == bindparam("collection", type_=Id)))
_remove_item = Query(delete(collection_items).where(collection_items.c.id == bindparam("item", type_=Id)))
_by_id = Query(select(*_c.c).where(_c.c.id == bindparam("collection", type_=Id)))
_by_uri = Query(select(*_c.c).where(_c.c.uri == bindparam("uri", type_=Text)))
_items = select(
    *_i.c,
    accounts.c.domain,
    _c.c.local,
    _c.c.account_id.label("owner_id"),
    _c.c.uri.label("collection_uri"),
).select_from(
    _i.join(_c, _c.c.id == _i.c.collection_id).outerjoin(accounts, accounts.c.id == _i.c.account_id)
)
_of_collection = Query(
    _items.where(_i.c.collection_id == bindparam("collection", type_=Id)).order_by(_i.c.position, _i.c.id)
)
_item = Query(_items.where(_i.c.id == bindparam("item", type_=Id)))
_item_by_uri = Query(_items.where(_i.c.uri == bindparam("uri", type_=Text)))
_stamped = Query(_items.where(_i.c.stamp == bindparam("stamp", type_=Text)).order_by(_i.c.id).limit(100))
_between = Query(
    _items.where(
        _c.c.account_id == bindparam("owner", type_=Id),
        _i.c.account_id == bindparam("account", type_=Id),
    )
)
_count = Query(
    select(func.count()).select_from(_c).where(_c.c.account_id == bindparam("account", type_=Id))
)


async def find(conn: Connection, collection_id: int) -> Row | None:
    """The row of `collections`."""
    return await conn.first(_by_id, collection=collection_id)


async def find_by_uri(conn: Connection, uri: str) -> Row | None:
    """The same by its id for other servers."""
    return await conn.first(_by_uri, uri=uri)


async def items(conn: Connection, collection_id: int) -> list[Row]:
    """All rows of `collection_items`, in whatever state, each with the domain of the account (None: not
    met), and local, owner_id, collection_uri of the collection.
    """
    return await conn.all(_of_collection, collection=collection_id)


async def find_item(conn: Connection, item_id: int) -> Row | None:
    """One of these."""
    return await conn.first(_item, item=item_id)


async def find_item_by_uri(conn: Connection, uri: str) -> Row | None:
    """The same by what the collection's server calls it."""
    return await conn.first(_item_by_uri, uri=uri)


async def stamped(conn: Connection, stamp: str) -> list[Row]:
    """Those that show *stamp*."""
    return await conn.all(_stamped, stamp=stamp)


async def between(conn: Connection, owner_id: int, account_id: int) -> list[Row]:
    """The items by which *account_id* is in collections of *owner_id*."""
    return await conn.all(_between, owner=owner_id, account=account_id)


async def count(conn: Connection, account_id: int) -> int:
    """How many collections the account has."""
    found: int = await conn.scalar(_count, account=account_id)
    return found


async def add(
    conn: Connection,
    collection_id: int,
    *,
    account_id: int,
    uri: str,
    url: str | None,
    local: bool,
    created_at: int | None = None,
    fetched_at: int | None = None,
    **said: Any,
) -> None:
    """A new collection; *said*: name, description, description_html, language, sensitive, discoverable,
    tag_id.
    """
    now = ids.now_ms()
    await conn.run(
        _add,
        id=collection_id,
        account_id=account_id,
        uri=uri,
        url=url,
        local=local,
        created_at=created_at or now,
        updated_at=now,
        fetched_at=fetched_at,
        **said,
    )


@cache
def _set(names: tuple[str, ...]) -> Query:
    values = {name: bindparam(f"new_{name}", type_=collections.c[name].type) for name in names}
    return Query(
        update(collections).where(collections.c.id == bindparam("collection", type_=Id)).values(values)
    )


async def change(conn: Connection, collection_id: int, **columns: Any) -> None:
    """Set *columns*."""
    names = tuple(sorted(columns))
    await conn.run(
        _set(names), collection=collection_id, **{f"new_{name}": columns[name] for name in names}
    )


async def remove(conn: Connection, collection_id: int) -> None:
    """It goes, with its items."""
    await conn.run(_remove, collection=collection_id)


async def add_item(
    conn: Connection,
    collection_id: int,
    *,
    object_uri: str,
    account_id: int | None,
    state: ItemState,
    position: int,
    uri: str | None = None,
    stamp: str | None = None,
    created_at: int | None = None,
) -> int:
    """A new item; its id.  Raises Unprocessable where that person has one since a moment ago."""
    item_id = ids.new_id()
    made = await conn.run(
        _add_item,
        id=item_id,
        collection_id=collection_id,
        account_id=account_id,
        object_uri=object_uri,
        uri=uri,
        stamp=stamp,
        state=state,
        position=position,
        created_at=created_at or ids.now_ms(),
    )
    if not made:
        raise Unprocessable("This person is in the collection already.")
    return item_id


@cache
def _set_item(names: tuple[str, ...]) -> Query:
    values = {name: bindparam(f"new_{name}", type_=collection_items.c[name].type) for name in names}
    return Query(
        update(collection_items).where(collection_items.c.id == bindparam("item", type_=Id)).values(values)
    )


async def change_item(conn: Connection, item_id: int, **columns: Any) -> None:
    """Set *columns* of an item."""
    names = tuple(sorted(columns))
    await conn.run(_set_item(names), item=item_id, **{f"new_{name}": columns[name] for name in names})


async def remove_item(conn: Connection, item_id: int) -> None:
    """It goes."""
    await conn.run(_remove_item, item=item_id)
