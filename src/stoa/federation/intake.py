"""Keeping what is delivered to us, before the answer is given: the first write to `incoming`.

`put` returns when the delivery is on disk.  Those that wait at the same moment share a transaction, and
so one wait for the disk.  How much may wait is bounded, for all and for each server: who is told that
there is no room comes again.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select

from stoa import ids
from stoa.db import Database, Query, insert
from stoa.db.tables import incoming
from stoa.federation.parse.kinds import Activity

MAX_WAITING = 20_000
MAX_BYTES = 256 * 1024 * 1024
# The part of either that one server may fill.
SHARE = 4
RETRY_SECONDS = 60
COUNTED_MS = 30_000
MAX_READ = 1_000

Read = tuple[dict[str, Any], Activity]

_add = insert(
    incoming,
    "id", "activity", "sender", "proven", "delivered_to", "host", "body", "received_at", "run_at",
    ignore=True,
)  # fmt: skip
_held = Query(
    select(
        incoming.c.host, func.count().label("rows"), func.sum(func.length(incoming.c.body)).label("bytes")
    ).group_by(incoming.c.host)
)


class Full(Exception):
    """There is no room for more, of this server or of any; come again in *retry_after* seconds."""

    retry_after = RETRY_SECONDS


class Intake:
    """What is kept until it has had its effects.  One for a process; *wake* is called when there is
    more to do.
    """

    def __init__(
        self,
        db: Database,
        wake: Callable[[], None],
        *,
        most: int = MAX_WAITING,
        most_bytes: int = MAX_BYTES,
    ) -> None:
        self._db = db
        self._wake = wake
        self._most = most
        self._most_bytes = most_bytes
        self._waiting: list[tuple[dict[str, Any], asyncio.Future[None]]] = []
        self._read: OrderedDict[int, Read] = OrderedDict()
        self._flush: asyncio.Task[None] | None = None
        # Host → rows and bytes: exact for this process, and counted anew now and then for the others.
        self._held: dict[str, list[int]] = {}
        self._rows = self._bytes = 0
        self._counted_at = 0

    async def put(
        self,
        body: bytes,
        activity_id: str | None,
        sender: str,
        host: str,
        *,
        proven: bool = True,
        delivered_to: int = 0,
        read: Read | None = None,
    ) -> None:
        """Keep an activity that *sender*, who lives on *host*, delivered; durable when this returns.

        *proven*: that it is the word of its actor.  *delivered_to*: the account whose inbox it came to,
        0 for the shared one.  *read*: what *body* is, so that it need not be read again.  The same one
        twice is kept once.  Raises Full.
        """
        now, number = ids.now_ms(), ids.new_id()
        await self._require_room(host, len(body))
        row = {
            "id": number,
            "activity": activity_id,
            "sender": sender,
            "proven": proven,
            "delivered_to": delivered_to,
            "host": host,
            "body": body,
            "received_at": now,
            "run_at": now,
        }
        stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((row, stored))
        if read is not None:
            self._read[number] = read
            if len(self._read) > MAX_READ:
                self._read.popitem(last=False)
        if self._flush is None or self._flush.done():
            self._flush = asyncio.create_task(self._store())
        await stored

    def read(self, row_id: int) -> Read | None:
        """What the body of a row is, once, if that was noted not long ago."""
        return self._read.pop(row_id, None)

    def released(self, host: str, size: int) -> None:
        """A row of *host* with a body of *size* bytes is gone from the table."""
        held = self._held.get(host)
        if held is not None:
            self._count(host, -1, -size)
            if held[0] <= 0:
                del self._held[host]

    def _count(self, host: str, rows: int, size: int) -> None:
        held = self._held.setdefault(host, [0, 0])
        held[0], held[1] = held[0] + rows, held[1] + size
        self._rows, self._bytes = self._rows + rows, self._bytes + size

    async def _store(self) -> None:
        while self._waiting:
            # Whoever is as far as this comes along.
            await asyncio.sleep(0)
            batch, self._waiting = self._waiting, []
            try:
                async with self._db.write() as conn:
                    await conn.run_many(_add, [row for row, _ in batch])
            except BaseException as error:
                for _, stored in batch:
                    if not stored.done():
                        stored.set_exception(_failure(error))
                if not isinstance(error, Exception):
                    raise
            else:
                for _, stored in batch:
                    if not stored.done():
                        stored.set_result(None)
                self._wake()

    async def _require_room(self, host: str, size: int) -> None:
        if ids.now_ms() - self._counted_at >= COUNTED_MS:
            self._counted_at = ids.now_ms()
            async with self._db.read(long=True) as conn:
                rows = await conn.all(_held)
            self._held = {}
            self._rows = self._bytes = 0
            for row in rows:
                self._count(row.host, row.rows, int(row.bytes or 0))
        mine = self._held.get(host, (0, 0))
        if (
            self._rows >= self._most
            or self._bytes + size > self._most_bytes
            or mine[0] >= self._most // SHARE
            or mine[1] + size > self._most_bytes // SHARE
        ):
            raise Full
        self._count(host, 1, size)


def _failure(error: BaseException) -> Exception:
    return error if isinstance(error, Exception) else RuntimeError("the server is closing")
