"""Films and sounds of other servers: kept as they came, and never decoded here.

What a file is, its first bytes say; only what browsers play is taken, and it is served under that type
alone, whatever its sender called it.
"""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path
from typing import Literal

from stoa.core.media import _containers
from stoa.core.media._wire import Container
from stoa.core.media.model import MediaError
from stoa.core.media.storage import key_for
from stoa.core.ports import Storage

EXTENSIONS = {
    "video/mp4": "mp4",
    "video/webm": "webm",
    "video/ogg": "ogv",
    "video/quicktime": "mov",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/aac": "aac",
    "audio/ogg": "ogg",
    "audio/flac": "flac",
    "audio/wav": "wav",
    "audio/webm": "weba",
}
"""Every type that is taken, with the ending of its name in the storage."""

_SOUNDS: dict[Container, str] = {
    "aac": "audio/aac", "flac": "audio/flac", "mp3": "audio/mpeg", "wav": "audio/wav",
}  # fmt: skip


def sniff(head: bytes, kind: Literal["video", "audio"]) -> str | None:
    """The type of a file that begins with *head*; *kind* decides where a container holds either.  None
    for what is neither film nor sound.
    """
    container = _containers.sniff(head)
    if container == "mov":
        if head[4:8] != b"ftyp":
            return None  # QuickTime of before 1999, which no browser plays
        return "video/quicktime" if head[8:12] == b"qt  " else f"{kind}/mp4"
    if container == "matroska":
        # Matroska says in its head which of its kinds it is; of these browsers play one.
        return f"{kind}/webm" if b"webm" in head[:64] else None
    if container == "ogg":
        return f"{kind}/ogg"
    return None if container is None or kind == "video" else _SOUNDS.get(container)


async def take(file: Path, storage: Storage, kind: Literal["video", "audio"]) -> tuple[str, int]:
    """Put the film or sound in *file* into the storage; its key and its bytes.

    Raises MediaError for what no browser plays, MediaUnavailable if the disk is full.
    """
    key, size = await asyncio.to_thread(_key, file, kind)
    await storage.save(key, file)
    return key, size


def _key(file: Path, kind: Literal["video", "audio"]) -> tuple[str, int]:
    with file.open("rb") as reading:
        mime = sniff(reading.read(_containers.HEAD), kind)
        if mime is None:
            raise MediaError("The file is no film or sound that browsers play.")
        reading.seek(0)
        digest = hashlib.file_digest(reading, "sha256").hexdigest()
        return key_for(digest, EXTENSIONS[mime]), reading.tell()
