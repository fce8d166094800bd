"""Reading multipart/form-data (RFC 7578) as it arrives: text stays in memory, files go to disk.

Promises flat memory however large the files are, and that every temporary file is removed when the
request ends, however it ends.  Does not look into files: a content type is what the sender claimed.
"""

from __future__ import annotations

import asyncio
import errno
import os
import re
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import IO, NamedTuple

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from stoa.asgi.errors import HTTPError
from stoa.asgi.forms import LIMITS, MIB

_WRITE_AT = 512 * 1024
_MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,100}/[a-z0-9!#$&^_.+-]{1,100}")


class Limits(NamedTuple):
    """How much one multipart body may hold, apart from its size."""

    text: int = MIB
    parts: int = LIMITS.keys
    files: int = 16


PARTS = Limits()


class Upload:
    """A file somebody sent, on disk at *path* until the request ends (move it to keep it).

    *filename* has no folders and no control characters; both it and *content_type* are claims.
    """

    __slots__ = ("_file", "content_type", "filename", "path", "size")

    def __init__(self, filename: str, content_type: str, folder: Path | None) -> None:
        handle, name = tempfile.mkstemp(prefix="upload-", dir=folder)
        self._file: IO[bytes] = os.fdopen(handle, "wb", buffering=0)
        self.filename = filename
        self.content_type = content_type
        self.size = 0
        self.path = Path(name)

    def __repr__(self) -> str:
        return f"Upload({self.filename!r}, {self.content_type}, {self.size} bytes)"

    def close(self) -> None:
        """Close the file for writing; what was written stays."""
        self._file.close()

    def discard(self) -> None:
        """Remove the file unless somebody moved it."""
        self._file.close()
        self.path.unlink(missing_ok=True)

    def write(self, data: bytes) -> None:
        """Append *data*; called off the event loop."""
        view = memoryview(data)
        while view:
            view = view[self._file.write(view) :]


async def read(
    next_chunk: Callable[[], Awaitable[bytes | None]],
    boundary: bytes,
    *,
    folder: Path | None,
    uploads: list[Upload],
    limits: Limits = PARTS,
) -> list[tuple[str, str | Upload]]:
    """The parts in order, by name.  Each file is put into *uploads* when it is created.

    *next_chunk* gives None at the end.  Raises HTTPError 400 or 413; 507 when the disk is full.
    """
    parts = _Parts(folder, uploads, limits)
    try:
        parser = MultipartParser(
            boundary,
            {
                "on_part_begin": parts.begin,
                "on_part_data": parts.data,
                "on_part_end": parts.end,
                "on_header_field": parts.header_name,
                "on_header_value": parts.header_value,
                "on_header_end": parts.header_end,
                "on_headers_finished": parts.headers_done,
                "on_end": parts.finish,
            },
        )
        anything = False
        while (chunk := await next_chunk()) is not None:
            anything = anything or bool(chunk)
            parser.write(chunk)
            if parts.waiting_bytes >= _WRITE_AT:
                await parts.write_out()
        await parts.write_out()
    except FormParserError:
        raise HTTPError(400, "The multipart body is not well formed.") from None
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise HTTPError(507, "There is no room to store the upload right now.") from error
        raise
    if anything and not parts.finished:
        raise HTTPError(400, "The multipart body ends before its last boundary.")
    for upload in uploads:
        upload.close()
    return parts.pairs


class _Parts:
    """What the parser has told so far."""

    def __init__(self, folder: Path | None, uploads: list[Upload], limits: Limits) -> None:
        self.pairs: list[tuple[str, str | Upload]] = []
        self.finished = False
        self.waiting_bytes = 0
        self._waiting: list[tuple[Upload, bytes]] = []
        self._folder = folder
        self._uploads = uploads
        self._limits = limits
        self._count = self._text_bytes = 0
        self._field = self._value = b""
        self._headers: dict[bytes, bytes] = {}
        self._name = ""
        self._text = bytearray()
        self._upload: Upload | None = None

    def begin(self) -> None:
        self._count += 1
        if self._count > self._limits.parts:
            raise HTTPError(413, f"There are more than {self._limits.parts} parameters.")
        self._headers = {}
        self._text = bytearray()
        self._upload = None

    def header_name(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def header_end(self) -> None:
        self._headers[self._field.lower()] = self._value
        self._field = self._value = b""

    def headers_done(self) -> None:
        disposition, options = parse_options_header(self._headers.get(b"content-disposition"))
        if disposition != b"form-data" or b"name" not in options:
            raise HTTPError(400, "A part of the multipart body has no name.")
        self._name = _decoded(options[b"name"])
        if b"filename" not in options:
            return
        if len(self._uploads) >= self._limits.files:
            raise HTTPError(413, f"There are more than {self._limits.files} files.")
        self._upload = Upload(
            _bare_name(_decoded(options[b"filename"])),
            _media_type(self._headers.get(b"content-type", b"")),
            self._folder,
        )
        self._uploads.append(self._upload)

    def data(self, data: bytes, start: int, end: int) -> None:
        if self._upload is not None:
            piece = data[start:end]
            self._upload.size += len(piece)
            self._waiting.append((self._upload, piece))
            self.waiting_bytes += len(piece)
            return
        self._text_bytes += end - start
        if self._text_bytes > self._limits.text:
            raise HTTPError(413, f"The text is larger than {self._limits.text} bytes.")
        self._text += data[start:end]

    def end(self) -> None:
        if self._upload is None:
            self.pairs.append((self._name, _decoded(bytes(self._text))))
        elif self._upload.filename or self._upload.size:
            self.pairs.append((self._name, self._upload))
        # Otherwise: a browser's file field in which nobody chose a file.

    def finish(self) -> None:
        self.finished = True

    async def write_out(self) -> None:
        """Put what waits onto disk; a slow disk holds up this request and no other."""
        if self._waiting:
            waiting, self._waiting, self.waiting_bytes = self._waiting, [], 0
            await asyncio.to_thread(_write_all, waiting)


def _write_all(waiting: list[tuple[Upload, bytes]]) -> None:
    for upload, data in waiting:
        upload.write(data)


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise HTTPError(400, "A parameter is not valid UTF-8.") from None


def _bare_name(name: str) -> str:
    """The last part of *name*, printable, at most 255 characters (its end, which has the suffix)."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in last if letter.isprintable())[-255:]


def _media_type(raw: bytes) -> str:
    kind = raw.decode("latin-1").partition(";")[0].strip().lower()
    return kind if _MEDIA_TYPE.fullmatch(kind) else "application/octet-stream"
