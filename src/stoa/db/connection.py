"""What core is given as `conn`: statements in, rows out, on either database.

A connection is lent for one request or one job.  Whoever opened it commits; core never does.
"""

from __future__ import annotations

import contextlib
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any

from stoa.db.query import DialectName, Query, Row


class UniqueViolation(Exception):
    """A row with the same key is already there."""


class Conflict(Exception):
    """The database undid this transaction because of another one: done anew, it will do."""


class Unavailable(Exception):
    """The database takes nothing just now: its disk is full or cannot be written, or it is away.  What
    the transaction did is undone.
    """


class Connection(ABC):
    """Runs queries.  Parameters are given by name: `await conn.all(query, account_id=1)`."""

    dialect: DialectName

    def __init__(self, memory: dict[type, Any], *, writing: bool = False) -> None:
        self.memory = memory
        """What this process remembers of the database between transactions: one value of each kind,
        that the module of its type answers for."""
        self.writing = writing
        """Whether what is read may still be rolled back, and so must not be kept in any cache."""
        self.events: list[object] = []
        """What happened in this transaction; dispatched before it commits (core/events.py)."""
        self.after_commit: list[Callable[[], object]] = []
        """Called when the transaction is durable: waking the worker, forgetting a cache."""

    @abstractmethod
    async def all(self, query: Query, **params: Any) -> list[Row]:
        """All rows."""

    @abstractmethod
    async def run(self, query: Query, **params: Any) -> int:
        """Run a statement; the number of rows it changed."""

    @abstractmethod
    async def run_many(self, query: Query, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run a statement once for each of *rows*."""

    @contextlib.asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """A part of the transaction: on an exception only this part is undone, its events with it."""
        events, calls = len(self.events), len(self.after_commit)
        try:
            async with self._savepoint():
                yield
        except BaseException:
            del self.events[events:], self.after_commit[calls:]
            raise

    @abstractmethod
    def _savepoint(self) -> contextlib.AbstractAsyncContextManager[object]:
        """A savepoint of the database."""

    async def first(self, query: Query, **params: Any) -> Row | None:
        """The first row, or None."""
        rows = await self.all(query, **params)
        return rows[0] if rows else None

    async def scalar(self, query: Query, **params: Any) -> Any:
        """The first column of the first row, or None."""
        rows = await self.all(query, **params)
        return rows[0][0] if rows else None

    async def scalars(self, query: Query, **params: Any) -> list[Any]:
        """The first column of every row."""
        return [row[0] for row in await self.all(query, **params)]
