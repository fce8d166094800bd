"""The body of an answer, up to a number of bytes.  What is packed is unpacked up to the same number."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import BinaryIO

from aiohttp import ClientResponse

from stoa.http_client.errors import BadAnswer, TooLarge

CHUNK = 64 * 1024
PIECE = 256 * 1024


async def read(response: ClientResponse, limit: int, into: BinaryIO | None = None) -> bytes:
    """The whole body, unpacked; with *into* it is written there instead, and nothing is returned.

    Raises TooLarge as soon as it has more than *limit* bytes (packed or unpacked), BadAnswer for a
    packing that we did not ask for or that is broken; what came before that is in *into* already.
    """
    url = str(response.url)
    length = response.headers.get("Content-Length", "")
    if length.isascii() and length.isdigit() and int(length) > limit:
        raise TooLarge(url, f"the answer has more than {limit} bytes")
    packing = response.headers.get("Content-Encoding", "identity").strip().lower()
    if packing not in ("identity", "gzip", "x-gzip", ""):
        raise BadAnswer(url, f"the answer is packed as {packing[:40]}, which was not asked for")
    unpack = zlib.decompressobj(16 + zlib.MAX_WBITS) if "gzip" in packing else None
    parts: list[bytes] = []
    came = held = 0
    async for chunk in response.content.iter_chunked(CHUNK):
        came += len(chunk)
        for part in [chunk] if unpack is None else _unpacked(unpack, chunk, url):
            held += len(part)
            # A bomb is not unpacked further than the first piece too many.
            if came > limit or held > limit:
                raise TooLarge(url, f"the answer has more than {limit} bytes")
            if into is None:
                parts.append(part)
            else:
                into.write(part)
    if unpack and came and not unpack.eof:
        raise BadAnswer(url, "the packed answer is not complete")
    return b"".join(parts)


def _unpacked(unpack: zlib._Decompress, chunk: bytes, url: str) -> Iterator[bytes]:
    """What is in *chunk*, PIECE bytes at a time.  Raises BadAnswer."""
    while True:
        try:
            part = unpack.decompress(chunk, PIECE)
        except zlib.error:
            raise BadAnswer(url, "the answer cannot be unpacked") from None
        chunk = unpack.unconsumed_tail
        yield part
        # A full piece may not have been all, even where the chunk is used up.
        if not chunk and len(part) < PIECE:
            return
