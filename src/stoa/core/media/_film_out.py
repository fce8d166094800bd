"""Writing films and sounds: pieces taken over as they are, or made anew.  Worker only (PyAV).

MP4 files begin with their index, so that a browser shows the first picture before it has the last.
"""

from __future__ import annotations

import contextlib
import itertools
import os
from fractions import Fraction
from types import TracebackType
from typing import Any, BinaryIO, Literal

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.bitstream import BitStreamFilterContext
from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image

from stoa.core.media import _transform

FILM_AREA = 1920 * 1080
"""Pixels of a film that is made anew, whatever its shape."""

FRAME_RATE = 60
MAX_RATE = 8_000_000
"""Bits in a second of pictures that are made anew."""

_GAP = Fraction(1, 10)
BASE = Fraction(1, 90_000)
_TURNS = {90: "transpose=cclock", 180: "hflip,vflip", 270: "transpose=clock"}
_PROFILES = frozenset({"Constrained Baseline", "Baseline", "Main", "High"})
_SEI = "filter_units=remove_types=6"
"""ISO/IEC 14496-10 7.4.1: units of type 6 hold what encoders and cameras tell, places among it."""


def prepare() -> None:
    """Open every encoder once, so that nothing has to be loaded later."""
    from io import BytesIO

    held = BytesIO()
    with av.open(held, "w", format="mp4") as out:
        stream = out.add_stream("libx264", rate=25, options={"preset": "veryfast", "threads": "1"})
        stream.width = stream.height = 16
        stream.pix_fmt = "yuv420p"
        for packet in (
            *stream.encode(VideoFrame(16, 16, "rgb24").reformat(format="yuv420p")),
            *stream.encode(),
        ):
            out.mux(packet)
    for name in ("aac", "libmp3lame"):
        context = av.CodecContext.create(name, "w")
        del context


class _Again:
    """A second way to read what is being written, with a place of its own."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._at = 0

    def read(self, size: int) -> bytes:
        data = os.pread(self._descriptor, size, self._at)
        self._at += len(data)
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        if whence == 2:
            offset += os.fstat(self._descriptor).st_size
        elif whence == 1:
            offset += self._at
        self._at = offset
        return offset

    def tell(self) -> int:
        return self._at

    def close(self) -> None:
        """Nothing: the descriptor is the writer's."""


class Writing:
    """A file being written as *name*; whole once the block has ended without an error."""

    def __init__(self, file: BinaryIO, name: Literal["mp4", "mp3"]) -> None:
        options = {"fflags": "+bitexact"}
        if name == "mp4":
            options["movflags"] = "+faststart+negative_cts_offsets"
        else:
            options |= {"id3v2_version": "0", "write_id3v1": "0"}
        self.container: OutputContainer = av.open(
            file,
            "w",
            format=name,
            options=options,
            io_open=lambda url, flags, more: _Again(file.fileno()),
        )

    def __enter__(self) -> Writing:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.container.close()
            return
        with contextlib.suppress(Exception):  # the first error tells more
            self.container.close()

    def start(self) -> None:
        """All pieces are known."""
        self.container.start_encoding()


class _Copied:
    """Pieces taken over as they are."""

    copies = True

    def __init__(self, out: Writing, source: Any, stream: Any, without: str | None) -> None:
        self._out = out.container
        self._source = source
        self._stream = stream
        self._filter = None if without is None else BitStreamFilterContext(without, source)
        self.written = 0

    def put(self, packet: Any) -> None:
        """Write *packet*; one without a time, at the end of all, says nothing."""
        if packet.dts is None or not packet.size:
            return
        for one in [packet] if self._filter is None else self._filter.filter(packet):
            one.stream = self._stream
            self._out.mux(one)
            self.written += 1

    def end(self) -> None:
        """Nothing is held back."""

    def about(self) -> dict[str, Any]:
        """What apps are told of a sound."""
        return about_sound(self._source)


