"""Files under the hash of their bytes, in a folder of this machine.

A key is "ab/cd/<sha256>.jpg".  Only keys of exactly that form are known, so no key leads out of the
folder.  A file is there whole or not at all, and the same bytes are stored once.  Who still needs a
file is not known here: the caller counts before it deletes.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import re
import secrets
import shutil
from collections.abc import AsyncIterator, Collection
from pathlib import Path

from stoa.core.errors import NotFound
from stoa.core.media.model import MediaUnavailable
from stoa.core.ports import Held

KEY = re.compile(r"([0-9a-f]{2})/([0-9a-f]{2})/\1\2[0-9a-f]{60}\.[a-z0-9]{1,5}", re.ASCII)

_CHUNK = 1 << 20
_INCOMING = ".incoming"
"""Where files lie while they are written; after a crash everything in it may be deleted."""


def key_for(sha256: str, extension: str) -> str:
    """The key of a file, from the hash of its bytes (64 hex digits) and its ending ("jpg").

    Raises ValueError for anything that does not make a key.
    """
    key = f"{sha256[:2]}/{sha256[2:4]}/{sha256}.{extension}"
    if not KEY.fullmatch(key):
        raise ValueError(f"{sha256!r} and {extension!r} do not make a key")
    return key


def require_key(key: str) -> str:
    """*key*.  Raises NotFound for what is none, so that a door may pass on what it was asked for."""
    if not KEY.fullmatch(key):
        raise NotFound("There is no such file.")
    return key


class LocalStorage:
    """The port `Storage` over a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def local(self, key: str) -> Path:
        """Where the file of *key* lies, if it is there at all."""
        return self._folder / require_key(key)

    async def save(self, key: str, path: Path) -> None:
        """Copy the file at *path* to *key*: on return it is on the disk, whole.

        Raises MediaUnavailable if the disk is full; then nothing of it is left.
        """
        await asyncio.to_thread(self._save, self.local(key), path)

    async def delete(self, key: str) -> None:
        """Remove the file of *key*; fine if it is not there."""
        await asyncio.to_thread(self.local(key).unlink, missing_ok=True)

    async def held(self, keys: Collection[str]) -> dict[str, Held]:
        """What the disk says of those of *keys* that are there."""
        return await asyncio.to_thread(self._held, keys)

    async def all_held(self) -> AsyncIterator[dict[str, Held]]:
        """All files two folders deep, a folder at a time."""
        for outer in await asyncio.to_thread(_entries, self._folder):
            yield await asyncio.to_thread(lambda folder: self._held(_keys(folder)), outer)

    async def read(self, key: str, start: int, end: int) -> AsyncIterator[bytes]:
        """The bytes from *start* to before *end*.  Raises NotFound."""
        try:
            handle = await asyncio.to_thread(self.local(key).open, "rb")
        except FileNotFoundError:
            raise NotFound("There is no such file.") from None
        with handle:
            handle.seek(start)
            while start < end and (data := await asyncio.to_thread(handle.read, min(_CHUNK, end - start))):
                start += len(data)
                yield data

    def _held(self, keys: Collection[str]) -> dict[str, Held]:
        found = {}
        for key in keys:
            with contextlib.suppress(FileNotFoundError, NotFound):
                about = self.local(key).stat()
                found[key] = Held(about.st_size, about.st_mtime)
        return found

    def _save(self, target: Path, source: Path) -> None:
        incoming = self._folder / _INCOMING
        temporary = incoming / secrets.token_hex(16)
        try:
            if _same_size(target, source) and _touched(target):
                return
            incoming.mkdir(parents=True, exist_ok=True)
            try:
                _copy(source, temporary)
                fresh = [folder for folder in target.parents[:2] if not folder.exists()]
                target.parent.mkdir(parents=True, exist_ok=True)
                temporary.replace(target)
            finally:
                temporary.unlink(missing_ok=True)
            # The names are on the disk only once the folders they stand in are.
            for folder in (target.parent, *(folder.parent for folder in fresh)):
                _sync_folder(folder)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise MediaUnavailable("The server's disk is full; the file was not saved.") from error
            raise


def _keys(outer: Path) -> list[str]:
    return [
        f"{outer.name}/{inner.name}/{file.name}" for inner in _entries(outer) for file in _entries(inner)
    ]


def _entries(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as found:
            return sorted(Path(one.path) for one in found if not one.name.startswith("."))
    except (FileNotFoundError, NotADirectoryError):
        return []


def _same_size(target: Path, source: Path) -> bool:
    # The name is the hash of the bytes.  The size is looked at in case the file system lost some.
    try:
        return target.stat().st_size == source.stat().st_size
    except FileNotFoundError:
        return False


def _touched(target: Path) -> bool:
    # What nobody has touched for a while and no row names is removed (core/media/strays.py).
    try:
        os.utime(target)
    except FileNotFoundError:
        return False
    return True


def _copy(source: Path, target: Path) -> None:
    with source.open("rb") as reading, target.open("xb") as writing:
        shutil.copyfileobj(reading, writing, 1 << 20)
        writing.flush()
        os.fsync(writing.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
