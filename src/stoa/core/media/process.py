"""Pictures as members send them, made safe: decoded elsewhere, written anew, measured.

Whatever comes in, what goes out holds pixels in sRGB and nothing else, upright, of a bounded size,
in one of four types.  This process reads the upload's first bytes and its length and never decodes
it; Pillow is loaded only in the worker.  Nothing is stored and no database is asked.
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
import logging
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG

from stoa.core.media import _header, sandbox
from stoa.core.media._wire import Done, Failed, Job, Purpose, Reason
from stoa.core.media.model import EXTENSIONS, Limits, MediaError, MediaUnavailable, Picture

log = logging.getLogger(__name__)

DISK_FULL = "The server's disk is full; the picture was not saved."
TYPES = "JPEG, PNG, GIF, WebP, AVIF and HEIC"


async def picture(data: Path, *, limits: Limits | None = None, folder: Path | None = None) -> Picture:
    """The picture in the file *data*, made safe, with a preview of at most 640x360 pixels.

    JPEG, PNG and WebP keep their type; HEIC and AVIF become JPEG, or WebP if they are transparent;
    a GIF that moves stays a GIF, one that does not becomes a PNG; PNG and AVIF that move become
    WebP.  More than 3840x2160 pixels are scaled down.  The two new files are put into *folder*
    (by default the one *data* is in), and the caller removes them.

    Raises MediaError if it cannot be taken, MediaUnavailable if the server cannot do it now.
    """
    return await _process(data, "picture", limits or Limits(), folder or data.parent)


async def avatar(data: Path, *, limits: Limits | None = None, folder: Path | None = None) -> Picture:
    """Like `picture`, cut to 400x400; `preview` is the still version, of the same size."""
    return await _process(data, "avatar", limits or Limits(), folder or data.parent)


async def header(data: Path, *, limits: Limits | None = None, folder: Path | None = None) -> Picture:
    """Like `picture`, cut to 1500x500; `preview` is the still version, of the same size."""
    return await _process(data, "header", limits or Limits(), folder or data.parent)


@dataclass(slots=True)
class _Files:
    """The three open files of one job.  Made and closed off the event loop."""

    source: int
    type: _header.Type
    original: Path
    original_descriptor: int
    preview: Path
    preview_descriptor: int

    def descriptors(self) -> list[int]:
        return [self.source, self.original_descriptor, self.preview_descriptor]

    def close(self) -> None:
        for descriptor in self.descriptors():
            os.close(descriptor)

    def remove(self) -> None:
        self.original.unlink(missing_ok=True)
        self.preview.unlink(missing_ok=True)


async def _process(data: Path, purpose: Purpose, limits: Limits, folder: Path) -> Picture:
    files = await asyncio.to_thread(_open, data, limits, folder)
    kept = False
    try:
        job = Job(
            type=files.type,
            purpose=purpose,
            max_pixels=limits.max_pixels,
            max_frames=limits.max_frames,
            max_animation_pixels=limits.max_animation_pixels,
            cpu_seconds=limits.cpu_seconds,
        )
        reply = await sandbox.pool().run(job, files.descriptors(), seconds=limits.wall_seconds)
        if isinstance(reply, Failed):
            raise _words(reply, purpose, limits)
        if not isinstance(reply, Done):
            raise MediaError("The picture could not be processed.")
        made = await asyncio.to_thread(_made, reply, files)
        kept = True
        return made
    finally:
        # No await here: it must happen also when the caller is cancelled.
        files.close()
        if not kept:
            files.remove()


def _open(data: Path, limits: Limits, folder: Path) -> _Files:
    source = os.open(data, os.O_RDONLY | os.O_CLOEXEC)
    try:
        status = os.fstat(source)
        if not S_ISREG(status.st_mode) or status.st_size == 0:
            raise MediaError("The file is empty.")
        if status.st_size > limits.max_bytes:
            most = limits.max_bytes / (1024 * 1024)
            raise MediaError(f"The picture is too large; at most {most:.3g} MB are allowed.")
        found = _header.sniff(os.pread(source, _header.HEAD, 0))
        if found is None:
            raise MediaError(f"The file is not a picture that can be read: {TYPES} can.")
        original_descriptor, original = _new_file(folder)
        try:
            preview_descriptor, preview = _new_file(folder)
        except BaseException:
            os.close(original_descriptor)
            original.unlink(missing_ok=True)
            raise
        return _Files(source, found, original, original_descriptor, preview, preview_descriptor)
    except BaseException:
        os.close(source)
        raise


def _new_file(folder: Path) -> tuple[int, Path]:
    try:
        descriptor, name = tempfile.mkstemp(prefix="picture-", dir=folder)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise MediaUnavailable(DISK_FULL) from error
        raise
    return descriptor, Path(name)


def _made(done: Done, files: _Files) -> Picture:
    _check(files.original_descriptor, done.mime)
    sha256 = _sha256(files.original_descriptor)
    if done.preview_mime is None:
        files.preview.unlink(missing_ok=True)
        preview, preview_mime, preview_sha256 = files.original, str(done.mime), sha256
    else:
        _check(files.preview_descriptor, done.preview_mime)
        preview, preview_mime = files.preview, str(done.preview_mime)
        preview_sha256 = _sha256(files.preview_descriptor)
    return Picture(
        kind="gifv" if done.animated else "image",
        mime=done.mime,
        extension=EXTENSIONS[done.mime],
        sha256=sha256,
        original=files.original,
        width=done.width,
        height=done.height,
        preview_mime=preview_mime,
        preview_extension=EXTENSIONS[preview_mime],
        preview_sha256=preview_sha256,
        preview=preview,
        preview_width=done.preview_width,
        preview_height=done.preview_height,
        blurhash=done.blurhash,
        colour=done.colour,
    )


def _check(descriptor: int, mime: str) -> None:
    # A worker that was taken over could write a page of HTML and call it a JPEG.
    found = _header.sniff(os.pread(descriptor, _header.HEAD, 0))
    if found is None or f"image/{found.lower()}" != mime:
        log.error("The picture worker wrote %s and called it %s.", found, mime)
        raise MediaError("The picture could not be processed.")


def _sha256(descriptor: int) -> str:
    digest = hashlib.sha256()
    at = 0
    while part := os.pread(descriptor, 1 << 20, at):
        digest.update(part)
        at += len(part)
    return digest.hexdigest()


def _words(failed: Failed, purpose: Purpose, limits: Limits) -> MediaError | MediaUnavailable:
    """What the member is told, in our words; the worker's own go to the log."""
    if failed.detail:
        level = logging.ERROR if failed.reason == "broken" else logging.INFO
        log.log(level, "%s not processed (%s): %s", purpose, failed.reason, failed.detail)
    if failed.reason == "full":
        return MediaUnavailable(DISK_FULL)
    megapixels = limits.max_pixels / 1_000_000
    words: dict[Reason, str] = {
        "pixels": f"The picture has too many pixels; at most {megapixels:.3g} million are allowed.",
        "frames": f"The picture has too many frames; at most {limits.max_frames} are allowed.",
        "animation": "The animation is too large: too many frames of too many pixels.",
        "damaged": "The picture is damaged or incomplete and cannot be read.",
        "memory": "The picture takes too much memory to process.",
        "large": "The picture is too large once it is processed.",
    }
    return MediaError(words.get(failed.reason, "The picture could not be processed."))
