"""What a file says about itself in its first bytes, read without a decoder.

Pure Python over bytes, so that the server's own process may ask too.  It promises nothing about
the rest of the file: only decoding shows whether a picture is sound.
"""

from __future__ import annotations

from typing import BinaryIO, Literal, NamedTuple

Type = Literal["JPEG", "PNG", "GIF", "WEBP", "AVIF", "HEIF"]

HEAD = 256
"""How many first bytes `sniff` wants to see."""

_HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_AVIF_BRANDS = frozenset({b"avif", b"avis"})


class Measure(NamedTuple):
    """Size in pixels and number of frames, as the file claims them."""

    width: int
    height: int
    frames: int
    lossless: bool = False


def sniff(head: bytes) -> Type | None:
    """The type of a file that begins with *head*, or None if it is no picture we take.

    Names and declared types are never asked: they come from the sender.
    """
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    if head[4:8] == b"ftyp":
        return _brand(head)
    return None


def _brand(head: bytes) -> Type | None:
    # ISO/IEC 14496-12 4.3: major brand, a version, then the compatible brands.  Both AVIF and HEIC
    # files may carry the neutral "mif1" as their major brand.
    end = min(int.from_bytes(head[:4], "big"), len(head))
    major = head[8:12]
    brands = {head[at : at + 4] for at in range(16, end - 3, 4)} | {major}
    if major in _AVIF_BRANDS:
        return "AVIF"
    if major in _HEIF_BRANDS:
        return "AVIF" if brands & _AVIF_BRANDS else "HEIF"
    return None


def measure_gif(file: BinaryIO, max_frames: int) -> Measure | None:
    """Size and frames of a GIF (GIF89a specification, 17 to 26), or None if it is malformed.

    Counting stops one above *max_frames*.  A file that ends early counts as far as it goes.
    """
    file.seek(6)
    screen = file.read(7)
    if len(screen) < 7:
        return None
    width = int.from_bytes(screen[0:2], "little")
    height = int.from_bytes(screen[2:4], "little")
    _skip_colours(file, screen[4])
    frames = 0
    while frames <= max_frames:
        introducer = file.read(1)
        if introducer == b"!":
            file.seek(1, 1)
        elif introducer == b",":
            frames += 1
            descriptor = file.read(9)
            if len(descriptor) < 9:
                break
            _skip_colours(file, descriptor[8])
            file.seek(1, 1)
        else:
            break
        if not _skip_blocks(file):
            break
    return Measure(width, height, frames)


def _skip_colours(file: BinaryIO, flags: int) -> None:
    if flags & 0x80:
        file.seek(3 << ((flags & 7) + 1), 1)


def _skip_blocks(file: BinaryIO) -> bool:
    while length := file.read(1):
        if length == b"\0":
            return True
        file.seek(length[0], 1)
    return False


def measure_webp(file: BinaryIO, max_frames: int) -> Measure | None:
    """Size and frames of a WebP (RFC 9649 section 2), or None if it is malformed.

    `lossless` is whether all image data is of the lossless sort.  Counting stops one above
    *max_frames*.
    """
    file.seek(12)
    size: tuple[int, int] | None = None
    frames, lossless = 0, True
    while frames <= max_frames and len(head := file.read(8)) == 8:
        name, length = head[:4], int.from_bytes(head[4:], "little")
        start = file.tell()
        if name == b"VP8X":
            body = file.read(10)
            size = (_three(body, 4) + 1, _three(body, 7) + 1)
        elif name == b"VP8L":
            body = file.read(5)
            bits = int.from_bytes(body[1:5], "little")
            size = size or ((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
            frames += 1
        elif name == b"VP8 ":
            body = file.read(10)
            across, down = body[6:8], body[8:10]
            size = size or (
                int.from_bytes(across, "little") & 0x3FFF,
                int.from_bytes(down, "little") & 0x3FFF,
            )
            frames, lossless = frames + 1, False
        elif name == b"ANMF":
            frames += 1
            lossless = lossless and file.read(20)[16:] == b"VP8L"
        file.seek(start + length + (length & 1))
    return Measure(*size, frames, lossless) if size else None


def _three(body: bytes, at: int) -> int:
    return int.from_bytes(body[at : at + 3], "little")
