"""Files under the hash of their bytes, in a folder of this machine.

A key is "ab/cd/<sha256>.jpg".  Only keys of exactly that form are known, so no key leads out of the
folder.  A file is there whole or not at all, and the same bytes are stored once.  Who still needs a
file is not known here: the caller counts before it deletes.
"""

from __future__ import annotations

import asyncio
import errno
import os
import re
import secrets
import shutil
from pathlib import Path

from stoa.core.errors import NotFound
from stoa.core.media.model import MediaUnavailable

_KEY = re.compile(r"([0-9a-f]{2})/([0-9a-f]{2})/\1\2[0-9a-f]{60}\.[a-z0-9]{1,5}", re.ASCII)

_INCOMING = ".incoming"
"""Where files lie while they are written; after a crash everything in it may be deleted."""


def key_for(sha256: str, extension: str) -> str:
    """The key of a file, from the hash of its bytes (64 hex digits) and its ending ("jpg").

    Raises ValueError for anything that does not make a key.
    """
    key = f"{sha256[:2]}/{sha256[2:4]}/{sha256}.{extension}"
    if not _KEY.fullmatch(key):
        raise ValueError(f"{sha256!r} and {extension!r} do not make a key")
    return key


class LocalStorage:
    """A folder of files, and the address under which they are served."""

    def __init__(self, folder: Path, base_url: str) -> None:
        self._folder = folder
        self._base_url = base_url.rstrip("/")

    def path(self, key: str) -> Path:
        """Where the file of *key* lies, if it is there at all.

        Raises NotFound for what is not a key, so that a door may pass on what it was asked for.
        """
        if not _KEY.fullmatch(key):
            raise NotFound("There is no such file.")
        return self._folder / key

    def url(self, key: str) -> str:
        """The public address of *key*.  Raises NotFound for what is not a key."""
        self.path(key)
        return f"{self._base_url}/{key}"

    async def save(self, key: str, path: Path) -> None:
        """Copy the file at *path* to *key*: on return it is on the disk, whole.

        Raises MediaUnavailable if the disk is full; then nothing of it is left.
        """
        await asyncio.to_thread(self._save, self.path(key), path)

    async def delete(self, key: str) -> None:
        """Remove the file of *key*; fine if it is not there."""
        await asyncio.to_thread(self.path(key).unlink, missing_ok=True)

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
