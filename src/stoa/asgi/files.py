"""Files as answers: media, and whatever else lies on disk under a name we chose.

Promises ETag and If-None-Match, one Range per request (several are answered with the whole file, as
RFC 9110 section 14.2 allows), HEAD, and a reader that stops when the client leaves.  Uploads are
sandboxed, so that a file somebody made cannot act as a page of ours.  Knows nothing of who may see
a file, and takes no path from a URL: give it one you built.
"""

from __future__ import annotations

import asyncio
import os
import re
import stat
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import IO
from urllib.parse import quote

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from stoa.asgi.errors import HTTPError
from stoa.asgi.responses import etag_matches, not_modified, raw_headers

IMMUTABLE = "public, max-age=31536000, immutable"

# Enough for a browser's own picture and video page, and for nothing else.
_SANDBOX = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox"
_CHUNK = 256 * 1024
_RANGE = re.compile(r"\Abytes=(\d{0,18})-(\d{0,18})\Z")

Read = Callable[[int, int], AsyncIterator[bytes]]
Pour = Callable[[int, int, Receive, Send], Awaitable[None]]


def file(
    path: Path,
    content_type: str,
    *,
    cache: str = IMMUTABLE,
    download_as: str | None = None,
    sandbox: bool = True,
    headers: Mapping[str, str] | None = None,
    etag: str | None = None,
) -> Response:
    """The file at *path* as *content_type*; where there is none, HTTPError 404 when it is sent.

    *download_as* names the file a browser should save instead of showing it.  *etag* stands for its bytes
    where their name tells them apart already; else the time and size on disk do.
    """
    more = _head(cache, sandbox, download_as, headers)
    return _File(path, content_type, more, etag)


def elsewhere(
    size: int, read: Read, content_type: str, *, etag: str, cache: str = IMMUTABLE, sandbox: bool = True
) -> Response:
    """The same for *size* bytes that lie somewhere else; *read* gives those from one place to another."""
    return _Elsewhere(size, read, content_type, _head(cache, sandbox, None, None), etag)


def _head(
    cache: str, sandbox: bool, download_as: str | None, headers: Mapping[str, str] | None
) -> dict[str, str]:
    more = {"cache-control": cache, "x-content-type-options": "nosniff"}
    if sandbox:
        more["content-security-policy"] = _SANDBOX
    if download_as is not None:
        more["content-disposition"] = f"attachment; filename*=UTF-8''{quote(download_as, safe='')}"
    return {**more, **(headers or {})}


class _Ranged(Response):
    """Answers when it is sent: with all bytes, with those that were asked for, or that they are known."""

    def __init__(self, content_type: str, headers: Mapping[str, str]) -> None:
        self.status_code = 200
        self.background = None
        self.raw_headers = []  # what is added to the answer after it was made
        self._content_type = content_type
        self._more = headers

    async def _answer(
        self, size: int, etag: str, pour: Pour, scope: Scope, receive: Receive, send: Send
    ) -> None:
        asked = {name: value.decode("latin-1") for name, value in scope["headers"]}
        if etag_matches(asked.get(b"if-none-match"), etag):
            known = not_modified(etag, self._more)
            known.raw_headers += self.raw_headers
            await known(scope, receive, send)
            return
        start, end = 0, size
        code = 200
        more = {**self._more, "etag": etag, "accept-ranges": "bytes"}
        wanted = _RANGE.match(asked.get(b"range", ""))
        if wanted and asked.get(b"if-range", etag) == etag and wanted[0] != "bytes=-":
            start, end = _bounds(wanted[1], wanted[2], size)
            if start >= end:
                code, start, end = 416, 0, 0
                more["content-range"] = f"bytes */{size}"
            else:
                code = 206
                more["content-range"] = f"bytes {start}-{end - 1}/{size}"
        head = [*raw_headers(more), *self.raw_headers]
        head.append((b"content-type", self._content_type.encode("latin-1")))
        head.append((b"content-length", b"%d" % (end - start)))
        await send({"type": "http.response.start", "status": code, "headers": head})
        if scope["method"] == "HEAD":
            end = start
        await pour(start, end, receive, send)


class _File(_Ranged):
    """Opened when it is sent: until then the size is unknown."""

    def __init__(self, path: Path, content_type: str, headers: Mapping[str, str], etag: str | None) -> None:
        super().__init__(content_type, headers)
        self.path = path
        self._etag = etag

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        opened = await asyncio.to_thread(_open, self.path)
        if opened is None:
            raise HTTPError(404, "Record not found")
        handle, about = opened
        etag = self._etag or f'"{about.st_mtime_ns:x}-{about.st_size:x}"'
        try:
            await self._answer(about.st_size, etag, partial(_pour, handle), scope, receive, send)
        finally:
            handle.close()


class _Elsewhere(_Ranged):
    """Read while it is sent."""

    def __init__(
        self, size: int, read: Read, content_type: str, headers: Mapping[str, str], etag: str
    ) -> None:
        super().__init__(content_type, headers)
        self._size = size
        self._read = read
        self._etag = etag

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._answer(self._size, self._etag, self._pass_on, scope, receive, send)

    async def _pass_on(self, start: int, end: int, receive: Receive, send: Send) -> None:
        gone = asyncio.create_task(_departure(receive))
        try:
            if start < end:
                async for data in self._read(start, end):
                    start += len(data)
                    await send({"type": "http.response.body", "body": data, "more_body": True})
                    if gone.done() and start < end:
                        return
            if start < end:
                raise OSError("a file became shorter while it was being sent")
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            gone.cancel()


def _bounds(first: str, last: str, size: int) -> tuple[int, int]:
    """The half-open range of bytes that `first-last` means in a file of *size* bytes."""
    if not first:
        return (max(size - int(last), 0), size)
    start = int(first)
    end = min(int(last) + 1, size) if last else size
    return (start, end)


def _open(path: Path) -> tuple[IO[bytes], os.stat_result] | None:
    """The file and what the disk says of it; None where there is no ordinary file."""
    try:
        # Not blocking, lest a pipe somebody put there hold a thread for ever.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError):
        return None
    about = os.fstat(descriptor)
    if not stat.S_ISREG(about.st_mode):
        os.close(descriptor)
        return None
    return os.fdopen(descriptor, "rb", buffering=0), about


async def _pour(handle: IO[bytes], start: int, end: int, receive: Receive, send: Send) -> None:
    """Send bytes *start* to *end*, a chunk at a time, for as long as somebody listens."""
    gone = asyncio.create_task(_departure(receive))
    try:
        while not gone.done():
            data = await asyncio.to_thread(_read, handle, start, min(_CHUNK, end - start))
            start += len(data)
            if not data and start < end:
                raise OSError(f"{handle.name} became shorter while it was being sent")
            await send({"type": "http.response.body", "body": data, "more_body": start < end})
            if start >= end:
                return
    finally:
        gone.cancel()


def _read(handle: IO[bytes], start: int, count: int) -> bytes:
    return os.pread(handle.fileno(), count, start)


async def _departure(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
