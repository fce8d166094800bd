"""Pictures for tests, made on the spot: sound ones, and ones nobody should send."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import pillow_heif
from PIL import Image, ImageCms

pillow_heif.register_heif_opener()

SECRET = b"48.2082N 16.3738E"
"""Where somebody lives; put into every corner of a file that has room for words."""

QUARTERS = {"red": (0.25, 0.25), "lime": (0.75, 0.25), "blue": (0.25, 0.75), "white": (0.75, 0.75)}


def quartered(size: tuple[int, int] = (64, 48), mode: str = "RGB") -> Image.Image:
    """Red and green above blue and white: any turn or flip shows."""
    width, height = size
    image = Image.new(mode, size, "white")
    image.paste("red", (0, 0, width // 2, height // 2))
    image.paste("lime", (width // 2, 0, width, height // 2))
    image.paste("blue", (0, height // 2, width // 2, height))
    return image


def corners(image: Image.Image) -> list[str]:
    """The colours of the four quarters of *image*, read as one reads a page."""
    shown = image.convert("RGB")
    return [_name(shown, across, down) for across, down in QUARTERS.values()]


def _name(image: Image.Image, across: float, down: float) -> str:
    pixel = image.getpixel((int(image.width * across), int(image.height * down)))
    assert isinstance(pixel, tuple)
    known = {(255, 0, 0): "red", (0, 255, 0): "lime", (0, 0, 255): "blue", (255, 255, 255): "white"}
    for colour, name in known.items():
        if all(abs(ours - theirs) < 40 for ours, theirs in zip(pixel, colour, strict=True)):
            return name
    return str(pixel)


def encoded(image: Image.Image, target: str, **options: Any) -> bytes:
    """*image* as the bytes of a file of type *target*."""
    held = BytesIO()
    image.save(held, target, **options)
    return held.getvalue()


def put(folder: Path, data: bytes, name: str = "upload") -> Path:
    """A file of *data* in *folder*."""
    path = folder / name
    path.write_bytes(data)
    return path


def exif(orientation: int = 1) -> Image.Exif:
    """EXIF with a place in it, in words and as GPS coordinates."""
    found = Image.Exif()
    found[0x0112] = orientation
    found[0x010E] = SECRET.decode()
    gps = found.get_ifd(0x8825)
    gps[1], gps[2] = "N", (48.0, 12.0, 29.52)
    gps[3], gps[4] = "E", (16.0, 22.0, 25.68)
    gps[29] = SECRET.decode()
    return found


def xmp() -> bytes:
    """An XMP packet with a place in it."""
    return b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF>" + SECRET + b"</rdf:RDF></x:xmpmeta>"


def red_is_green() -> bytes:
    """An ICC profile like sRGB in which the red channel means green light, and the other way."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    where = {}
    for at in range(132, 132 + 12 * int.from_bytes(profile[128:132], "big"), 12):
        where[bytes(profile[at : at + 4])] = at
    profile[where[b"rXYZ"] : where[b"rXYZ"] + 4] = b"gXYZ"
    profile[where[b"gXYZ"] : where[b"gXYZ"] + 4] = b"rXYZ"
    text = profile.find("sRGB".encode("utf-16-be"))
    while text >= 0:  # by its name one would think it needs no conversion
        profile[text : text + 8] = "swap".encode("utf-16-be")
        text = profile.find("sRGB".encode("utf-16-be"))
    return bytes(profile)


def chunk(name: bytes, body: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int, height: int, depth: int, colour: int, rows: bytes, *more: bytes) -> bytes:
    """A PNG written by hand; *rows* is the deflated picture, *more* whole chunks before it."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    parts = [chunk(b"IHDR", header), *more, chunk(b"IDAT", rows), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def bomb() -> bytes:
    """A PNG of 400 megapixels in less than 64 KB."""
    packer = zlib.compressobj(9)
    row = bytes(1 + 20_000 // 8)
    rows = b"".join(packer.compress(row) for _ in range(20_000)) + packer.flush()
    return png(20_000, 20_000, 1, 0, rows)


def moving(count: int = 4, size: tuple[int, int] = (40, 30), mode: str = "RGB") -> list[Image.Image]:
    """Frames on which a square walks; transparent around it where *mode* has alpha."""
    ground = (0, 0, 0, 0) if mode == "RGBA" else (240, 240, 200)
    frames = []
    for at in range(count):
        frame = Image.new(mode, size, ground)
        frame.paste((200, 10 * at, 30), (at * 5, 5, at * 5 + 10, 15))
        frames.append(frame)
    return frames


def animated(frames: list[Image.Image], target: str, **options: Any) -> bytes:
    """*frames* as one moving picture."""
    return encoded(frames[0], target, save_all=True, append_images=frames[1:], **options)


def gif_of_one_frame_repeated(count: int, size: tuple[int, int] = (1, 1)) -> bytes:
    """A GIF whose single frame stands in it *count* times; made without encoding each."""
    single = encoded(Image.effect_noise(size, 90).convert("P"), "GIF")
    colours = 13 + (3 << ((single[10] & 7) + 1))
    return single[:colours] + single[colours:-1] * count + b";"


def gif_of_frames(frames: list[Image.Image], duration: int) -> bytes:
    """A GIF of exactly *frames*, which share their size and colours; each is written whole."""
    control = b"!\xf9\x04\x04" + (duration // 10).to_bytes(2, "little") + b"\0\0"
    parts: list[bytes] = []
    for frame in frames:
        single = encoded(frame, "GIF")
        start = 13 + (3 << ((single[10] & 7) + 1))
        parts += [single[:start]] if not parts else []
        parts += [control, single[start:-1]]
    return b"".join(parts) + b";"


def all_types() -> dict[str, bytes]:
    """A sound picture of each type we take."""
    image = quartered()
    return {
        "JPEG": encoded(image, "JPEG"),
        "PNG": encoded(image, "PNG"),
        "GIF": animated(moving(), "GIF", duration=100),
        "WEBP": encoded(image, "WEBP"),
        "AVIF": encoded(image, "AVIF"),
        "HEIF": encoded(image, "HEIF"),
    }
