"""Films and sounds of other servers: kept as they came, and never decoded here.

What a file is, its first bytes say; only what browsers play is taken, and it is served under that type
alone, whatever its sender called it.
"""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path
from typing import Literal

from stoa.core.media import _header
from stoa.core.media.model import MediaError
from stoa.core.media.storage import LocalStorage, key_for

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

_HEAD = 4_096


def sniff(head: bytes, kind: Literal["video", "audio"]) -> str | None:
    """The type of a file that begins with *head*; *kind* decides where a container holds either.  None
    for what is neither film nor sound.
    """
    if head[4:8] == b"ftyp" and _header.sniff(head) is None:
        if head[8:12] == b"qt  ":
            return "video/quicktime"
        return f"{kind}/mp4"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        # Matroska says in its head which of its kinds it is; of these browsers play one.
        return f"{kind}/webm" if b"webm" in head[:64] else None
    if head.startswith(b"OggS"):
        return f"{kind}/ogg"
    if kind == "video":
        return None
    if head.startswith(b"fLaC"):
        return "audio/flac"
    if head.startswith(b"RIFF") and head[8:12] == b"WAVE":
        return "audio/wav"
    if head.startswith(b"ID3"):
        return "audio/mpeg"
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:
        # ISO/IEC 11172-3 2.4.1.3: eleven bits of sync, the version, the layer; layer 0 is ADTS (AAC).
        return "audio/aac" if head[1] & 0x06 == 0 else "audio/mpeg"
    return None


async def take(file: Path, storage: LocalStorage, kind: Literal["video", "audio"]) -> tuple[str, int]:
    """Put the film or sound in *file* into the storage; its key and its bytes.

    Raises MediaError for what no browser plays, MediaUnavailable if the disk is full.
    """
    key, size = await asyncio.to_thread(_key, file, kind)
    await storage.save(key, file)
    return key, size


def _key(file: Path, kind: Literal["video", "audio"]) -> tuple[str, int]:
    with file.open("rb") as reading:
        mime = sniff(reading.read(_HEAD), kind)
        if mime is None:
            raise MediaError("The file is no film or sound that browsers play.")
        reading.seek(0)
        digest = hashlib.file_digest(reading, "sha256").hexdigest()
        return key_for(digest, EXTENSIONS[mime]), reading.tell()
