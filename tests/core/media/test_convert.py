"""Films, moving GIFs and sounds, made safe by the real worker: what comes out, and what is refused."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from stoa.core.media import convert, sandbox
from stoa.core.media.model import Film, FilmLimits, MediaError

from . import pictures, reels

pytestmark = pytest.mark.anyio

SOUND: dict[str, Any] = {"container": "mp3", "video": None, "audio": "libmp3lame"}


async def made(folder: Path, data: bytes, **limits: Any) -> Film:
    path = folder / "sent"
    path.write_bytes(data)
    return await convert.film(path, FilmLimits(**limits))


def left_in(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


def streams(film: Film) -> list[str]:
    with av.open(film.original) as container:
        return [stream.codec_context.codec.canonical_name for stream in container.streams]


@pytest.mark.parametrize(
    ("data", "kind", "mime", "inside"),
    [
        (reels.film(), "video", "video/mp4", ["h264", "aac"]),
        (reels.film("mov"), "video", "video/mp4", ["h264", "aac"]),
        (reels.film("matroska"), "video", "video/mp4", ["h264", "aac"]),
        (reels.film(video="mpeg4"), "video", "video/mp4", ["h264", "aac"]),
        (reels.film(video="libx265"), "video", "video/mp4", ["h264", "aac"]),
        (reels.film("avi", video="mpeg4", audio="libmp3lame"), "video", "video/mp4", ["h264", "aac"]),
        (
            reels.film("webm", video="libvpx-vp9", audio="libopus", sample_rate=48_000),
            "video",
            "video/mp4",
            ["h264", "aac"],
        ),
        (reels.film(audio=None), "gifv", "video/mp4", ["h264"]),
        (reels.gif(), "gifv", "video/mp4", ["h264"]),
        (reels.film(**SOUND), "audio", "audio/mpeg", ["mp3"]),
        (
            reels.film("ogg", video=None, audio="libopus", sample_rate=48_000),
            "audio",
            "audio/mpeg",
            ["mp3"],
        ),
        (reels.film("ogg", video=None, audio="flac"), "audio", "audio/mpeg", ["mp3"]),
        (reels.film("flac", video=None, audio="flac"), "audio", "audio/mpeg", ["mp3"]),
        (reels.film("wav", video=None, audio="pcm_s16le", layout="mono"), "audio", "audio/mpeg", ["mp3"]),
        (reels.film("adts", video=None), "audio", "audio/mpeg", ["mp3"]),
        (reels.film("ipod", video=None), "audio", "audio/mp4", ["aac"]),
        (
            reels.film("webm", video=None, audio="libopus", sample_rate=48_000),
            "audio",
            "audio/mpeg",
            ["mp3"],
        ),
    ],
)
async def test_what_is_sent_becomes_what_every_browser_plays(
    tmp_path: Path, data: bytes, kind: str, mime: str, inside: list[str]
) -> None:
    film = await made(tmp_path, data)
    assert (film.kind, film.mime, streams(film)) == (kind, mime, inside)
    assert film.meta["duration"] == pytest.approx(1.0, abs=0.25)
    assert film.meta["length"].startswith("0:00:0")
    assert film.meta["original"]["bitrate"] > 0
    if kind == "audio":
        assert film.preview_sha256 is None
        assert not film.preview.exists()
        assert film.blurhash is None
        assert "width" not in film.meta
    else:
        assert film.meta["original"]["frame_rate"] == "10/1"
        assert film.meta["fps"] == 10
        with Image.open(film.preview) as still:
            assert still.format == "WEBP"
            assert still.size == (film.meta["small"]["width"], film.meta["small"]["height"])
        assert len(film.blurhash or "") == 28
        content = film.original.read_bytes()
        assert content.index(b"moov") < content.index(b"mdat")


async def test_what_browsers_play_already_is_not_encoded_again(tmp_path: Path) -> None:
    def pieces(path: Path) -> list[bytes]:
        with av.open(path) as container:
            return [bytes(one) for one in container.demux(audio=0) if one.size]

    film = await made(tmp_path, reels.film())
    assert pieces(film.original) == pieces(tmp_path / "sent")


@pytest.mark.parametrize("container", ["mp4", "mov", "matroska", "mp3", "ipod"])
async def test_no_word_about_who_made_it_where_is_kept(tmp_path: Path, container: str) -> None:
    secret = "Alice Secret 48.2085+16.3731"
    told = {"title": secret, "artist": secret, "location": secret, "comment": secret}
    parts: dict[str, Any] = {"video": None, "audio": "libmp3lame" if container == "mp3" else "aac"}
    sound_only = container in ("mp3", "ipod")
    data = reels.film(container, metadata=told, **(parts if sound_only else {}))
    assert b"Secret" in data
    film = await made(tmp_path, data)
    content = film.original.read_bytes()
    assert b"Secret" not in content
    # x264 writes what it was told to do into the pictures themselves; so do cameras, with their places.
    assert sound_only or b"x264" not in content


async def test_a_film_on_its_side_is_shown_upright(tmp_path: Path) -> None:
    film = await made(tmp_path, reels.turned(reels.film(audio=None, size=(64, 48))))
    assert (film.meta["width"], film.meta["height"]) == (48, 64)
    assert film.meta["small"]["size"] == "48x64"
    again = await made(tmp_path, reels.turned(reels.film(audio=None, size=(64, 48), video="mpeg4")))
    assert (again.meta["width"], again.meta["height"]) == (48, 64)
    with av.open(again.original) as container:
        assert (container.streams.video[0].width, container.streams.video[0].height) == (48, 64)


async def test_a_large_film_that_must_be_made_anew_gets_smaller(tmp_path: Path) -> None:
    film = await made(tmp_path, reels.film(video="mpeg4", size=(2560, 1440), seconds=0.2))
    assert film.meta["size"] == "1920x1080"


async def test_the_cover_of_a_sound_stands_for_it_and_lends_its_colours(tmp_path: Path) -> None:
    film = await made(
        tmp_path, reels.with_cover(pictures.encoded(Image.new("RGB", (300, 300), "navy"), "JPEG"))
    )
    assert film.kind == "audio"
    assert film.meta["small"]["size"] == "300x300"
    assert set(film.meta["colors"]) == {"background", "foreground", "accent"}
    assert film.meta["colors"]["foreground"] == "#ffffff"
    assert film.preview_sha256


async def test_a_cover_that_cannot_be_read_is_as_good_as_none(tmp_path: Path) -> None:
    film = await made(tmp_path, reels.with_cover(b"\xff\xd8\xff\xe0 no picture at all"))
    assert film.kind == "audio"
    assert film.preview_sha256 is None


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"max_bytes": 1000}, "too large"),
        ({"max_pixels": 1000}, "pixels"),
        ({"max_frame_rate": 5}, "in a second"),
        ({"max_seconds": 1}, "too long"),
    ],
)
async def test_limits_are_asked_before_anything_is_decoded(
    tmp_path: Path, limits: dict[str, int], words: str
) -> None:
    with pytest.raises(MediaError, match=words):
        await made(tmp_path, reels.film(seconds=3), **limits)
    assert left_in(tmp_path) == ["sent"]


async def test_a_gif_beyond_the_limits_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="pixels"):
        await made(tmp_path, reels.gif(), max_pixels=1000)
    with pytest.raises(MediaError, match="too many pictures"):
        await made(tmp_path, reels.gif(20), max_frame_rate=5, max_seconds=3)


def _playlist() -> bytes:
    return b"#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html>",
        _playlist(),
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"\0\0\0\x18ftypmp42" + b"\0" * 5000,
        b"\x1a\x45\xdf\xa3" + b"webm" * 100,
        b"OggS" + b"\xff" * 3000,
        b"ID3\x04\0\0\x7f\x7f\x7f\x7f",
        b"RIFF\xff\xff\xff\xffAVI LIST",
        b"\xff\xfb" + b"\0" * 4000,
        reels.film()[:2000],
        reels.film("matroska")[:300],
    ],
)
async def test_what_is_no_film_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(MediaError):
        await made(tmp_path, data)
    assert left_in(tmp_path) == ["sent"]


async def test_a_film_that_ends_too_soon_is_kept_as_far_as_it_goes(tmp_path: Path) -> None:
    whole = reels.film("matroska", video="mpeg4", seconds=3)
    film = await made(tmp_path, whole[: len(whole) * 2 // 3])
    assert 0.5 < film.meta["duration"] < 3


async def test_the_time_that_a_film_takes_is_bounded(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="too long to process"):
        await made(tmp_path, reels.film(video="mpeg4", size=(1280, 720), seconds=8), wall_seconds=0.3)
    assert (await made(tmp_path, reels.gif())).kind == "gifv"


_SEEDS = [
    reels.film(seconds=0.3),
    reels.film("webm", video="libvpx-vp9", audio="libopus", sample_rate=48_000, seconds=0.3),
    reels.film("ogg", video=None, audio="flac", seconds=0.3),
    reels.gif(3),
    reels.film("avi", video="mpeg4", audio="libmp3lame", seconds=0.3),
]


@settings(max_examples=60, deadline=None)
@given(
    seed=st.sampled_from(_SEEDS),
    places=st.lists(st.tuples(st.integers(0, 60_000), st.integers(0, 255)), min_size=1, max_size=40),
)
async def test_damaged_bytes_make_a_file_or_a_refusal_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, seed: bytes, places: list[tuple[int, int]]
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    data = bytearray(seed)
    for place, value in places:
        data[place % len(data)] = value
    try:
        film = await made(folder, bytes(data))
    except MediaError:
        assert left_in(folder) == ["sent"]
    else:
        assert film.original.stat().st_size > 0
    finally:
        shutil.rmtree(folder)


def test_the_server_itself_never_loads_the_decoder() -> None:
    code = "import sys, stoa.main.assemble; print('av' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"


async def test_the_worker_for_films_is_another_one_than_that_for_pictures(tmp_path: Path) -> None:
    await sandbox.close()  # a worker that has done its share of jobs is stopped
    await made(tmp_path, reels.gif())
    assert len(sandbox.films().workers) == 1
    assert not sandbox.pool().workers


def test_the_length_of_a_file_is_told_as_apps_know_it() -> None:
    assert convert._length(88.654) == "0:01:28.65"
    assert convert._length(3599.999) == "1:00:00.00"
