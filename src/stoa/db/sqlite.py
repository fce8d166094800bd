"""SQLite through apsw: reads in the event loop, one writer, commits in a thread.

A read of ours takes tens of microseconds, a hop to a thread as long again, so short reads run where
they are asked for.  What may take long runs in a thread: the fsync of a commit, and reads asked for
with `long=True`.

Never open the same file with the `sqlite3` module in this process: two copies of SQLite drop each
other's POSIX locks (sqlite.org/howtocorrupt.html, section 2.2).
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from pathlib import Path
from typing import Any, TextIO

import apsw

from stoa.db.connection import Connection, Unavailable, UniqueViolation
from stoa.db.query import DialectName, Query, Row

BUSY_SECONDS = 30
LONG_READERS = 2

_NOT_NOW = (apsw.FullError, apsw.IOError, apsw.ReadOnlyError, apsw.CantOpenError, apsw.BusyError)

BeforeCommit = Callable[[Connection], Awaitable[None]]

_writing: ContextVar[bool] = ContextVar("stoa_sqlite_writing", default=False)


class SqliteDatabase:
    """One database file.  `read()` and `write()` lend connections."""

    dialect: DialectName = "sqlite"

    def __init__(self, path: Path, *, before_commit: BeforeCommit) -> None:
        self._path = path
        self._before_commit = before_commit
        self._reader = _open(path, writable=False)
        self._writer = _open(path, writable=True)
        self._write_lock = asyncio.Lock()
        self._threads = ThreadPoolExecutor(LONG_READERS + 1, thread_name_prefix="sqlite")
        self._long_readers: asyncio.LifoQueue[apsw.Connection] = asyncio.LifoQueue()
        for _ in range(LONG_READERS):
            self._long_readers.put_nowait(_open(path, writable=False))
        self._serving: TextIO | None = None
        self.memory: dict[type, Any] = {}
        self.statements = 0  # how many have been run; tests count queries with it

    @contextlib.asynccontextmanager
    async def read(self, *, long: bool = False) -> AsyncIterator[Connection]:
        """A connection that sees all that is committed.

        With *long*, its statements run in a thread, for search and maintenance.
        """
        if not long:
            yield _SqliteConnection(self, self._reader)
            return
        connection = await self._long_readers.get()
        try:
            yield _ThreadedConnection(self, connection)
        finally:
            self._long_readers.put_nowait(connection)

    def version(self) -> int | None:
        """A number that changes with every commit, by whichever process; a microsecond's work."""
        version: int = self._reader.pragma("data_version")
        return version

    @contextlib.asynccontextmanager
    async def write(self) -> AsyncIterator[Connection]:
        """The one writing connection, in a transaction that commits when the block ends well.

        When the block returns, the transaction is on disk (synchronous=FULL).  On any exception
        nothing of it is kept.  Raises Unavailable, in the block or at its end.  A block inside a block
        of the same task is a programming error.
        """
        if _writing.get():
            raise RuntimeError("a transaction is already open in this task; pass its conn along")
        async with self._write_lock:
            mark = _writing.set(True)
            try:
                await self._begin()
                conn = _SqliteConnection(self, self._writer, writing=True)
                try:
                    yield conn
                    if conn.events:
                        await self._before_commit(conn)
                    await self._commit()
                except BaseException:
                    if self._writer.in_transaction:
                        self._writer.execute("ROLLBACK")
                    raise
            except _NOT_NOW as error:
                raise Unavailable(str(error)) from error
            finally:
                _writing.reset(mark)
        for call in conn.after_commit:
            call()

    async def _begin(self) -> None:
        # Another process (the command line) may be writing; wait for it without blocking the loop.
        deadline = asyncio.get_running_loop().time() + BUSY_SECONDS
        pause = 0.001
        while True:
            try:
                self._writer.execute("BEGIN IMMEDIATE")
                return
            except apsw.BusyError:
                if asyncio.get_running_loop().time() > deadline:
                    raise
                await asyncio.sleep(pause)
                pause = min(pause * 2, 0.05)

    async def _commit(self) -> None:
        _require_transaction(self._writer)
        # Shielded: a client that goes away must not leave the thread and the loop on one connection.
        loop = asyncio.get_running_loop()
        commit = loop.run_in_executor(self._threads, self._writer.execute, "COMMIT")
        try:
            await asyncio.shield(commit)
        except asyncio.CancelledError:
            await asyncio.wait([commit])
            raise

    async def alone(self) -> bool:
        """Whether no other process serves from this file; we are known to, from now until `close`."""
        if sys.platform == "win32":
            return False
        import fcntl

        # The kernel takes the lock off with the process, however that ends.
        self._serving = self._path.with_name(self._path.name + "-serving").open("a")
        try:
            fcntl.flock(self._serving, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            fcntl.flock(self._serving, fcntl.LOCK_SH)
            return False
        fcntl.flock(self._serving, fcntl.LOCK_SH)
        return True

    async def listen(self, channel: str, heard: Callable[[str], None]) -> None:
        """Nothing is heard: SQLite has no way to tell another process anything."""

    async def close(self) -> None:
        """Finish writing and close the file."""
        if self._serving:
            self._serving.close()
        async with self._write_lock:
            self._threads.shutdown(wait=True)
            while not self._long_readers.empty():
                self._long_readers.get_nowait().close()
            self._reader.close()
            with contextlib.suppress(apsw.BusyError):  # another process is writing; it will do it
                self._writer.execute("PRAGMA optimize")
            self._writer.close()


class _SqliteConnection(Connection):
    dialect: DialectName = "sqlite"

    def __init__(self, database: SqliteDatabase, raw: apsw.Connection, *, writing: bool = False) -> None:
        super().__init__(database.memory, writing=writing)
        self._database = database
        self._raw = raw

    async def all(self, query: Query, **params: Any) -> list[Row]:
        return self._all(query, params)

    def _all(self, query: Query, params: Mapping[str, Any]) -> list[Row]:
        self._database.statements += 1
        compiled = query.compiled("sqlite")
        if self.writing:
            _require_transaction(self._raw)
        try:
            cursor = self._raw.execute(compiled.sql, compiled.arguments(params))
            read = compiled.read
            return [read(row) for row in cursor]
        except apsw.ConstraintError as error:
            raise _violation(error) from error
        except _NOT_NOW as error:
            raise Unavailable(str(error)) from error

    async def run(self, query: Query, **params: Any) -> int:
        return self._run(query, params)

    def _run(self, query: Query, params: Mapping[str, Any]) -> int:
        self._database.statements += 1
        compiled = query.compiled("sqlite")
        if self.writing:
            _require_transaction(self._raw)
        try:
            self._raw.execute(compiled.sql, compiled.arguments(params))
        except apsw.ConstraintError as error:
            raise _violation(error) from error
        except _NOT_NOW as error:
            raise Unavailable(str(error)) from error
        return self._raw.changes()

    async def run_many(self, query: Query, rows: Sequence[Mapping[str, Any]]) -> None:
        if not rows:
            return
        self._database.statements += 1
        compiled = query.compiled("sqlite")
        if self.writing:
            _require_transaction(self._raw)
        try:
            self._raw.executemany(compiled.sql, [compiled.arguments(row) for row in rows])
        except apsw.ConstraintError as error:
            raise _violation(error) from error
        except _NOT_NOW as error:
            raise Unavailable(str(error)) from error

    @contextlib.asynccontextmanager
    async def _savepoint(self) -> AsyncIterator[None]:
        _require_transaction(self._raw)
        self._raw.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            if self._raw.in_transaction:  # an error of the disk may have ended all of it
                self._raw.execute("ROLLBACK TO part")
                self._raw.execute("RELEASE part")
            raise
        _require_transaction(self._raw)
        self._raw.execute("RELEASE part")


class _ThreadedConnection(_SqliteConnection):
    """The same, a statement at a time in a thread."""

    async def all(self, query: Query, **params: Any) -> list[Row]:
        loop = asyncio.get_running_loop()
        work = loop.run_in_executor(self._database._threads, self._all, query, params)
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            self._raw.interrupt()
            await asyncio.wait([work])
            raise


def _require_transaction(raw: apsw.Connection) -> None:
    """Raise Unavailable where SQLite has undone the whole transaction by itself, as a full disk makes
    it: what comes after would be committed, each statement alone.
    """
    if not raw.in_transaction:
        raise Unavailable("an error of the disk has ended the transaction")


def _violation(error: apsw.ConstraintError) -> Exception:
    unique = (
        apsw.SQLITE_CONSTRAINT_UNIQUE,
        apsw.SQLITE_CONSTRAINT_PRIMARYKEY,
        apsw.SQLITE_CONSTRAINT_ROWID,
    )
    result: int = getattr(error, "extendedresult", 0)
    return UniqueViolation(str(error)) if result in unique else error


def _open(path: Path, *, writable: bool) -> apsw.Connection:
    connection = apsw.Connection(str(path), statementcachesize=512)
    connection.set_busy_timeout(0 if writable else BUSY_SECONDS * 1000)
    with contextlib.suppress(apsw.BusyError):  # already WAL, and somebody is writing
        connection.execute("PRAGMA journal_mode = WAL")
    # FULL: the log is synced at every commit, so what was acknowledged survives a power cut.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("PRAGMA cache_size = -32000")
    # As much as SQLite takes (2 GiB).  What is mapped is the system's cache and nothing of ours; beyond
    # it every page that our own cache has lost is read anew.
    connection.execute("PRAGMA mmap_size = 2147418112")
    connection.execute("PRAGMA trusted_schema = OFF")
    # One plan for a statement, whatever is bound to it.  Otherwise (SQLITE_ENABLE_STAT4) each new
    # value makes SQLite plan again, which took four fifths of the home timeline's time.
    connection.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)
    if not writable:
        connection.execute("PRAGMA query_only = ON")
    return connection
