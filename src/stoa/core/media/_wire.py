"""What the server and its workers (for pictures, for films) say to each other: a length, then JSON.

The worker is the side that may have been taken over by a hostile file.  Every field it sends is
therefore of a fixed set or bounded here, and no sentence of its own reaches a member.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from stoa.core.media._header import Type

Mime = Literal["image/gif", "image/jpeg", "image/png", "image/webp"]
Purpose = Literal["picture", "avatar", "header"]

Container = Literal["mov", "matroska", "ogg", "avi", "mp3", "aac", "flac", "wav", "gif"]
"""How the pieces of a film or sound are packed, by the name of what unpacks them."""

FilmMime = Literal["video/mp4", "audio/mp4", "audio/mpeg"]

# 4 x 3 components in base 83 are always 28 characters.
BLURHASH = r"^[0-9A-Za-z#$%*+,\-.:;=?@\[\]^_{|}~]{28}\Z"

MAX_MESSAGE = 8192
"""Bytes of JSON in one message, at most."""

FILES = 3
"""Open files handed over with each job: the upload to read, original and preview to write."""

MAX_SIDE = 16383
"""The longest side of anything we make; WebP has no more (RFC 9649 section 2.7)."""

_Side = Annotated[int, msgspec.Meta(ge=1, le=MAX_SIDE)]


class Job(msgspec.Struct, frozen=True):
    """One upload to process, with its limits."""

    type: Type
    purpose: Purpose
    max_pixels: int
    max_frames: int
    max_animation_pixels: int
    cpu_seconds: int


class Ready(msgspec.Struct, frozen=True, tag=True):
    """The worker has locked itself in; *confined* says whether the kernel holds the door too."""

    confined: bool


class Done(msgspec.Struct, frozen=True, tag=True):
    """The original is written; the preview too, unless *preview_mime* is None."""

    mime: Mime
    animated: bool
    width: _Side
    height: _Side
    preview_mime: Literal["image/webp"] | None
    preview_width: _Side
    preview_height: _Side
    blurhash: Annotated[str, msgspec.Meta(pattern=BLURHASH)]
    colour: Annotated[str, msgspec.Meta(pattern=r"^#[0-9a-f]{6}\Z")]


class FilmJob(msgspec.Struct, frozen=True):
    """One film, moving GIF or sound to process, with its limits."""

    type: Container
    max_pixels: int
    """Width times height of one frame."""
    max_frame_rate: int
    max_seconds: int
    max_bytes: int
    """Of each file that is written."""
    cpu_seconds: int
    purpose: Literal["film"] = "film"


_Colour = Annotated[str, msgspec.Meta(pattern=r"^#[0-9a-f]{6}\Z")]
_Word = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9_. ]{1,32}\Z")]
_MaybeSide = Annotated[int, msgspec.Meta(ge=0, le=MAX_SIDE)]


class FilmDone(msgspec.Struct, frozen=True, tag=True):
    """The original is written; the preview too, unless *preview_width* is 0.  A sound has no width."""

    kind: Literal["video", "gifv", "audio"]
    mime: FilmMime
    seconds: Annotated[float, msgspec.Meta(ge=0, le=1e6)]
    width: _MaybeSide = 0
    height: _MaybeSide = 0
    frame_rate: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,9}/[0-9]{1,9}\Z")] = "0/1"
    audio_codec: _Word | None = None
    audio_rate: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 0
    audio_channels: _Word | None = None
    preview_width: _MaybeSide = 0
    preview_height: _MaybeSide = 0
    blurhash: Annotated[str, msgspec.Meta(pattern=BLURHASH)] | None = None
    colours: tuple[_Colour, _Colour, _Colour] | None = None
    """Background, foreground and accent, from the cover of a sound."""


Reason = Literal[
    "pixels",
    "frames",
    "animation",
    "damaged",
    "memory",
    "full",
    "large",
    "broken",
    # Of films only: more pictures in a second, or more seconds, than are allowed; neither film nor sound.
    "rate",
    "long",
    "nothing",
]


class Failed(msgspec.Struct, frozen=True, tag=True):
    """Nothing to use was written.  *detail* is for the log."""

    reason: Reason
    detail: Annotated[str, msgspec.Meta(max_length=2000)] = ""


Reply = Done | FilmDone | Failed


def frame(message: msgspec.Struct) -> bytes:
    """*message* as bytes to send."""
    body = msgspec.json.encode(message)
    assert len(body) <= MAX_MESSAGE
    return len(body).to_bytes(4, "big") + body
