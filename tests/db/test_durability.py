"""What was acknowledged survives a power cut: the log is on disk before a commit returns."""

from __future__ import annotations

import shutil
from pathlib import Path

import apsw

from stoa.db import insert
from stoa.db import sqlite as stoa_sqlite
from stoa.db.tables import secrets

_BASE = apsw.vfs_names()[0]
_add = insert(secrets, "name", "value")


class _WatchedFile(apsw.VFSFile):
    def __init__(self, log: list[tuple[str, str]], name: object, flags: list[int]) -> None:
        self._log = log
        self._name = str(name.filename() if isinstance(name, apsw.URIFilename) else name)
        super().__init__(_BASE, name, flags)  # type: ignore[arg-type]

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        self._log.append(("write", self._name))
        super().xWrite(data, offset)

    def xSync(self, flags: int) -> None:  # noqa: N802
        self._log.append(("sync", self._name))
        super().xSync(flags)


class _WatchingFileSystem(apsw.VFS):
    """The default file system of SQLite, with a list of what is written and synced, in order."""

    def __init__(self) -> None:
        self.log: list[tuple[str, str]] = []
        super().__init__("watching", _BASE)

    def xOpen(self, name: object, flags: list[int]) -> apsw.VFSFile:  # noqa: N802
        return _WatchedFile(self.log, name, flags)


async def test_the_log_is_synced_before_a_commit_returns(tmp_path: Path, sqlite_template: Path) -> None:
    path = tmp_path / "stoa.db"
    shutil.copy(sqlite_template, path)
    watching = _WatchingFileSystem()
    apsw.set_default_vfs("watching")
    try:

        async def nothing(conn: object) -> None:
            return

        db = stoa_sqlite.SqliteDatabase(path, before_commit=nothing)
        for number in range(3):
            watching.log.clear()
            async with db.write() as conn:
                await conn.run(_add, name=f"n{number}", value="v")
            wal = [what for what, name in watching.log if name.endswith("-wal")]
            assert "write" in wal
            assert wal[-1] == "sync", wal
        await db.close()
    finally:
        apsw.set_default_vfs(_BASE)
        watching.unregister()
