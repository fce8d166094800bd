"""What nobody should send: it is refused in words or made harmless, and the next picture works."""

from __future__ import annotations

import errno
import os
import random
import struct
import tempfile
import zlib
from io import BytesIO
from pathlib import Path
from typing import Literal

import pytest
from PIL import Image

from stoa.core.media import _transform, process
from stoa.core.media._wire import Job
from stoa.core.media.model import Limits, MediaError, MediaUnavailable, Picture

from .pictures import (
    all_types,
    animated,
    bomb,
    chunk,
    encoded,
    gif_of_one_frame_repeated,
    moving,
    png,
    put,
    quartered,
)

pytestmark = pytest.mark.anyio


async def refusal(tmp_path: Path, data: bytes, limits: Limits | None = None, name: str = "upload") -> str:
    """The words with which *data* is refused; nothing may be left of it."""
    path = put(tmp_path, data, name)
    with pytest.raises(MediaError) as refused:
        await process.picture(path, limits=limits)
    assert os.listdir(tmp_path) == [name]
    return str(refused.value)


async def still_works(tmp_path: Path) -> None:
    made = await process.picture(put(tmp_path, encoded(quartered(), "PNG"), "next"))
    assert made.size == "64x48"


async def test_a_bomb_is_refused_before_it_goes_off(tmp_path: Path) -> None:
    data = bomb()
    assert len(data) < 64 * 1024
    words = await refusal(tmp_path, data)
    assert words == "The picture has too many pixels; at most 33.2 million are allowed."


async def test_a_bomb_let_in_by_generous_limits_runs_out_of_memory_and_takes_nobody_along(
    tmp_path: Path,
) -> None:
    # 400 megapixels of colour are 1.6 GB.
    rows = zlib.compress(b"\0" * (1 + 20_000 * 3) * 20_000, 1)
    words = await refusal(tmp_path, png(20_000, 20_000, 8, 2, rows), Limits(max_pixels=1_000_000_000))
    assert words == "The picture takes too much memory to process."
    await still_works(tmp_path)


async def test_a_picture_that_takes_too_much_work_is_ended_and_takes_nobody_along(tmp_path: Path) -> None:
    data = gif_of_one_frame_repeated(60, (1000, 1000))
    limits = Limits(max_bytes=1 << 30, cpu_seconds=0)
    words = await refusal(tmp_path, data, limits)
    assert words == "The picture could not be processed."
    await still_works(tmp_path)


async def test_a_gif_of_ten_thousand_frames_is_refused(tmp_path: Path) -> None:
    data = gif_of_one_frame_repeated(10_000)
    assert len(data) < 1_000_000
    words = await refusal(tmp_path, data)
    assert words == "The picture has too many frames; at most 1000 are allowed."


@pytest.mark.parametrize("target", ["GIF", "WEBP", "PNG", "AVIF"])
async def test_frames_are_counted_in_every_type_that_has_them(target: str, tmp_path: Path) -> None:
    data = animated(moving(6), target, duration=50)
    assert "at most 5 are" in await refusal(tmp_path, data, Limits(max_frames=5))
    made = await process.picture(put(tmp_path, data), limits=Limits(max_frames=6))
    assert made.kind == "gifv"


@pytest.mark.parametrize("target", ["GIF", "WEBP", "PNG", "AVIF"])
async def test_all_frames_together_have_a_limit(target: str, tmp_path: Path) -> None:
    data = animated(moving(6), target, duration=50)
    words = await refusal(tmp_path, data, Limits(max_animation_pixels=6 * 40 * 30 - 1))
    assert words.startswith("The animation is too large")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "AVIF", "HEIF"])
async def test_pixels_are_counted_in_every_type(kind: str, tmp_path: Path) -> None:
    data = all_types()[kind]
    assert "too many pixels" in await refusal(tmp_path, data, Limits(max_pixels=1000))


