"""Films, moving GIFs and sounds as members send them, made safe: in a worker of their own, as pictures are.

What comes out is H.264 and AAC in an MP4 that begins with its index, AAC in an MP4, or MP3, with no word
about who made it where.  This process reads the first bytes of the upload and never decodes it.
"""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
from asyncio import to_thread
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG
from typing import Any

from stoa.core.media import _header, sandbox
from stoa.core.media._containers import HEAD, sniff
from stoa.core.media._wire import Container, Failed, FilmDone, FilmJob, Reason
from stoa.core.media.model import Film, FilmLimits, MediaError, MediaUnavailable

log = logging.getLogger(__name__)

EXTENSIONS = {"video/mp4": "mp4", "audio/mp4": "m4a", "audio/mpeg": "mp3"}
DISK_FULL = "The server's disk is full; the file was not saved."


def container_of(path: Path) -> Container | None:
    """How the film or sound in the file *path* is packed, or None: a still picture, or none of these."""
    with path.open("rb") as file:
        found = sniff(file.read(HEAD))
        if found == "gif":
            measured = _header.measure_gif(file, 2)
            return "gif" if measured is not None and measured.frames > 1 else None
        return found


@dataclass(slots=True)
class _Files:
    source: int
    original: int
    original_path: Path
    preview: int
    preview_path: Path

    def descriptors(self) -> list[int]:
        return [self.source, self.original, self.preview]

    def close(self, *, keep: bool) -> None:
        for descriptor in self.descriptors():
            os.close(descriptor)
        if not keep:
            self.original_path.unlink(missing_ok=True)
            self.preview_path.unlink(missing_ok=True)


async def film(data: Path, limits: FilmLimits, *, folder: Path | None = None) -> Film:
    """The film, moving GIF or sound in the file *data*, made safe; new files lie in *folder*, by default
    the one *data* is in.

    Raises MediaError if it cannot be taken, MediaUnavailable if the server cannot do it now.
    """
    container = await to_thread(container_of, data)
    if container is None:
        raise MediaError("The file is no film and no sound that can be read.")
    files = await to_thread(_open, data, limits, folder or data.parent)
    kept = False
    try:
        job = FilmJob(
            type=container,
            max_pixels=limits.max_pixels,
            max_frame_rate=limits.max_frame_rate,
            max_seconds=limits.max_seconds,
            # What is made anew may become larger than what was sent.
            max_bytes=4 * limits.max_bytes,
            cpu_seconds=limits.cpu_seconds,
        )
        reply = await sandbox.films().run(job, files.descriptors(), seconds=limits.wall_seconds)
        if isinstance(reply, Failed):
            raise _words(reply, limits)
        if not isinstance(reply, FilmDone):
            raise MediaError("The file could not be processed.")
        made = await to_thread(_made, reply, files)
        kept = True
        return made
    finally:
        # No await here: it must happen also when the caller is cancelled.
        files.close(keep=kept)


def _open(data: Path, limits: FilmLimits, folder: Path) -> _Files:
    source = os.open(data, os.O_RDONLY | os.O_CLOEXEC)
    opened = [source]
    try:
        status = os.fstat(source)
        if not S_ISREG(status.st_mode) or status.st_size == 0:
            raise MediaError("The file is empty.")
        if status.st_size > limits.max_bytes:
            most = limits.max_bytes / (1024 * 1024)
            raise MediaError(f"The file is too large; at most {most:.3g} MB are allowed.")
        original, original_name = tempfile.mkstemp(prefix="film-", dir=folder)
        opened.append(original)
        preview, preview_name = tempfile.mkstemp(prefix="film-", dir=folder)
        return _Files(source, original, Path(original_name), preview, Path(preview_name))
    except BaseException:
        for descriptor in opened:
            os.close(descriptor)
        raise


