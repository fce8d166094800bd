"""Gzip for text that is worth it: level 1, whole bodies only, never event streams or media."""

from __future__ import annotations

import asyncio
import zlib
from functools import lru_cache

MINIMUM_BYTES = 1024
_OFF_LOOP_BYTES = 256 * 1024

_APPLICATION = (
    b"application/json",
    b"application/activity+json",
    b"application/ld+json",
    b"application/jrd+json",
    b"application/manifest+json",
    b"application/xml",
    b"application/xrd+xml",
    b"application/atom+xml",
    b"application/rss+xml",
    b"application/javascript",
    b"image/svg+xml",
)


@lru_cache(256)
def is_text(content_type: bytes) -> bool:
    """Whether an answer of this Content-Type shrinks when compressed."""
    if content_type.startswith(b"text/"):
        return not content_type.startswith(b"text/event-stream")
    return content_type.partition(b";")[0].strip() in _APPLICATION


@lru_cache(256)
def accepts(accept_encoding: bytes) -> bool:
    """Whether a client with this Accept-Encoding takes gzip (RFC 9110 section 12.5.3)."""
    for part in accept_encoding.lower().split(b","):
        name, _, parameters = part.partition(b";")
        if name.strip() in (b"gzip", b"x-gzip"):
            weight = parameters.strip().replace(b" ", b"")
            return not weight.startswith(b"q=0") or weight.strip(b"q=0.") != b""
    return False


async def squeeze(body: bytes) -> bytes:
    """*body* as gzip; large ones in a thread."""
    if len(body) >= _OFF_LOOP_BYTES:
        return await asyncio.to_thread(_gzip, body)
    return _gzip(body)


def _gzip(body: bytes) -> bytes:
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    return packer.compress(body) + packer.flush()
