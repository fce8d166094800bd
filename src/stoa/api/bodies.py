"""The bytes of statuses and accounts that are the same for everyone, made once.

A body is JSON without its braces, so that a page is put together by joining.  It is known by id and
version, in memory for as long as there is room and (statuses) in the table `status_json` for good;
one made for another public address or by another renderer is not used.  A boost, which repeats all of
another status, is kept in memory alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import orjson
from sqlalchemy import select

from stoa.api.entities import account as account_entity
from stoa.api.entities import status as status_entity
from stoa.core import events
from stoa.core.accounts import views as account_views
from stoa.core.accounts.model import AccountView
from stoa.core.house import House
from stoa.core.statuses import views as status_views
from stoa.core.statuses.model import StatusHead, StatusView
from stoa.db import Connection, Query, any_of, upsert
from stoa.db.tables import status_json
from stoa.ids import Addresses

MEMORY_BYTES = 48 * 1024 * 1024
KEPT_AT_ONCE = 200


class Key(NamedTuple):
    """What a body was made for."""

    id: int
    version: int
    epoch: str


class Cache:
    """The bodies used lately, up to *budget* bytes."""

    def __init__(self, budget: int) -> None:
        self._budget = budget
        self._used = 0
        self._bodies: dict[Key, bytes] = {}

    def get(self, key: Key) -> bytes | None:
        """The body, if it is here."""
        return self._bodies.get(key)

    def put(self, key: Key, body: bytes) -> None:
        """Keep *body*; the oldest make room."""
        if key in self._bodies:
            return
        self._bodies[key] = body
        self._used += len(body)
        while self._used > self._budget:
            oldest = next(iter(self._bodies))
            self._used -= len(self._bodies.pop(oldest))


_statuses = Cache(MEMORY_BYTES)
_accounts = Cache(MEMORY_BYTES // 6)

_kept = Query(
    select(status_json.c.status_id, status_json.c.version, status_json.c.epoch, status_json.c.body).where(
        any_of(status_json.c.status_id, "ids")
    )
)
_keep = upsert(status_json, "status_id", "version", "epoch", "body", key=["status_id"])


async def statuses(conn: Connection, addresses: Addresses, heads: Sequence[StatusHead]) -> dict[int, bytes]:
    """id → body, for each of *heads* and for what they boost."""
    epoch = _epoch(addresses)
    found: dict[int, bytes] = {}
    missing: dict[int, Key] = {}
    for head in heads:
        for some_id in {head.id, head.original_id}:
            # A boost says what the boosted status says, and so ages with it.
            key = Key(some_id, head.original_version, epoch)
            body = _statuses.get(key)
            if body is None:
                missing[some_id] = key
            else:
                found[some_id] = body
    if missing:
        boosted = {head.id: head.original_id for head in heads if head.reblog_of_id is not None}
        found |= await _fill(conn, addresses, missing, boosted)
    return found


async def _fill(
    conn: Connection, addresses: Addresses, missing: Mapping[int, Key], boosted: Mapping[int, int]
) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    for row in await conn.all(_kept, ids=list(missing)):
        if missing[row.status_id] == Key(row.status_id, row.version, row.epoch):
            found[row.status_id] = bytes(row.body)
    to_make = [some_id for some_id in missing if some_id not in found]
    if to_make:
        wanted = {some_id for one in to_make for some_id in (one, boosted.get(one, one))}
        views = await status_views.load(conn, wanted)
        for some_id in to_make:
            if some_id in views and boosted.get(some_id, some_id) in views:
                found[some_id] = _status_body(
                    views[some_id], views[boosted.get(some_id, some_id)], addresses
                )
    if not conn.writing:
        for some_id, body in found.items():
            _statuses.put(missing[some_id], body)
    return found


def _status_body(status: StatusView, original: StatusView, addresses: Addresses) -> bytes:
    if original is not status:
        status = msgspec.structs.replace(
            original,
            id=status.id,
            account=status.account,
            uri=status.uri,
            url=status.url,
            visibility=status.visibility,
            created_at=status.created_at,
            in_reply_to_id=None,
            in_reply_to_account_id=None,
            application=status.application,
            sensitive=original.is_sensitive,
        )
    return unbraced(status_entity.body(status, addresses))


Changed = events.StatusPublished | events.StatusPlaced | events.StatusEdited | events.QuoteSettled


async def keep(house: House, conn: Connection, changes: Sequence[Changed]) -> None:
    """Make the bodies of statuses in the transaction that changed them, and keep them for good."""
    changed = list({event.status_id for event in changes})
    for start in range(0, len(changed), KEPT_AT_ONCE):
        await _keep_some(house, conn, changed[start : start + KEPT_AT_ONCE])


async def _keep_some(house: House, conn: Connection, status_ids: Sequence[int]) -> None:
    epoch = _epoch(house.addresses)
    # Those are missing that were deleted in the same transaction.
    made = {
        Key(view.id, view.version, epoch): _status_body(view, view, house.addresses)
        for view in (await status_views.load(conn, status_ids)).values()
    }
    await conn.run_many(
        _keep,
        [
            {"status_id": key.id, "version": key.version, "epoch": epoch, "body": body}
            for key, body in made.items()
        ],
    )

    def remember() -> None:
        for key, body in made.items():
            _statuses.put(key, body)

    conn.after_commit.append(remember)


async def accounts(conn: Connection, addresses: Addresses, account_ids: Iterable[int]) -> dict[int, bytes]:
    """id → the whole Account as JSON, counters included."""
    epoch = _epoch(addresses)
    rows = await account_views.counters(conn, account_ids)
    bodies: dict[int, bytes] = {}
    missing: dict[int, Key] = {}
    for row in rows.values():
        key = Key(row.id, row.version, epoch)
        body = _accounts.get(key)
        if body is None:
            missing[row.id] = key
        else:
            bodies[row.id] = body
    if missing:
        views = await account_views.load(conn, missing)
        moved = await _moved(conn, addresses, views)
        for account_id, view in views.items():
            entity = account_entity.render(view, addresses)
            if view.moved_to_id in moved and view.suspended_at is None:
                entity["moved"] = moved[view.moved_to_id]
            bodies[account_id] = unbraced(entity)
            if not conn.writing:
                _accounts.put(missing[account_id], bodies[account_id])
    return {row.id: _account(bodies[row.id], row) for row in rows.values() if row.id in bodies}


async def _moved(
    conn: Connection, addresses: Addresses, views: Mapping[int, AccountView]
) -> dict[int | None, dict[str, Any]]:
    """id → Account of those to whom some of *views* have moved."""
    targets = {view.moved_to_id for view in views.values() if view.moved_to_id is not None}
    if not targets:
        return {}
    return {
        target.id: account_entity.render(target, addresses)
        | account_entity.counters(
            target.statuses_count, target.followers_count, target.following_count, target.last_status_at
        )
        for target in (await account_views.load(conn, targets)).values()
    }


def _account(body: bytes, row: Any) -> bytes:
    last = row.last_status_at
    day = b"null" if last is None else b'"%s"' % account_entity.day(last // 86_400_000).encode()
    return b'{%s,"statuses_count":%d,"followers_count":%d,"following_count":%d,"last_status_at":%s}' % (
        body,
        row.statuses_count,
        row.followers_count,
        row.following_count,
        day,
    )


def unbraced(entity: Mapping[str, Any]) -> bytes:
    """JSON without the braces around it, to be joined with more."""
    return orjson.dumps(entity)[1:-1]


def _epoch(addresses: Addresses) -> str:
    return account_entity.epoch(addresses.base, status_entity.RENDERER)