def keeps_pictures(container: str, video: VideoStream) -> bool:
    """Whether every browser plays the pictures as they are: H.264 of 8 bits, 4:2:0."""
    context = video.codec_context
    return (
        container in ("mov", "matroska")
        and context.codec.name == "h264"
        and context.pix_fmt in ("yuv420p", "yuvj420p")
        and context.profile in _PROFILES
        and context.extradata is not None
    )


def copy_pictures(out: Writing, video: VideoStream) -> _Copied:
    """The pictures of *video* as they are, without what is said beside them."""
    return _Copied(out, video, out.container.add_stream_from_template(video), _SEI)


def sound_format(container: str, audio: AudioStream) -> Literal["mp4", "mp3"]:
    """AAC stays AAC; all else is MP3 afterwards."""
    return "mp4" if audio.codec_context.codec.name == "aac" and container == "mov" else "mp3"


def sound_into(out: Writing, audio: AudioStream, encoder: str) -> Any:
    """What takes the sound of *audio*: as it is, where that is what *encoder* makes."""
    name = audio.codec_context.codec.name
    kept = name in ("mp3", "mp3float")
    if encoder == "aac":
        # Without these bytes it is in ADTS frames, which an MP4 does not hold.
        kept = name == "aac" and audio.codec_context.extradata_size > 0
    if kept:
        return _Copied(out, audio, out.container.add_stream_from_template(audio), None)
    return SoundEncoder(out, audio, encoder)


def about_sound(audio: AudioStream) -> dict[str, Any]:
    """FilmDone's fields of a sound."""
    context = audio.codec_context
    name = context.codec.canonical_name if hasattr(context.codec, "canonical_name") else context.codec.name
    channels = {1: "mono", 2: "stereo"}.get(context.channels, f"{context.channels} channels")
    return {"audio_codec": name[:32], "audio_rate": context.sample_rate, "audio_channels": channels}


class PictureEncoder:
    """Pictures made anew: H.264, upright, of an even size and bounded area and rate."""

    copies = False

    def __init__(self, out: Writing, video: VideoStream, first: VideoFrame, rotation: int) -> None:
        across, down = first.width, first.height
        if rotation % 180:
            across, down = down, across
        across, down = _transform.fit((across, down), FILM_AREA)
        self.width, self.height = max(2, across & ~1), max(2, down & ~1)
        told = Fraction(video.average_rate or video.guessed_rate or 25)
        rate = min(max(told, Fraction(1)), Fraction(FRAME_RATE))
        options = {
            "preset": "veryfast",
            "crf": "23",
            "maxrate": str(MAX_RATE),
            "bufsize": str(2 * MAX_RATE),
            "threads": "1",
            "profile": "high",
        }
        self._stream: Any = out.container.add_stream("libx264", rate=rate, options=options)
        self._stream.width, self._stream.height = self.width, self.height
        self._stream.pix_fmt = "yuv420p"
        self._stream.codec_context.time_base = BASE
        self._stream.codec_context.gop_size = 250
        self._out = out.container
        self._graph: Any = None
        self._shape: tuple[Any, ...] = ()
        self._last = -1
        self._start: Fraction | None = None
        self._least = int(Fraction(1, FRAME_RATE + 2) / BASE)
        self.written = 0

    def put(self, frame: VideoFrame) -> None:
        """Write *frame*, unless it comes too soon after the one before."""
        if frame.pts is None or frame.time_base is None:
            return
        at = int(frame.pts * frame.time_base / BASE)
        if self._last >= 0 and at - self._last < self._least:
            return
        self._last = at
        turned = self._shaped(frame)
        turned.pts, turned.time_base = at, BASE
        turned.pict_type = 0
        self._write(turned)

    def _shaped(self, frame: VideoFrame) -> VideoFrame:
        rotation = int(frame.rotation) % 360
        shape = (frame.width, frame.height, frame.format.name, rotation)
        if self._graph is None or shape != self._shape:
            self._graph, self._shape = _graph(frame, rotation, self.width, self.height), shape
        self._graph.vpush(frame)
        made: VideoFrame = self._graph.vpull()
        return made

    def _write(self, frame: VideoFrame | None) -> None:
        for packet in self._stream.encode(frame):
            self._out.mux(packet)
            self.written += 1

    def end(self) -> None:
        """Write what was held back."""
        self._write(None)


