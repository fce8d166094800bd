"""Pictures of the demonstration village, drawn here: hills in a haze, as PNG.  Pure."""

from __future__ import annotations

import colorsys
import math
import struct
import zlib
from random import Random


def hills(width: int, height: int, hues: tuple[int, int], seed: int) -> bytes:
    """A landscape of *width* × *height* as PNG; the same for the same *hues* (degrees) and *seed*."""
    chance = Random(seed)  # noqa: S311  no secret hangs on it
    sky, land = (hue / 360 for hue in hues)
    layers = 5
    ridges = [
        [
            (chance.uniform(0.6, 1.6) * (layer + 1), chance.uniform(0, 6.28), chance.uniform(0.01, 0.06))
            for _ in range(3)
        ]
        for layer in range(layers)
    ]
    colours = [_rgb(land, 0.25 + 0.1 * layer, 0.85 - 0.15 * layer) for layer in range(layers)]
    tops = [
        [
            height * (0.38 + 0.13 * layer)
            + height * sum(size * math.sin(pace * x * 6.28 / width + start) for pace, start, size in ridge)
            for x in range(width)
        ]
        for layer, ridge in enumerate(ridges)
    ]
    sun = (width * chance.uniform(0.2, 0.8), height * 0.27, height * 0.09)
    rows = []
    for y in range(height):
        back = _rgb(sky, 0.45 - 0.35 * y / height, 0.75 + 0.22 * y / height)
        row = bytearray(b"\0")
        for x in range(width):
            colour = back
            if (x - sun[0]) ** 2 + (y - sun[1]) ** 2 < sun[2] ** 2:
                colour = b"\xff\xf3\xd6"
            for layer in range(layers - 1, -1, -1):
                if y >= tops[layer][x]:
                    colour = colours[layer]
                    break
            row += colour
        rows.append(bytes(row))
    return _png(width, height, rows)


def _rgb(hue: float, saturation: float, value: float) -> bytes:
    return bytes(int(part * 255) for part in colorsys.hsv_to_rgb(hue % 1, saturation, value))


def _png(width: int, height: int, rows: list[bytes]) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)  # 8 bits, RGB
    parts = [chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(b"".join(rows))), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)