async def test_a_file_that_only_claims_to_be_huge_is_refused_for_the_claim(tmp_path: Path) -> None:
    webp = bytearray(animated(moving(), "WEBP", duration=50))
    webp[24:30] = b"\xff\x3f\x00\xff\x3f\x00"  # 16384 x 16384
    gif = bytearray(animated(moving(), "GIF", duration=50))
    gif[6:10] = b"\xff\xff\xff\xff"
    for data in (webp, gif):
        assert "too many pixels" in await refusal(tmp_path, bytes(data))


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_claims_are_weighed_before_a_decoder_sees_the_file(
    kind: Literal["GIF", "WEBP"], monkeypatch: pytest.MonkeyPatch
) -> None:
    """These two decoders reserve the whole canvas, or walk all frames, when they open a file."""

    def opened(*anything: object, **more: object) -> None:
        raise AssertionError("the decoder was asked")

    monkeypatch.setattr(Image, "open", opened)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)  # put back afterwards: it is global
    data = animated(moving(6), kind, duration=50)
    for pixels, frames, reason in ((40 * 30 - 1, 6, "pixels"), (40 * 30, 5, "frames")):
        job = Job(kind, "picture", pixels, frames, 1_000_000, 9)
        with pytest.raises(_transform.Refused) as refused:
            _transform.run(job, BytesIO(data), BytesIO(), BytesIO())
        assert refused.value.reason == reason


async def test_a_frame_may_not_burst_the_picture(tmp_path: Path) -> None:
    single = encoded(quartered(), "GIF")
    start = single.index(b",\0\0\0\0\x40\0\x30\0")
    second = single[start:-1].replace(b"\x40\0\x30\0", b"\xff\xff\xff\xff", 1)
    words = await refusal(tmp_path, single[:-1] + second + b";")
    assert words == "The picture has too many pixels; at most 33.2 million are allowed."
    await still_works(tmp_path)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "AVIF", "HEIF"])
async def test_a_truncated_file_is_refused(kind: str, tmp_path: Path) -> None:
    data = encoded(Image.effect_noise((300, 200), 60).convert("RGB"), kind)
    for part in (0.1, 0.5, 0.9):
        words = await refusal(tmp_path, data[: int(len(data) * part)])
        assert words == "The picture is damaged or incomplete and cannot be read."


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "AVIF", "HEIF"])
async def test_a_garbled_file_gives_a_picture_or_a_sentence(kind: str, tmp_path: Path) -> None:
    sound = all_types()[kind]
    chance = random.Random(kind)
    ended = {"picture": 0, "words": 0}
    for _ in range(60):
        data = bytearray(sound)
        for _ in range(chance.choice((1, 3, 30))):
            data[chance.randrange(len(data))] = chance.randrange(256)
        path = put(tmp_path, bytes(data))
        try:
            made = await process.picture(path)
        except MediaError:
            ended["words"] += 1
        else:
            ended["picture"] += 1
            made.original.unlink()
            made.preview.unlink()
        assert os.listdir(tmp_path) == ["upload"]
    assert min(ended.values()) > 0
    await still_works(tmp_path)


@pytest.mark.parametrize(
    "data",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<!doctype html><script>alert(1)</script>",
        b"push graphic-context\nviewbox 0 0 9 9\nimage over 0,0 0,0 'ephemeral:/etc/passwd'\n",
        b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n",
        b"%PDF-1.7\n",
        b"%!PS-Adobe-3.0 EPSF-3.0\n",
        b"MZ\x90\x00",
        encoded(quartered(), "TIFF"),
        encoded(quartered(), "BMP"),
        encoded(quartered(), "ICO"),
        b"\0",
        b"GIF8",
        b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00isommp42",
    ],
)
async def test_what_is_no_picture_is_refused_whatever_its_name(data: bytes, tmp_path: Path) -> None:
    words = await refusal(tmp_path, data, name="holiday.jpg")
    assert words == "The file is not a picture that can be read: JPEG, PNG, GIF, WebP, AVIF and HEIC can."


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8\xff",
        b"\xff\xd8\xff\xe0<script>alert(1)</script>",
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a",
        b"GIF89a" + b"\0" * 7,
        b"RIFF\x00\x00\x00\x00WEBP",
        b"RIFF\xff\xff\xff\xffWEBPVP8X\xff\xff\xff\xff",
        b"\x00\x00\x00\x14ftypavif\x00\x00\x00\x00avif",
        b"\xff\xff\xff\xffftypheic",
        png(0, 0, 8, 2, b""),
        png(5, 5, 8, 2, b"not deflated"),
    ],
)
async def test_a_beginning_alone_is_not_a_picture(data: bytes, tmp_path: Path) -> None:
    assert await refusal(tmp_path, data) == "The picture is damaged or incomplete and cannot be read."


async def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    assert await refusal(tmp_path, b"") == "The file is empty."


async def test_bytes_are_counted_before_anything_else(tmp_path: Path) -> None:
    data = encoded(quartered(), "PNG")
    words = await refusal(tmp_path, data + bytes(2 * 1024 * 1024), Limits(max_bytes=2 * 1024 * 1024))
    assert words == "The picture is too large; at most 2 MB are allowed."
    made = await process.picture(put(tmp_path, data), limits=Limits(max_bytes=len(data)))
    assert made.size == "64x48"


