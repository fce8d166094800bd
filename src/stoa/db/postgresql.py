"""PostgreSQL through asyncpg: a pool, and one transaction for each block that writes."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from stoa.db.connection import Conflict, Connection, UniqueViolation
from stoa.db.query import DialectName, Query, Row
from stoa.db.sqlite import BeforeCommit

POOL_SIZE = 10
STATEMENT_SECONDS = 30
SERVING = 0x57_0A  # the lock that every process which serves shares


class PostgresqlDatabase:
    """A PostgreSQL database.  `read()` and `write()` lend connections of a pool."""

    dialect: DialectName = "postgresql"

    def __init__(self, url: str, pool: Any, *, before_commit: BeforeCommit) -> None:
        self._url = url
        self._pool = pool
        self._serving: Any = None
        self._before_commit = before_commit
        self.memory: dict[type, Any] = {}
        self.statements = 0

    @classmethod
    async def connect(cls, url: str, *, before_commit: BeforeCommit) -> PostgresqlDatabase:
        """A database at *url*.  Raises OSError or asyncpg's error when nobody answers there."""
        import asyncpg

        pool = await asyncpg.create_pool(
            url,
            min_size=1,
            max_size=POOL_SIZE,
            command_timeout=STATEMENT_SECONDS,
            statement_cache_size=1024,
            server_settings={"application_name": "stoa", "lock_timeout": "10000"},
        )
        return cls(url, pool, before_commit=before_commit)

    @contextlib.asynccontextmanager
    async def read(self, *, long: bool = False) -> AsyncIterator[Connection]:
        """A connection that sees all that is committed; *long* makes no difference here."""
        async with self._pool.acquire() as raw:
            yield _PostgresqlConnection(self, raw)

    def version(self) -> int | None:
        """None: PostgreSQL does not say cheaply whether anything has changed."""
        return None

    @contextlib.asynccontextmanager
    async def write(self) -> AsyncIterator[Connection]:
        """A connection in a transaction that commits when the block ends well."""
        async with self._pool.acquire() as raw:
            conn = _PostgresqlConnection(self, raw, writing=True)
            async with raw.transaction():
                yield conn
                if conn.events:
                    await self._before_commit(conn)
        for call in conn.after_commit:
            call()

    async def alone(self) -> bool:
        """Whether no other process serves from this database; we are known to, from now until `close`."""
        import asyncpg

        # A lock of a session ends with it, however that ends.
        self._serving = await asyncpg.connect(self._url)
        first: bool = await self._serving.fetchval("SELECT pg_try_advisory_lock($1)", SERVING)
        await self._serving.execute("SELECT pg_advisory_lock_shared($1)", SERVING)
        if first:
            await self._serving.execute("SELECT pg_advisory_unlock($1)", SERVING)
        return first

    async def close(self) -> None:
        """Finish what runs and let go of the server."""
        if self._serving is not None:
            await self._serving.close()
        await self._pool.close()


class _PostgresqlConnection(Connection):
    dialect: DialectName = "postgresql"

    def __init__(self, database: PostgresqlDatabase, raw: Any, *, writing: bool = False) -> None:
        super().__init__(database.memory, writing=writing)
        self._database = database
        self._raw = raw

    async def all(self, query: Query, **params: Any) -> list[Row]:
        self._database.statements += 1
        compiled = query.compiled("postgresql")
        with _translated():
            records = await self._raw.fetch(compiled.sql, *compiled.arguments(params))
        read = compiled.read
        return [read(tuple(record)) for record in records]

    async def run(self, query: Query, **params: Any) -> int:
        self._database.statements += 1
        compiled = query.compiled("postgresql")
        with _translated():
            status: str = await self._raw.execute(compiled.sql, *compiled.arguments(params))
        last = status.rsplit(" ", 1)[-1]  # "INSERT 0 1", "UPDATE 3"
        return int(last) if last.isdigit() else 0

    async def run_many(self, query: Query, rows: Sequence[Mapping[str, Any]]) -> None:
        if not rows:
            return
        self._database.statements += 1
        compiled = query.compiled("postgresql")
        with _translated():
            await self._raw.executemany(compiled.sql, [compiled.arguments(row) for row in rows])

    def _savepoint(self) -> contextlib.AbstractAsyncContextManager[object]:
        part: contextlib.AbstractAsyncContextManager[object] = self._raw.transaction()
        return part


@contextlib.contextmanager
def _translated() -> Any:
    import asyncpg

    try:
        yield
    except asyncpg.UniqueViolationError as error:
        raise UniqueViolation(str(error)) from error
    except (
        asyncpg.DeadlockDetectedError,
        asyncpg.SerializationError,
        asyncpg.LockNotAvailableError,
    ) as error:
        raise Conflict(str(error)) from error