def _made(done: FilmDone, files: _Files) -> Film:
    expected: dict[str, tuple[Container, ...]] = {
        "video/mp4": ("mov",), "audio/mp4": ("mov",), "audio/mpeg": ("mp3",),
    }  # fmt: skip
    # A worker that was taken over could write a page of HTML and call it a film.
    if sniff(os.pread(files.original, HEAD, 0)) not in expected[done.mime]:
        log.error("The worker for films wrote something else and called it %s.", done.mime)
        raise MediaError("The file could not be processed.")
    shows = done.preview_width > 0 and done.preview_height > 0
    if shows and _header.sniff(os.pread(files.preview, _header.HEAD, 0)) != "WEBP":
        log.error("The worker for films wrote a preview that is none.")
        raise MediaError("The file could not be processed.")
    if not shows:
        files.preview_path.unlink(missing_ok=True)
    size = os.fstat(files.original).st_size
    return Film(
        kind=done.kind,
        mime=done.mime,
        extension=EXTENSIONS[done.mime],
        sha256=_sha256(files.original),
        original=files.original_path,
        preview_sha256=_sha256(files.preview) if shows else None,
        preview=files.preview_path,
        blurhash=done.blurhash if shows else None,
        meta=_meta(done, size),
    )


def _meta(done: FilmDone, size: int) -> dict[str, Any]:
    bitrate = int(size * 8 / done.seconds) if done.seconds else 0
    meta: dict[str, Any] = {"length": _length(done.seconds), "duration": round(done.seconds, 3)}
    original: dict[str, Any] = {"duration": round(done.seconds, 3), "bitrate": bitrate}
    if done.width and done.height:
        frames, base = (int(part) for part in done.frame_rate.split("/"))
        shape = _shape(done.width, done.height)
        meta |= {"fps": round(frames / base) if base else 0, **shape}
        original = {"width": done.width, "height": done.height, "frame_rate": done.frame_rate, **original}
    if done.audio_codec:
        meta |= {
            "audio_encode": done.audio_codec,
            "audio_bitrate": f"{done.audio_rate} Hz",
            "audio_channels": done.audio_channels or "",
        }
    meta["original"] = original
    if done.preview_width and done.preview_height:
        meta["small"] = _shape(done.preview_width, done.preview_height)
    if done.colours:
        meta["colors"] = dict(zip(("background", "foreground", "accent"), done.colours, strict=True))
    return meta


def _shape(width: int, height: int) -> dict[str, Any]:
    return {"width": width, "height": height, "size": f"{width}x{height}", "aspect": width / height}


def _length(seconds: float) -> str:
    """Such as "0:01:28.65"."""
    hundredths = round(seconds * 100)
    minutes, rest = divmod(hundredths, 6000)
    return f"{minutes // 60}:{minutes % 60:02}:{rest // 100:02}.{rest % 100:02}"


def _sha256(descriptor: int) -> str:
    digest = hashlib.sha256()
    at = 0
    while part := os.pread(descriptor, 1 << 20, at):
        digest.update(part)
        at += len(part)
    return digest.hexdigest()


def _words(failed: Failed, limits: FilmLimits) -> MediaError | MediaUnavailable:
    """What the member is told, in our words; the worker's own go to the log."""
    if failed.detail:
        level = logging.ERROR if failed.reason == "broken" else logging.INFO
        log.log(level, "film not processed (%s): %s", failed.reason, failed.detail)
    if failed.reason == "full":
        return MediaUnavailable(DISK_FULL)
    words: dict[Reason, str] = {
        "pixels": f"The film has too many pixels; at most {limits.max_pixels} in a picture are allowed.",
        "frames": "The film has too many pictures.",
        "rate": f"The film has too many pictures in a second; at most {limits.max_frame_rate} are allowed.",
        "long": f"The file is too long; at most {limits.max_seconds // 60} minutes are allowed.",
        "damaged": "The file is damaged or incomplete and cannot be played.",
        "nothing": "The file holds no film and no sound that can be read.",
        "memory": "The file takes too much memory to process.",
        "large": "The file is too large once it is processed.",
    }
    return MediaError(words.get(failed.reason, "The file could not be processed."))