async def test_the_bytes_decide_and_not_the_name(tmp_path: Path) -> None:
    made = await process.picture(put(tmp_path, encoded(quartered(), "PNG"), "page.html"))
    assert (made.mime, made.extension) == ("image/png", "png")


async def test_a_page_hidden_in_a_picture_is_gone(tmp_path: Path) -> None:
    page = b"<html><script>alert(document.domain)</script></html>"
    body = zlib.compress(b"\0" + bytes(3))
    text = chunk(b"tEXt", b"Comment\0" + page)
    unknown = chunk(b"huMn", page)
    sent = {
        "in a comment": png(1, 1, 8, 2, body, text, unknown),
        "after the end": encoded(quartered(), "PNG") + page,
        "in a jpeg": encoded(quartered(), "JPEG", comment=page) + page,
        "in a gif": encoded(quartered(), "GIF", comment=page) + page,
        "in a moving gif": animated(moving(), "GIF", comment=page, duration=90) + page,
        "in a webp": encoded(quartered(), "WEBP", xmp=page) + page,
        "in an archive": encoded(quartered(), "GIF") + b"PK\x03\x04" + page + b"__HALT_COMPILER();",
    }
    for where, data in sent.items():
        assert page in data
        made = await process.picture(put(tmp_path, data))
        for path in (made.original, made.preview):
            assert b"<script" not in path.read_bytes(), where
            assert b"PK\x03\x04" not in path.read_bytes(), where


async def test_a_point_with_fifteen_megabytes_around_it_becomes_a_point(tmp_path: Path) -> None:
    point = encoded(Image.new("RGB", (1, 1)), "JPEG")
    segment = b"\xff\xe1" + struct.pack(">H", 65_535) + b"Exif\0\0" + bytes(65_527)
    made = await process.picture(put(tmp_path, point[:2] + segment * 240 + point[2:]))
    assert made.size == "1x1"
    assert made.original.stat().st_size < 2000


@pytest.mark.parametrize("name", [b"zTXt", b"iCCP"])
async def test_words_that_unfold_endlessly_are_not_unfolded(name: bytes, tmp_path: Path) -> None:
    folded = zlib.compress(bytes(200 * 1024 * 1024), 9)
    body = zlib.compress((b"\0" + bytes(9)) * 3)
    data = png(3, 3, 8, 2, body, chunk(name, b"x\0\0" + folded))
    try:
        made = await process.picture(put(tmp_path, data))
    except MediaError:
        pass
    else:
        assert made.original.stat().st_size < 2000
    await still_works(tmp_path)


async def test_a_full_disk_is_named_as_what_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """/dev/full answers every write with ENOSPC, as a disk without room does."""
    made: list[Path] = []

    def without_room(folder: Path) -> tuple[int, Path]:
        descriptor, name = tempfile.mkstemp(dir=folder)
        os.close(descriptor)
        made.append(Path(name))
        return os.open("/dev/full", os.O_RDWR), Path(name)

    path = put(tmp_path, encoded(quartered(), "PNG"))
    moves = put(tmp_path, animated(moving(), "GIF", duration=50), "moves")
    with monkeypatch.context() as patched:
        patched.setattr(process, "_new_file", without_room)
        for sent in (path, moves):
            with pytest.raises(MediaUnavailable, match=r"The server's disk is full; the picture was not"):
                await process.picture(sent)
    assert len(made) == 4
    assert not any(file.exists() for file in made)
    await still_works(tmp_path)


async def test_no_room_even_for_a_name_is_a_full_disk_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(tmp_path, encoded(quartered(), "PNG"))
    real = tempfile.mkstemp
    calls = iter([real, None])

    def second_fails(**where: object) -> tuple[int, str]:
        if next(calls) is None:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(prefix="picture-", dir=tmp_path)

    with monkeypatch.context() as patched:
        patched.setattr(tempfile, "mkstemp", second_fails)
        with pytest.raises(MediaUnavailable, match="disk is full"):
            await process.picture(path)
    assert os.listdir(tmp_path) == ["upload"]


async def test_a_profile_picture_meets_the_same_guard(tmp_path: Path) -> None:
    for take in (process.avatar, process.header):
        with pytest.raises(MediaError, match="too many pixels"):
            await take(put(tmp_path, bomb()))
        made: Picture = await take(put(tmp_path, encoded(quartered(), "JPEG") + b"<script>"))
        assert b"<script" not in made.original.read_bytes()
