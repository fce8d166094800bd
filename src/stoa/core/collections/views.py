"""Collections as shown, many at once: two queries, whatever their number and size.

Their owner sees who is in them and who has not answered yet, everybody else who agreed.  Nobody is
shown whom they have blocked, nor somebody who is suspended.  Those that are not to be discovered are
shown to whoever knows their address, and listed for their owner alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from sqlalchemy import BigInteger, ColumnElement, and_, bindparam, exists, or_, select

from stoa.core.collections.model import CollectionView, ItemView
from stoa.core.errors import NotFound
from stoa.core.relationships.domain_blocks import from_blocked_server
from stoa.core.relationships.views import VIEWER, target
from stoa.db import Connection, Query, any_of
from stoa.db.tables import accounts, blocks, collection_items, collections, tags
from stoa.db.tables.base import Id

_c, _i = collections, collection_items
_owner, _person, _block = accounts.alias("owner"), accounts.alias("person"), blocks.alias("block")

_FROM_TABLE = [name for name in CollectionView.__struct_fields__ if name in _c.c]
_load = Query(
    select(*[_c.c[name] for name in _FROM_TABLE], _owner.c.uri.label("owner"), tags.c.name.label("tag"))
    .select_from(_c.join(_owner, _owner.c.id == _c.c.account_id).outerjoin(tags, tags.c.id == _c.c.tag_id))
    .where(any_of(_c.c.id, "ids"), _owner.c.suspended_at.is_(None))
)
_ITEM = [name for name in ItemView.__struct_fields__ if name in _i.c]
_items = Query(
    select(
        *[_i.c[name] for name in _ITEM],
        _person.c.actor_type,
        _person.c.domain,
        or_(
            exists().where(_block.c.account_id == VIEWER, _block.c.target_id == _i.c.account_id),
            from_blocked_server(_i.c.account_id, VIEWER),
        ).label("blocked"),
    )
    .select_from(
        _i.join(_c, _c.c.id == _i.c.collection_id).outerjoin(_person, _person.c.id == _i.c.account_id)
    )
    .where(
        any_of(_i.c.collection_id, "ids"),
        or_(_i.c.state == "accepted", and_(_i.c.state == "pending", _c.c.account_id == VIEWER)),
        or_(_person.c.id.is_(None), _person.c.suspended_at.is_(None)),
    )
    .order_by(_i.c.position, _i.c.id)
)


async def load(
    conn: Connection, collection_ids: Iterable[int], viewer_id: int | None
) -> dict[int, CollectionView]:
    """id → collection, for those that exist and whose owner is not suspended."""
    wanted = list(collection_ids)
    rows = await conn.all(_load, ids=wanted) if wanted else []
    if not rows:
        return {}
    sizes: dict[int, int] = defaultdict(int)
    shown: dict[int, list[ItemView]] = defaultdict(list)
    for row in await conn.all(_items, ids=[one.id for one in rows], viewer=viewer_id or 0):
        sizes[row.collection_id] += 1
        if not row.blocked:
            said = {name: getattr(row, name) for name in _ITEM}
            item = ItemView(**said, actor_type=row.actor_type, here=row.domain == "")
            shown[row.collection_id].append(item)
    return {
        row.id: CollectionView(**row._asdict(), size=sizes[row.id], items=tuple(shown[row.id]))
        for row in rows
    }


async def get(conn: Connection, collection_id: int, viewer_id: int | None) -> CollectionView:
    """One.  Raises NotFound, also to those whom its owner blocks."""
    found = (await load(conn, [collection_id], viewer_id)).get(collection_id)
    if found is None:
        raise NotFound
    if viewer_id is not None and (await target(conn, found.account_id, viewer_id)).blocks_viewer:
        raise NotFound
    return found


_at = Query(select(_c.c.id, _c.c.url).where(any_of(_c.c.url, "urls")))


async def at(conn: Connection, urls: Iterable[str]) -> dict[str, CollectionView]:
    """Address of a page → the collection there, as visitors see it."""
    rows = await conn.all(_at, urls=list(urls))
    found = await load(conn, [row.id for row in rows], None)
    # Only the server of a collection says where its page is: of two that claim one, its own counts.
    return {
        row.url: found[row.id]
        for row in sorted(rows, key=lambda row: row.id, reverse=True)
        if row.id in found and _host(row.url) == _host(found[row.id].uri)
    }


def _host(address: str) -> str:
    return urlsplit(address).netloc.lower()


def _page(*conditions: ColumnElement[bool], items: bool = False) -> Query:
    source = _c.join(_owner, _owner.c.id == _c.c.account_id)
    if items:
        source = source.join(_i, _i.c.collection_id == _c.c.id)
    return Query(
        select(_c.c.id)
        .select_from(source)
        .where(_owner.c.suspended_at.is_(None), *conditions)
        .order_by(_c.c.id.desc())
        .limit(bindparam("limit", type_=BigInteger))
        .offset(bindparam("offset", type_=BigInteger))
    )


_ACCOUNT = bindparam("account", type_=Id)
_own = _page(_c.c.account_id == _ACCOUNT)
_open = _page(_c.c.account_id == _ACCOUNT, _c.c.discoverable)
_with = _page(_i.c.account_id == _ACCOUNT, _i.c.state == "accepted", items=True)


async def of(
    conn: Connection, account_id: int, viewer_id: int | None, *, limit: int, offset: int = 0
) -> list[int]:
    """The ids of the collections of an account, the newest first.  Raises NotFound."""
    person = await target(conn, account_id, viewer_id)
    if person.blocks_viewer:
        return []
    query = _own if account_id == viewer_id else _open
    return await conn.scalars(query, account=account_id, limit=limit, offset=offset)


async def containing(conn: Connection, account_id: int, *, limit: int, offset: int = 0) -> list[int]:
    """The ids of the collections that the account is in, the newest first."""
    return await conn.scalars(_with, account=account_id, limit=limit, offset=offset)


async def in_order(
    conn: Connection, collection_ids: Sequence[int], viewer_id: int | None
) -> list[CollectionView]:
    """The collections with these ids, in their order."""
    found = await load(conn, collection_ids, viewer_id)
    return [found[one] for one in collection_ids if one in found]
