"""PostgreSQL through asyncpg: a pool, and one transaction for each block that writes."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any

from stoa.db.connection import Conflict, Connection, Unavailable, UniqueViolation
from stoa.db.query import DialectName, Query, Row
from stoa.db.sqlite import BeforeCommit

log = logging.getLogger("stoa.db")

POOL_SIZE = 10
AGAIN_SECONDS = 2.0
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
        async with self._lent() as raw:
            yield _PostgresqlConnection(self, raw)

    def version(self) -> int | None:
        """None: PostgreSQL does not say cheaply whether anything has changed."""
        return None

    @contextlib.asynccontextmanager
    async def write(self) -> AsyncIterator[Connection]:
        """A connection in a transaction that commits when the block ends well.  Raises Unavailable, in
        the block or at its end.
        """
        async with self._lent() as raw:
            conn = _PostgresqlConnection(self, raw, writing=True)
            with _translated():
                async with raw.transaction():
                    yield conn
                    if conn.events:
                        await self._before_commit(conn)
        for call in conn.after_commit:
            call()

    @contextlib.asynccontextmanager
    async def _lent(self) -> AsyncIterator[Any]:
        import asyncpg

        try:
            raw = await self._pool.acquire()
        except (OSError, asyncpg.PostgresError) as error:
            raise Unavailable(str(error)) from error
        try:
            yield raw
        finally:
            await self._pool.release(raw)

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

    async def listen(self, channel: str, heard: Callable[[str], None]) -> None:
        """Call *heard* with what any process notifies *channel* of, until cancelled.

        What is said while the connection is lost and made anew is not heard.
        """
        import asyncpg

        async def begin() -> Any:
            connection = await asyncpg.connect(self._url)
            try:
                await connection.add_listener(channel, lambda *said: heard(said[-1]))
            except BaseException:
                connection.terminate()
                raise
            return connection

        while True:
            try:
                connection = await begin()
                ended = asyncio.Event()
                connection.add_termination_listener(lambda _, ended=ended: ended.set())
                try:
                    await ended.wait()
                finally:
                    connection.terminate()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("cannot hear what other processes say: %s", error)
            await asyncio.sleep(AGAIN_SECONDS)

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
    except (
        asyncpg.InsufficientResourcesError,
        asyncpg.OperatorInterventionError,
        asyncpg.PostgresConnectionError,
        asyncpg.PostgresIOError,
        asyncpg.ReadOnlySQLTransactionError,
    ) as error:
        raise Unavailable(str(error)) from error