def _graph(frame: VideoFrame, rotation: int, width: int, height: int) -> Any:
    graph = av.filter.Graph()
    graph.threads = 1
    nodes = [
        graph.add_buffer(
            width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base or BASE
        )
    ]
    if rotation in _TURNS:
        for step in _TURNS[rotation].split(","):
            name, _, arguments = step.partition("=")
            nodes.append(graph.add(name, arguments or None))
    nodes.append(graph.add("scale", f"{width}:{height}:flags=bicubic"))
    nodes.append(graph.add("format", "yuv420p"))
    nodes.append(graph.add("buffersink"))
    for one, following in itertools.pairwise(nodes):
        one.link_to(following)
    graph.configure()
    return graph


def picture_of(frame: VideoFrame, rotation: int) -> Image.Image:
    """*frame* as a picture, upright."""
    picture: Image.Image = frame.to_image()  # type: ignore[no-untyped-call]
    return picture.rotate(rotation, expand=True) if rotation in _TURNS else picture


class SoundEncoder:
    """Sound made anew, in mono or stereo."""

    copies = False

    def __init__(self, out: Writing, audio: AudioStream, encoder: str) -> None:
        rate = audio.codec_context.sample_rate
        self._rate = rate if rate in (32_000, 44_100, 48_000) else 48_000 if rate % 8_000 == 0 else 44_100
        mono = audio.codec_context.channels == 1
        self._layout = "mono" if mono else "stereo"
        stream: Any = out.container.add_stream(encoder, rate=self._rate, layout=self._layout)
        self._stream = stream
        stream.bit_rate = (
            (96_000 if mono else 128_000) if encoder == "aac" else (96_000 if mono else 192_000)
        )
        self._out = out.container
        self._name = "aac" if encoder == "aac" else "mp3"
        self._resampler: Any = None
        self._shape: tuple[Any, ...] = ()
        self._next: Fraction | None = None
        self.written = 0

    def put(self, frame: AudioFrame) -> None:
        """Write *frame*: after the one before, or later where the file says so by more than a little."""
        if frame.sample_rate < 1:
            return
        told = None if frame.pts is None or frame.time_base is None else frame.pts * frame.time_base
        start = self._next if self._next is not None else max(told or Fraction(0), Fraction(0))
        if told is not None and told > start + _GAP:
            start = told
        self._next = start + Fraction(frame.samples, frame.sample_rate)
        frame.time_base = Fraction(1, frame.sample_rate)
        frame.pts = int(start * frame.sample_rate)
        shape = (frame.format.name, frame.layout.name, frame.sample_rate)
        if shape != self._shape:
            self._push(None)
            context = self._stream.codec_context
            self._resampler = av.AudioResampler(context.format, context.layout, self._rate, self._size())
            self._shape = shape
        self._push(frame)

    def _size(self) -> int | None:
        return self._stream.codec_context.frame_size or None

    def _push(self, frame: AudioFrame | None) -> None:
        if self._resampler is None:
            return
        for made in self._resampler.resample(frame):
            self._encode(made)

    def _encode(self, frame: AudioFrame | None) -> None:
        for packet in self._stream.encode(frame):
            self._out.mux(packet)
            self.written += 1

    def end(self) -> None:
        """Write what was held back."""
        self._push(None)
        if self._shape:
            self._encode(None)

    def about(self) -> dict[str, Any]:
        """FilmDone's fields."""
        return {"audio_codec": self._name, "audio_rate": self._rate, "audio_channels": self._layout}
