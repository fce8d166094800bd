"""Films, moving GIFs and sounds: what is in them, and writing them anew.  Worker only (FFmpeg by PyAV).

Containers and decoders are named here, and no other is tried.  A film that browsers play already keeps
its pictures and its sound as they are; all else about it goes: names, places, chapters, subtitles, data.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, BinaryIO

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image

from stoa.core.media import _cover, _film_out, _header
from stoa.core.media._transform import Refused
from stoa.core.media._wire import FilmDone, FilmJob, FilmMime

VIDEO_DECODERS = ("h264", "hevc", "vp8", "vp9", "libdav1d", "mpeg4", "theora", "mjpeg", "gif")
AUDIO_DECODERS = (
    "aac", "mp3float", "mp3", "vorbis", "opus", "libopus", "flac", "alac", "pcm_s16le", "pcm_s24le",
    "pcm_s32le", "pcm_f32le", "pcm_u8", "pcm_s16be", "pcm_alaw", "pcm_mulaw",
)  # fmt: skip
COVERS = ("png",)  # what shows the cover of a sound is never decoded here, but must not stop its reading

_MAX_STREAMS = 16
_MAX_ERRORS = 100
SILENT_SECONDS = 60.0
"""A silent film of so many seconds at most is played like a GIF: apps send GIFs as such films."""


@dataclass(slots=True)
class _Found:
    """What is in a file: at most one film and one sound, and the picture on the cover."""

    video: VideoStream | None
    audio: AudioStream | None
    cover: VideoStream | None


def prepare() -> None:
    """Load all that is ever needed, so that nothing has to be opened later."""
    av.logging.set_level(None)
    _cover.prepare()
    _film_out.prepare()


def run(job: FilmJob, source: BinaryIO, original: BinaryIO, preview: BinaryIO) -> FilmDone:
    """Process *source* into *original* and *preview* and describe them.

    Raises Refused.  MemoryError goes through: the worker may have to start afresh after it.
    """
    try:
        return _run(job, source, original, preview)
    except (Refused, MemoryError):
        raise
    except av.error.MemoryError:
        raise MemoryError from None
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise Refused("full", repr(error)) from error
        raise Refused("large" if error.errno == errno.EFBIG else "damaged", repr(error)) from error
    except Exception as error:
        # Hostile bytes come back as ValueError, IndexError, FFmpeg's own errors ...
        raise Refused("damaged", repr(error)) from error


def _run(job: FilmJob, source: BinaryIO, original: BinaryIO, preview: BinaryIO) -> FilmDone:
    if job.type == "gif":
        _check_gif(job, source)
    with _opened(job, source) as container:
        found = _find(container)
        _check(job, container, found)
        first = None if found.video is None else _first_frame(container, found.video, job)
    # Anew: not every container finds back to its very beginning.
    with _opened(job, source) as container:
        found = _find(container)
        _check(job, container, found)
        if found.video is not None and first is not None:
            return _film(job, container, found.video, found.audio, first, original, preview)
        if found.audio is not None:
            return _sound(job, container, found, original, preview)
    raise Refused("nothing")


def _opened(job: FilmJob, source: BinaryIO) -> InputContainer:
    source.seek(0)
    opened: InputContainer = av.open(
        source,
        "r",
        format=job.type,
        metadata_errors="ignore",
        options={
            "codec_whitelist": ",".join((*VIDEO_DECODERS, *AUDIO_DECODERS, *COVERS)),
            "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,ogg,avi,mp3,aac,flac,wav,gif",
            "max_streams": str(_MAX_STREAMS),
            "protocol_whitelist": "file",
            "probesize": "5000000",
        },
    )
    return opened


def _check_gif(job: FilmJob, source: BinaryIO) -> None:
    measured = _header.measure_gif(source, job.max_frame_rate * job.max_seconds)
    if measured is None:
        raise Refused("damaged", "no size in the header")
    if measured.width * measured.height > job.max_pixels:
        raise Refused("pixels")
    if measured.frames > job.max_frame_rate * job.max_seconds:
        raise Refused("frames")


def _find(container: InputContainer) -> _Found:
    found = _Found(None, None, None)
    for stream in container.streams:
        if isinstance(stream, VideoStream):
            if stream.disposition & stream.disposition.__class__.attached_pic:
                found.cover = found.cover or stream
            elif found.video is None and _known(stream, VIDEO_DECODERS):
                found.video = stream
        elif isinstance(stream, AudioStream) and found.audio is None and _known(stream, AUDIO_DECODERS):
            found.audio = stream
    return found


def _known(stream: VideoStream | AudioStream, names: tuple[str, ...]) -> bool:
    # None where no decoder is known, whatever the types say.
    context: Any = stream.codec_context
    return context is not None and context.codec.name in names


def _check(job: FilmJob, container: InputContainer, found: _Found) -> None:
    """What the file claims of itself; what it then does is held to the same (`_Watch`)."""
    if (container.duration or 0) > job.max_seconds * av.time_base:
        raise Refused("long")
    video = found.video
    if video is not None:
        if video.width < 1 or video.height < 1:
            raise Refused("damaged", "no size")
        if video.width * video.height > job.max_pixels:
            raise Refused("pixels")
        if (video.average_rate or 0) > job.max_frame_rate + 1:
            raise Refused("rate")
        video.codec_context.options = {"max_pixels": str(job.max_pixels)}
        video.codec_context.thread_count = 1
    if found.audio is not None:
        if found.audio.codec_context.channels > 64:
            raise Refused("damaged", "too many channels")
        found.audio.codec_context.thread_count = 1


class _Watch:
    """Counts what is read, and refuses what goes beyond the limits whatever was claimed before."""

    def __init__(self, job: FilmJob) -> None:
        self._job = job
        self._errors = 0
        self._first: Fraction | None = None
        self.frames = 0
        self.seconds = Fraction(0)

    def at(self, pts: int | None, base: Fraction | None, duration: int | None = 0) -> None:
        """A piece at *pts* was read."""
        if pts is None or base is None:
            return
        if self._first is None:
            self._first = pts * base
        self.seconds = max(self.seconds, (pts + max(duration or 0, 0)) * base - self._first)
        if self.seconds > self._job.max_seconds + 1:
            raise Refused("long")

    def frame(self) -> None:
        """A picture was read."""
        self.frames += 1
        if self.frames > (self._job.max_frame_rate + 1) * (self._job.max_seconds + 1):
            raise Refused("frames")

    def error(self, error: Exception) -> None:
        """A piece could not be read; a few such are let pass, as long as something was."""
        self._errors += 1
        if self._errors > _MAX_ERRORS:
            raise Refused("damaged", repr(error))


def _packets(container: InputContainer, watch: _Watch, *streams: Any) -> Iterator[Any]:
    """What is in the file for *streams*, and for each an end; what was cut off ends sooner."""
    wanted = [stream for stream in streams if stream is not None]
    try:
        for packet in container.demux(*wanted):
            if packet.dts is not None or packet.pts is not None:
                watch.at(
                    packet.pts if packet.pts is not None else packet.dts, packet.time_base, packet.duration
                )
            yield packet
    except av.error.InvalidDataError as error:
        watch.error(error)


def _frames(packet: Any, watch: _Watch) -> list[Any]:
    try:
        return list(packet.decode())
    except av.error.MemoryError:
        raise MemoryError from None
    except av.FFmpegError as error:
        watch.error(error)
        return []


def _film(
    job: FilmJob,
    container: InputContainer,
    video: VideoStream,
    audio: AudioStream | None,
    first_frame: tuple[VideoFrame, int],
    original: BinaryIO,
    preview: BinaryIO,
) -> FilmDone:
    watch = _Watch(job)
    first, rotation = first_frame
    keeps = _film_out.keeps_pictures(job.type, video)
    width, height = video.width, video.height
    if keeps and rotation % 180:
        width, height = height, width
    with _film_out.Writing(original, "mp4") as out:
        if keeps:
            pictures: Any = _film_out.copy_pictures(out, video)
        else:
            pictures = _film_out.PictureEncoder(out, video, first, rotation)
            width, height = pictures.width, pictures.height
        sound = None if audio is None else _film_out.sound_into(out, audio, "aac")
        out.start()
        for packet in _packets(container, watch, video, audio):
            target = pictures if packet.stream is video else sound
            if target is None:
                continue
            if target.copies:
                if packet.stream is video and packet.dts is not None:
                    watch.frame()
                target.put(packet)
                continue
            for frame in _frames(packet, watch):
                if isinstance(frame, VideoFrame):
                    watch.frame()
                    if frame.width * frame.height > job.max_pixels:
                        raise Refused("pixels")
                target.put(frame)
        for target in (pictures, sound):
            if target is not None:
                target.end()
    if not pictures.written:
        raise Refused("damaged", "no picture")
    seconds = float(watch.seconds)
    still = _film_out.picture_of(first, rotation)
    small = _cover.write_preview(still, preview)
    rate = video.average_rate or video.guessed_rate or Fraction(0)
    silent = sound is None or not sound.written
    return FilmDone(
        kind="gifv" if silent and (job.type == "gif" or seconds <= SILENT_SECONDS) else "video",
        mime="video/mp4",
        seconds=seconds,
        width=width,
        height=height,
        frame_rate=_rate(rate),
        preview_width=small.width,
        preview_height=small.height,
        blurhash=_cover.blurhash(small),
        **({} if silent or sound is None else sound.about()),
    )


def _rate(rate: Fraction) -> str:
    limited = Fraction(rate).limit_denominator(1_000_000)
    return f"{min(limited.numerator, 999_999_999)}/{limited.denominator}"


def _first_frame(container: InputContainer, video: VideoStream, job: FilmJob) -> tuple[VideoFrame, int]:
    """The first picture, and by how many degrees it is to be turned.  Raises Refused if there is none."""
    watch = _Watch(job)
    for packet in _packets(container, watch, video):
        for frame in _frames(packet, watch):
            if frame.width * frame.height > job.max_pixels:
                raise Refused("pixels")
            return frame, int(frame.rotation) % 360
    raise Refused("damaged", "no picture can be read")


def _sound(
    job: FilmJob, container: InputContainer, found: _Found, original: BinaryIO, preview: BinaryIO
) -> FilmDone:
    audio = found.audio
    assert audio is not None
    watch = _Watch(job)
    name = _film_out.sound_format(job.type, audio)
    cover: Image.Image | None = None
    decoded = 0
    with _film_out.Writing(original, name) as out:
        sound = _film_out.sound_into(out, audio, "aac" if name == "mp4" else "libmp3lame")
        out.start()
        for packet in _packets(container, watch, audio, found.cover):
            if packet.stream is not audio:
                if cover is None and packet.size:
                    cover = _cover.read(bytes(packet), job.max_pixels)
                continue
            if sound.copies:
                # A few are decoded all the same: what cannot be heard is no sound.
                if decoded < 4:
                    decoded += len(_frames(packet, watch))
                sound.put(packet)
                continue
            for frame in _frames(packet, watch):
                sound.put(frame)
                decoded += 1
        sound.end()
    if not sound.written or not decoded:
        raise Refused("damaged", "no sound can be heard")
    mime: FilmMime = "audio/mp4" if name == "mp4" else "audio/mpeg"
    if cover is None:
        return FilmDone(kind="audio", mime=mime, seconds=float(watch.seconds), **sound.about())
    small = _cover.write_preview(cover, preview)
    return FilmDone(
        kind="audio",
        mime=mime,
        seconds=float(watch.seconds),
        preview_width=small.width,
        preview_height=small.height,
        blurhash=_cover.blurhash(small),
        colours=_cover.colours(small),
        **sound.about(),
    )
