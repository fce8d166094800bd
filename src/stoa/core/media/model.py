"""What picture processing takes and gives: limits, a finished picture, and the two ways to fail.

Values only.  Nothing here opens a file or knows how a picture is decoded.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from stoa.core.errors import Unprocessable

EXTENSIONS = {
    "image/gif": "gif",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
}
"""Every type that processing can produce, with the ending of its name."""

FILM_TYPES = (
    "video/mp4", "video/quicktime", "video/webm", "video/x-m4v", "video/x-matroska", "video/3gpp",
    "video/ogg", "video/x-msvideo", "audio/mpeg", "audio/mp3", "audio/mp4", "audio/m4a", "audio/x-m4a",
    "audio/aac", "audio/ogg", "audio/vorbis", "audio/opus", "audio/flac", "audio/x-flac", "audio/wav",
    "audio/x-wav", "audio/x-pn-wave", "audio/vnd.wave", "audio/wave", "audio/webm", "audio/3gpp",
)  # fmt: skip
"""What apps are told that they may send."""


class MediaError(Unprocessable):
    """The picture cannot be taken; the message tells its owner why, in plain words (a 422)."""


class MediaUnavailable(Exception):
    """The server cannot do it now (disk full, too many waiting); the picture may be fine (a 503)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one picture may ask of the server."""

    max_bytes: int = 16 * 1024 * 1024
    max_pixels: int = 33_177_600
    """Width times height, of one frame: 33 megapixels, which is 7680x4320."""
    max_frames: int = 1_000
    max_animation_pixels: int = 400_000_000
    """Width times height times frames."""
    cpu_seconds: int = 30
    """Processor time in the worker."""
    wall_seconds: float = 90.0
    """Time on the clock in the worker, not counting the wait for a free one."""


@dataclass(frozen=True, slots=True)
class FilmLimits:
    """How much one film, moving GIF or sound may ask of the server."""

    max_bytes: int = 99 * 1024 * 1024
    max_pixels: int = 3840 * 2160
    """Width times height, of one frame."""
    max_frame_rate: int = 120
    max_seconds: int = 3 * 3600
    cpu_seconds: int = 3600
    wall_seconds: float = 2 * 3600.0


@dataclass(frozen=True, slots=True)
class Film:
    """A film, moving GIF or sound made safe.  The files are the caller's to remove."""

    kind: Literal["video", "gifv", "audio"]
    mime: str
    extension: str
    sha256: str
    original: Path
    preview_sha256: str | None
    """None for a sound without a cover; `preview` is a WebP."""
    preview: Path
    blurhash: str | None
    meta: dict[str, Any]
    """As apps get it, without the focus."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture made safe: two files on disk and what apps are told about them.

    `original` and `preview` lie in the folder given to the call that made them, until the caller
    removes it.  Of an avatar or header `preview` is the version that does not move, at the same
    size; when nothing moves it is the very same file as `original`.

    `kind` is "gifv" when the picture moves.  The file is then still an image (`mime` says which).
    Apps play an attachment of type "gifv" in a video element, so whoever renders one for them must
    say "image" as long as `mime` starts with "image/".
    """

    kind: Literal["image", "gifv"]
    mime: str
    extension: str
    sha256: str
    original: Path
    width: int
    height: int
    preview_mime: str
    preview_extension: str
    preview_sha256: str
    preview: Path
    preview_width: int
    preview_height: int
    blurhash: str
    colour: str
    """The average colour as "#rrggbb", seen on white where the picture is transparent."""

    @property
    def aspect(self) -> float:
        """Width divided by height of the original, as in `meta.original.aspect`."""
        return self.width / self.height

    @property
    def size(self) -> str:
        """The original's size in words such as "1280x720", as in `meta.original.size`."""
        return f"{self.width}x{self.height}"

    @property
    def preview_aspect(self) -> float:
        """Width divided by height of the preview, as in `meta.small.aspect`."""
        return self.preview_width / self.preview_height

    @property
    def preview_size(self) -> str:
        """The preview's size in words such as "640x360", as in `meta.small.size`."""
        return f"{self.preview_width}x{self.preview_height}"
