"""Writing a GIF that moves, exactly: every frame with its own colours, only what changed.

Pillow compresses each frame; the file around them is written here (GIF89a specification), because
frames with holes and palettes of their own come out of Pillow 13's writer wrong or not at all.
Worker only.
"""

from __future__ import annotations

import struct
from io import BytesIO

from PIL import Image, ImageChops

_COLOURS = 255  # and one to spare for pixels that are not seen
_OPAQUE_FROM = 128
_KEEP, _WIPE = 1, 2  # disposal methods, section 23

Box = tuple[int, int, int, int]


def paletted(frame: Image.Image) -> Image.Image:
    """*frame* (RGBA) as a palette picture; exact if it has at most 255 colours.

    A pixel is either seen or not in a GIF; `info["transparency"]` is the index of the unseen.
    """
    alpha = frame.getchannel("A")
    hidden = alpha.point([255] * _OPAQUE_FROM + [0] * (256 - _OPAQUE_FROM))
    colours = frame.convert("RGB")
    clear = hidden.getbbox() is not None
    if clear:
        # What lies under transparent pixels must not use up colours.
        colours.paste((0, 0, 0), mask=hidden)
    small = colours.quantize(_COLOURS, method=Image.Quantize.MEDIANCUT)
    small.info = {}
    if clear:
        unseen = len(small.getpalette() or []) // 3
        small.putpalette([*(small.getpalette() or []), 0, 0, 0])
        small.paste(unseen, mask=hidden)
        small.info["transparency"] = unseen
    return small


def encode(frames: list[Image.Image], durations: list[int], loop: int | None) -> bytes:
    """The GIF that shows *frames*, made by `paletted`, each for its milliseconds.

    *loop* is how often it is repeated, 0 for ever, None for once.
    """
    parts = [b"GIF89a", struct.pack("<HHBBB", *frames[0].size, 0, 0, 0)]
    if loop is not None:
        parts.append(b"!\xff\x0bNETSCAPE2.0\x03\x01" + struct.pack("<H", loop) + b"\0")
    # Where any frame has holes each is wiped before the next, so that none shows through; else
    # each is painted over the one before, and only where it differs.
    wiped = any("transparency" in frame.info for frame in frames)
    shown: Image.Image | None = None
    pending: tuple[Image.Image, Box, int] | None = None
    for frame, duration in zip(frames, durations, strict=True):
        now = frame.convert("RGBA" if wiped else "RGB")
        changed = _changed(shown, now)
        if pending is not None and changed is None:
            pending = (pending[0], pending[1], pending[2] + duration)
            continue
        if pending is not None:
            parts.append(_frame(*pending, wiped=wiped))
        box = now.getchannel("A").getbbox() if wiped else changed
        pending = (frame, box or (0, 0, 1, 1), duration)
        shown = now
    assert pending is not None
    parts.append(_frame(*pending, wiped=wiped))
    parts.append(b";")
    return b"".join(parts)


def _changed(before: Image.Image | None, now: Image.Image) -> Box | None:
    if before is None:
        return (0, 0, *now.size)
    return ImageChops.difference(before, now).getbbox(alpha_only=False)


def _frame(frame: Image.Image, box: Box, duration: int, *, wiped: bool) -> bytes:
    colours = bytes(frame.getpalette("RGB") or [])
    bits = max(1, (len(colours) // 3 - 1).bit_length())
    transparent: int | None = frame.info.get("transparency")
    control = (_WIPE if wiped else _KEEP) << 2 | (transparent is not None)
    hundredths = min(duration // 10, 65535)
    left, top, right, bottom = box
    return b"".join(
        (
            b"!\xf9\x04" + struct.pack("<BHB", control, hundredths, transparent or 0) + b"\0",
            b"," + struct.pack("<HHHHB", left, top, right - left, bottom - top, 0x80 | bits - 1),
            colours.ljust(3 << bits, b"\0"),
            _compressed(frame.crop(box)),
        )
    )


def _compressed(image: Image.Image) -> bytes:
    """The palette indices of *image* as GIF image data, out of a GIF of one frame."""
    held = BytesIO()
    # As grey the indices are the pixels: nothing tempts the writer to sort or drop colours.
    indices = Image.frombytes("L", image.size, image.tobytes())
    indices.save(held, "GIF", interlace=0, optimize=False)
    single = held.getvalue()
    descriptor = 13 + 3 * 256
    assert single[10] == 0x87
    assert single[descriptor : descriptor + 1] == b","
    return single[descriptor + 10 : -1]
