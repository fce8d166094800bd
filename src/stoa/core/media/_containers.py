"""How films and sounds are packed, by their first bytes.  Decodes nothing."""

from __future__ import annotations

from stoa.core.media import _header
from stoa.core.media._wire import Container

HEAD = 4096
"""How many first bytes `sniff` wants to see."""


def sniff(head: bytes) -> Container | None:
    """How the film or sound that begins with *head* is packed, or None: a still picture, or none of these.
    Of a GIF it does not tell whether it moves.
    """
    if _header.sniff(head) == "GIF":
        return "gif"
    if _header.sniff(head) is not None:
        return None
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"):
        return "mov"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "matroska"
    if head.startswith(b"OggS"):
        return "ogg"
    if head.startswith(b"fLaC"):
        return "flac"
    if head.startswith(b"RIFF") and head[8:12] in (b"WAVE", b"AVI "):
        return "wav" if head[8:12] == b"WAVE" else "avi"
    if head.startswith(b"ID3"):
        return "mp3"
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:
        # ISO/IEC 11172-3 2.4.1.3: eleven bits of sync, the version, the layer; layer 0 is ADTS (AAC).
        return "aac" if head[1] & 0x06 == 0 else "mp3"
    return None
