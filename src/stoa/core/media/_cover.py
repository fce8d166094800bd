"""The picture that stands for a film or a sound: read, scaled, measured, written.  Worker only (Pillow)."""

from __future__ import annotations

from io import BytesIO
from typing import BinaryIO

import blurhash_rs
from PIL import Image

from stoa.core.media import _transform

MAX_COVER_BYTES = 8 * 1024 * 1024
_WHITE, _BLACK = (255, 255, 255), (0, 0, 0)

Colour = tuple[int, int, int]


def prepare() -> None:
    """`_transform.prepare` has loaded what is needed."""
    colours(Image.new("RGB", (8, 8), "red"))


def read(data: bytes, max_pixels: int) -> Image.Image | None:
    """The JPEG or PNG in *data*, or None: a cover that cannot be read is as good as none."""
    if len(data) > MAX_COVER_BYTES:
        return None
    try:
        Image.MAX_IMAGE_PIXELS = max_pixels
        image = Image.open(BytesIO(data), formats=["JPEG", "PNG"])
        if image.width * image.height > max_pixels:
            return None
        image.load()
        return image.convert("RGB")
    except MemoryError:
        raise
    except Exception:  # as many kinds as decoders meet hostile bytes with
        return None


def write_preview(picture: Image.Image, file: BinaryIO) -> Image.Image:
    """*picture* scaled to a preview's size and written as WebP into *file*."""
    size = _transform.fit(picture.size, _transform.PREVIEW_AREA)
    small = picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    _transform.write(small, file, "WEBP")
    return small


def blurhash(small: Image.Image) -> str:
    """Its blurhash, of 4x3 components."""
    tiny = small.copy()
    tiny.thumbnail((64, 64))
    return str(blurhash_rs.blurhash_encode(tiny, 4, 3))


def colours(small: Image.Image) -> tuple[str, str, str]:
    """(background, foreground, accent) for a player around the cover: the colour of its edges, of its
    others the one that stands out most, and one between that can be read, as WCAG 2.2 has it (4.5:1, 3:1).
    """
    tiny = small.convert("RGB").resize((32, 32), Image.Resampling.BOX)
    rim = tiny.copy()
    rim.paste(tiny.resize((1, 1), Image.Resampling.BOX).resize((24, 24)), (4, 4))
    background = _most(rim)[0]
    others = _most(tiny)
    foreground = max(others, key=lambda one: _contrast(one, background))
    if _contrast(foreground, background) < 4.5:
        foreground = max((_WHITE, _BLACK), key=lambda one: _contrast(one, background))
    vivid = [one for one in others if _contrast(one, background) >= 3]
    accent = max(vivid, key=lambda one: max(one) - min(one), default=foreground)
    return _hex(background), _hex(foreground), _hex(accent)


def _most(image: Image.Image) -> list[Colour]:
    few = image.quantize(8)
    palette = few.getpalette() or [0, 0, 0]
    counted = sorted(few.getcolors() or [], reverse=True)
    found = [tuple(palette[3 * int(at) : 3 * int(at) + 3]) for _, at in counted]  # type: ignore[call-overload]
    return [(one[0], one[1], one[2]) for one in found]


def _luminance(colour: Colour) -> float:
    red, green, blue = (
        one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4
        for one in (part / 255 for part in colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: Colour, other: Colour) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _hex(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
