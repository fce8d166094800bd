"""Bringing a database to today's schema, in a process of its own.

Alembic reads SQLite through the `sqlite3` module, which must never meet apsw in one process
(db/sqlite.py); and a server need not carry Alembic's 10 MB.  So this module is run, not imported:

    echo sqlite:///data/stoa.db | python -m stoa.db.migrate head
"""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from pathlib import Path

# The newest revision under migrations/versions; a test holds it against the folder.
HEAD = "0005"


class MigrationError(Exception):
    """The schema could not be brought up to date; the message says why, in words."""


def bring_up_to_date(url: str, revision: str = HEAD) -> bool:
    """Migrate the database at *url* up to *revision* if it is older; whether it was.

    Raises MigrationError.
    """
    if url.startswith("sqlite:///"):
        path = Path(url.removeprefix("sqlite:///"))
        path.parent.mkdir(parents=True, exist_ok=True)
        present = _sqlite_revision(path)
    else:
        present = asyncio.run(_postgresql_revision(url))
    if present == revision:
        return False
    if present is not None and present > HEAD:
        raise MigrationError(
            f"The database has schema {present}, made by a newer Stoa; this one knows {HEAD}. "
            "Install the newer version, or restore a backup."
        )
    # The address goes by standard input: a command line is readable by every user of the machine.
    done = subprocess.run(  # noqa: S603  our own module, a number of ours
        [sys.executable, "-m", "stoa.db.migrate", revision],
        input=url,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no reason was given"]
        raise MigrationError(f"The database could not be migrated: {lines[-1]}")
    return True


def _sqlite_revision(path: Path) -> str | None:
    import apsw

    if not path.exists():
        return None
    try:
        with contextlib.closing(apsw.Connection(str(path))) as connection:
            connection.set_busy_timeout(30_000)
            found = connection.execute(
                "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"
            ).fetchone()
            if not found:
                return None
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except apsw.Error as error:
        raise MigrationError(f"{path} cannot be opened as a database: {error}.") from error
    return row[0] if row else None


async def _postgresql_revision(url: str) -> str | None:
    try:
        import asyncpg
    except ImportError:
        raise MigrationError("PostgreSQL needs the driver: install stoa[postgresql].") from None
    try:
        connection = await asyncpg.connect(url, timeout=10)
    except (OSError, asyncpg.PostgresError, ValueError) as error:
        raise MigrationError(f"PostgreSQL does not answer: {error}.") from error
    try:
        if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
            return None
        revision: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
        return revision
    finally:
        await connection.close()


def _run_alembic(url: str, revision: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["url"] = url
    command.upgrade(config, revision)


if __name__ == "__main__":
    _run_alembic(sys.stdin.read().strip(), sys.argv[1])
