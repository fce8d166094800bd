"""`stoa doctor`: looks at everything a server stands on and says in words what is wrong.

Works beside a running server and changes nothing: what it writes to try whether it can, it removes.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import hashlib
import os
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from stoa import ids
from stoa.core.media.model import MediaUnavailable
from stoa.core.media.storage import key_for
from stoa.db import migrate
from stoa.main.bucket import Bucket, require, why
from stoa.settings import Settings, SettingsError

Show = Callable[[argparse.Namespace, Any, str], None]

LEAST_FREE_BYTES = 256 * 1024 * 1024
MOST_SECONDS_APART = 30

# This was written after it, so no clock that is right shows less: 2026-01-01T00:00:00Z.
_LONG_AGO_MS = 1_767_225_600_000


class Finding(NamedTuple):
    """What was looked at, whether it is well, and a sentence for the administrator."""

    name: str
    ok: bool
    sentence: str


def doctor(settings: Settings, options: argparse.Namespace, show: Show) -> None:
    """Print what was found; exit with 1 where something is wrong."""
    findings = examine(settings)
    ok = all(finding.ok for finding in findings)
    lines = [f"{'well ' if one.ok else 'WRONG'}  {one.name}: {one.sentence}" for one in findings]
    lines.append("All is well." if ok else "Something is wrong; see above.")
    show(options, {"ok": ok, "checks": [one._asdict() for one in findings]}, "\n".join(lines))
    if not ok:
        sys.exit(1)


def examine(settings: Settings) -> list[Finding]:
    """Everything that was found, in an order in which the first wrong thing may explain the rest."""
    findings = [
        _address(settings),
        _folder("data folder", settings.data),
        _space(settings.data),
        _folder("media storage", settings.media_folder, may_be_missing=True),
    ]
    if settings.s3_bucket:
        findings.append(asyncio.run(_bucket(settings)))
    if settings.database_url.startswith("sqlite:///"):
        findings += _sqlite(Path(settings.database_url.removeprefix("sqlite:///")))
    else:
        findings += asyncio.run(_postgresql(settings.database_url))
    findings.append(_clock(settings.data))
    return findings


def _address(settings: Settings) -> Finding:
    where = settings.base_url
    if settings.is_secure or settings.is_loopback:
        return Finding("settings", True, f"they can be read; the public address is {where}.")
    return Finding(
        "settings",
        False,
        f"STOA_BASE_URL is {where}: anywhere but on this machine, apps and other servers need https.",
    )


def _folder(name: str, folder: Path, *, may_be_missing: bool = False) -> Finding:
    if may_be_missing and not folder.exists() and folder.parent.is_dir():
        folder = folder.parent
    if not folder.is_dir():
        return Finding(name, False, f"{folder} is not there; `stoa serve` makes it, or give --data.")
    try:
        with _trial(folder):
            return Finding(name, True, f"{folder} can be written to.")
    except OSError as error:
        return Finding(name, False, f"{folder} cannot be written to: {_reason(error)}.")


def _space(folder: Path) -> Finding:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE_BYTES:
        needed = LEAST_FREE_BYTES // 2**20
        return Finding(
            "disk space", False, f"only {free // 2**20} MB are free at {folder}; {needed} MB are needed."
        )
    return Finding("disk space", True, f"{free / 2**30:.1f} GB are free.")


async def _bucket(settings: Settings) -> Finding:
    name = f"bucket {settings.s3_bucket}"
    content = secrets.token_bytes(64)
    key = key_for(hashlib.sha256(content).hexdigest(), "png")
    with tempfile.TemporaryDirectory(prefix="stoa-") as place:
        path = Path(place) / "trial"
        path.write_bytes(content)
        try:
            await require(settings)
            bucket = Bucket(settings)
            await bucket.save(key, path)
            known = await bucket.held([key])
            await bucket.delete(key)
        except (MediaUnavailable, SettingsError) as failure:
            return Finding(name, False, f"nothing can be stored there: {why(failure)}")
    if key not in known:
        return Finding(name, False, "what was stored there was not to be seen afterwards.")
    return Finding(name, True, "files can be stored there and removed.")


@contextlib.contextmanager
def _trial(folder: Path) -> Iterator[Path]:
    """A file written to *folder* and on its disk, for as long as the block runs."""
    path = folder / f".doctor-{secrets.token_hex(8)}"
    try:
        with path.open("xb") as file:
            file.write(b"x" * 4096)
            file.flush()
            os.fsync(file.fileno())
        yield path
    finally:
        path.unlink(missing_ok=True)


def _sqlite(path: Path) -> list[Finding]:
    import apsw

    if not path.exists():
        sentence = f"there is none at {path} yet; `stoa serve` or `stoa migrate` makes it."
        return [Finding("database", False, sentence)]
    try:
        connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
        with contextlib.closing(connection):
            connection.set_busy_timeout(10_000)
            broken = [str(row[0]) for row in connection.execute("PRAGMA quick_check(5)")]
            if broken != ["ok"]:
                sentence = f"{path} is damaged ({broken[0]}); restore a backup."
                return [Finding("database", False, sentence)]
            revision, newest = None, None
            if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
                revision = connection.execute("SELECT version_num FROM alembic_version").fetchone()
                newest = connection.execute(_NEWEST).fetchone()
            # What cannot be locked for writing cannot be written: a full disk, a file of another user.
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
    except apsw.Error as error:
        return [Finding("database", False, f"{path} cannot be used: {error}.")]
    return [
        Finding("database", True, f"{path} is whole and can be written to."),
        _schema(revision[0] if revision else None),
        _newest(newest[0] if newest else None),
    ]


async def _postgresql(url: str) -> list[Finding]:
    try:
        import asyncpg
    except ImportError:
        return [Finding("database", False, "PostgreSQL needs the driver: install stoa[postgresql].")]
    try:
        connection = await asyncpg.connect(url, timeout=10)
    except (OSError, asyncpg.PostgresError, ValueError) as error:
        return [Finding("database", False, f"PostgreSQL does not answer: {error}.")]
    try:
        asked = time.time()
        theirs = float(await connection.fetchval("SELECT extract(epoch FROM clock_timestamp())"))
        read_only = await connection.fetchval("SELECT current_setting('transaction_read_only')")
        revision = newest = None
        if await connection.fetchval("SELECT to_regclass('alembic_version')") is not None:
            revision = await connection.fetchval("SELECT version_num FROM alembic_version")
            newest = await connection.fetchval(_NEWEST)
    except (OSError, asyncpg.PostgresError) as error:
        return [Finding("database", False, f"PostgreSQL answers, but not this: {error}.")]
    finally:
        await connection.close()
    apart = abs(theirs - asked)
    return [
        Finding("database", False, "PostgreSQL lets us read only; is it a standby?")
        if read_only == "on"
        else Finding("database", True, "PostgreSQL answers and can be written to."),
        _schema(revision),
        _newest(newest),
        Finding("database clock", True, "agrees with ours.")
        if apart <= MOST_SECONDS_APART
        else Finding("database clock", False, f"is {apart:.0f} seconds off ours; set both by NTP."),
    ]


_NEWEST = (
    "SELECT max(id) FROM (SELECT max(id) AS id FROM accounts UNION ALL SELECT max(id) FROM statuses) n"
)


def _schema(revision: str | None) -> Finding:
    if revision == migrate.HEAD:
        return Finding("schema", True, f"is {revision}, the newest.")
    if revision is not None and revision > migrate.HEAD:
        return Finding("schema", False, f"is {revision}, of a newer Stoa; this one knows {migrate.HEAD}.")
    now = "there is none" if revision is None else f"is {revision}"
    return Finding("schema", False, f"{now}, should be {migrate.HEAD}; run `stoa migrate`.")


def _newest(newest: int | None) -> Finding:
    """Ids hold the time they were made in, so one from the future means a clock that was wrong."""
    ahead = 0 if newest is None else (ids.time_of(newest) - ids.now_ms()) / 1000
    if ahead > MOST_SECONDS_APART:
        sentence = f"the newest is from {ahead:.0f} seconds in the future: the clock is wrong, or was."
        return Finding("ids", False, sentence)
    return Finding("ids", True, "none is from the future.")


def _clock(folder: Path) -> Finding:
    now = ids.now_ms()
    if now < _LONG_AGO_MS:
        return Finding("clock", False, f"shows {ids.iso(now)}, which is long past; set it, best by NTP.")
    try:
        with _trial(folder) as path:
            apart = abs(path.stat().st_mtime - time.time())
    except OSError:
        return Finding("clock", True, f"shows {ids.iso(now)}.")  # the folder has its own finding
    if apart > MOST_SECONDS_APART:
        return Finding("clock", False, f"is {apart:.0f} seconds off that of the file system of {folder}.")
    return Finding("clock", True, f"shows {ids.iso(now)}, and the file system agrees.")


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
