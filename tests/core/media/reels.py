"""Films and sounds for tests, made here with PyAV and never downloaded."""

from __future__ import annotations

import math
from fractions import Fraction
from io import BytesIO
from typing import Any

import av
from PIL import Image, ImageDraw

_OPTIONS = {"libx264": {"preset": "ultrafast"}, "libx265": {"x265-params": "log-level=none"}}


def film(
    container: str = "mp4",
    *,
    video: str | None = "libx264",
    audio: str | None = "aac",
    size: tuple[int, int] = (64, 48),
    seconds: float = 1.0,
    rate: int = 10,
    metadata: dict[str, str] | None = None,
    sample_rate: int = 44_100,
    layout: str = "stereo",
) -> bytes:
    """A square that walks across, and a tone."""
    held = BytesIO()
    with av.open(held, "w", format=container) as out:
        out.metadata.update(metadata or {})
        pictures: Any = None
        sound: Any = None
        if video is not None:
            options = {"threads": "1"} | _OPTIONS.get(video, {})
            pictures = out.add_stream(video, rate=rate, options=options)
            pictures.width, pictures.height = size
            pictures.pix_fmt = "yuv420p"
        if audio is not None:
            sound = out.add_stream(audio, rate=sample_rate, layout=layout)
        for at in range(int(seconds * rate) if pictures is not None else 0):
            out.mux(pictures.encode(_frame(at, size)))
        if pictures is not None:
            out.mux(pictures.encode())
        if sound is not None:
            for frame in tone(seconds, sample_rate, layout):
                out.mux(sound.encode(frame))
            out.mux(sound.encode())
    return held.getvalue()


def _frame(at: int, size: tuple[int, int]) -> av.VideoFrame:
    picture = _picture(at, size)
    frame: av.VideoFrame = av.VideoFrame.from_image(picture)  # type: ignore[no-untyped-call]
    frame.pts = at
    return frame


def _picture(at: int, size: tuple[int, int]) -> Image.Image:
    picture = Image.new("RGB", size, (20, 60, 120))
    ImageDraw.Draw(picture).rectangle((at, 2, at + size[0] // 4, size[1] // 2), fill=(230, 90, 20))
    return picture


def tone(seconds: float, rate: int = 44_100, layout: str = "stereo") -> list[av.AudioFrame]:
    """A tone of 440 Hz."""
    frames = []
    channels = 1 if layout == "mono" else 2
    for start in range(0, int(seconds * rate), 1024):
        data = bytearray()
        for sample in range(start, start + 1024):
            value = int(8000 * math.sin(2 * math.pi * 440 * sample / rate))
            data += value.to_bytes(2, "little", signed=True) * channels
        frame = av.AudioFrame("s16", layout, 1024)
        frame.planes[0].update(bytes(data))
        frame.sample_rate = rate
        frame.pts = start
        frame.time_base = Fraction(1, rate)
        frames.append(frame)
    return frames


def gif(count: int = 8, size: tuple[int, int] = (61, 47)) -> bytes:
    """A GIF that moves."""
    held = BytesIO()
    frames = [_picture(at, size) for at in range(count)]
    frames[0].save(held, "GIF", save_all=True, append_images=frames[1:], duration=100, loop=0)
    return held.getvalue()


def turned(data: bytes) -> bytes:
    """An MP4 whose matrix says that it lies on its side (ISO/IEC 14496-12 8.3.2)."""
    straight = b"".join(part.to_bytes(4, "big") for part in (1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30))
    minus = (-(1 << 16)).to_bytes(4, "big", signed=True)
    zero, one = bytes(4), (1 << 16).to_bytes(4, "big")
    side = b"".join((zero, one, zero, minus, zero, zero, zero, zero, (1 << 30).to_bytes(4, "big")))
    track = data.index(b"tkhd")
    at = data.index(straight, track)
    return data[:at] + side + data[at + len(side) :]


def with_cover(cover: bytes) -> bytes:
    """An MP3 with an ID3v2.3 tag that holds a picture, and a name."""
    picture = b"\0image/jpeg\0\x03\0" + cover
    name = b"\0Alice Secret"
    frames = b"".join(
        kind + len(body).to_bytes(4, "big") + b"\0\0" + body
        for kind, body in ((b"TPE1", name), (b"APIC", picture))
    )
    size = bytes((len(frames) >> shift) & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x03\0\0" + size + frames + film("mp3", video=None, audio="libmp3lame")
