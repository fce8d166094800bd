"""Pictures that move: their timing, and writing them as GIF or WebP.  Worker only (Pillow)."""

from __future__ import annotations

from io import BytesIO
from typing import BinaryIO

from PIL import Image

from stoa.core.media import _gif

BUDGET = 40_000_000
"""Pixels in all frames together of what we write: up to 10 s of work, and 160 MB at RGBA."""


def duration(image: Image.Image) -> int:
    """Milliseconds that the current frame is shown, between 20 and 60,000.

    Browsers show a frame of 0 or 10 ms for 100 ms, and so do we.
    """
    value = image.info.get("duration", 0)
    shown = int(value) if isinstance(value, int | float) and 0 <= value < 1e9 else 0
    return min(shown, 60_000) if shown >= 20 else 100


def loops(image: Image.Image) -> int | None:
    """How often it runs: 0 for ever, None for once (a GIF that does not say)."""
    value = image.info.get("loop", None if image.format == "GIF" else 0)
    return min(max(value, 0), 65535) if isinstance(value, int) else None


def write(
    file: BinaryIO,
    target: str,
    frames: list[Image.Image],
    durations: list[int],
    loop: int | None,
) -> None:
    """Write *frames*, each whole, as an animated *target* ("GIF" or "WEBP") into *file*.

    For a GIF they come out of `_gif.paletted`.
    """
    if target == "GIF":
        held = BytesIO(_gif.encode(frames, durations, loop))
    else:
        held = BytesIO()
        frames[0].save(
            held,
            "WEBP",
            save_all=True,
            append_images=frames[1:],
            duration=durations,
            loop=1 if loop is None else loop,
            quality=80,
            method=2,
        )
    write_out(held, file)


def write_out(held: BytesIO, file: BinaryIO) -> None:
    """Put all bytes of *held* into *file*, which must be unbuffered; OSError as the system gives it.

    Encoders write into memory first: on a full disk some of them report anything but that.
    """
    left = held.getbuffer()
    while left:
        left = left[file.write(left) :]
