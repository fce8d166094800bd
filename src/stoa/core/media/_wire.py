"""What the server and its picture worker say to each other: a length in four bytes, then JSON.

The worker is the side that may have been taken over by a hostile file.  Every field it sends is
therefore of a fixed set or bounded here, and no sentence of its own reaches a member.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from stoa.core.media._header import Type

Mime = Literal["image/gif", "image/jpeg", "image/png", "image/webp"]
Purpose = Literal["picture", "avatar", "header"]

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
    # 4 x 3 components in base 83 are always 28 characters.
    blurhash: Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z#$%*+,\-.:;=?@\[\]^_{|}~]{28}\Z")]
    colour: Annotated[str, msgspec.Meta(pattern=r"^#[0-9a-f]{6}\Z")]


Reason = Literal["pixels", "frames", "animation", "damaged", "memory", "full", "large", "broken"]


class Failed(msgspec.Struct, frozen=True, tag=True):
    """Nothing to use was written.  *detail* is for the log."""

    reason: Reason
    detail: Annotated[str, msgspec.Meta(max_length=2000)] = ""


Reply = Done | Failed


def frame(message: msgspec.Struct) -> bytes:
    """*message* as bytes to send."""
    body = msgspec.json.encode(message)
    assert len(body) <= MAX_MESSAGE
    return len(body).to_bytes(4, "big") + body
