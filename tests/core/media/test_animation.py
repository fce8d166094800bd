"""Pictures that move, and the ones cut for profiles."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageSequence

from stoa.core.media import process

from .pictures import animated, corners, encoded, gif_of_frames, moving, put, quartered

pytestmark = pytest.mark.anyio


def frames_of(path: Path) -> list[Image.Image]:
    with Image.open(path) as image:
        return [frame.convert("RGBA") for frame in ImageSequence.Iterator(image)]


def durations_of(path: Path) -> list[int]:
    with Image.open(path) as image:
        found = []
        for at in range(getattr(image, "n_frames", 1)):
            image.seek(at)
            image.load()
            found.append(image.info["duration"])
        return found


def seen(image: Image.Image) -> bytes:
    """The pixels on grey: colours under full transparency do not count."""
    ground = Image.new("RGBA", image.size, (90, 90, 90, 255))
    return Image.alpha_composite(ground, image.convert("RGBA")).tobytes()


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("disposal", [1, 2])
async def test_a_gif_that_moves_stays_the_same_gif(mode: str, disposal: int, tmp_path: Path) -> None:
    frames = moving(mode=mode)
    data = animated(frames, "GIF", duration=[70, 80, 90, 200], loop=3, disposal=disposal)
    path = put(tmp_path, data)
    shown = [seen(frame) for frame in frames_of(path)]
    made = await process.picture(path)
    assert (made.kind, made.mime, made.extension, made.size) == ("gifv", "image/gif", "gif", "40x30")
    assert [seen(frame) for frame in frames_of(made.original)] == shown
    assert durations_of(made.original) == [70, 80, 90, 200]
    with Image.open(made.original) as image:
        assert image.info["loop"] == 3
    with Image.open(made.preview) as preview:
        assert getattr(preview, "n_frames", 1) == 1
        assert preview.size == (40, 30)


async def test_a_gif_of_many_colours_keeps_looking_like_itself(tmp_path: Path) -> None:
    first = Image.linear_gradient("L").resize((60, 60))
    frames = [Image.merge("RGB", (first, first.rotate(90 * turn), first.rotate(45))) for turn in range(3)]
    path = put(tmp_path, animated(frames, "GIF", duration=100, loop=0))
    before = frames_of(path)
    after = frames_of((await process.picture(path)).original)
    for old, new in zip(before, after, strict=True):
        assert max(high for _, high in ImageChops.difference(old, new).getextrema()) < 48  # type: ignore[misc]


async def test_a_gif_that_does_not_say_runs_once_and_one_without_pace_runs_at_ten_a_second(
    tmp_path: Path,
) -> None:
    made = await process.picture(put(tmp_path, animated(moving(), "GIF", duration=0)))
    with Image.open(made.original) as image:
        assert "loop" not in image.info
    assert durations_of(made.original) == [100] * 4


@pytest.mark.parametrize("target", ["WEBP", "PNG", "AVIF"])
async def test_other_moving_pictures_become_a_webp_that_moves(target: str, tmp_path: Path) -> None:
    frames = [quartered().rotate(90 * turn, expand=False).resize((48, 48)) for turn in range(4)]
    path = put(tmp_path, animated(frames, target, duration=[100, 200, 300, 400]))
    made = await process.picture(path)
    assert (made.kind, made.mime, made.size) == ("gifv", "image/webp", "48x48")
    after = frames_of(made.original)
    assert [corners(frame) for frame in after] == [corners(frame) for frame in frames]
    assert durations_of(made.original) == [100, 200, 300, 400]


async def test_a_long_animation_is_made_smaller_until_it_is_affordable(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (1200, 900), (at * 6, 0, 0)) for at in range(40)]
    made = await process.picture(put(tmp_path, animated(frames, "GIF", duration=50, loop=0)))
    assert made.width * made.height * 40 <= 40_000_000
    assert made.aspect == pytest.approx(4 / 3, abs=0.01)
    assert len(frames_of(made.original)) == 40


@pytest.mark.parametrize("size", [(900, 300), (300, 900), (30, 30)])
@pytest.mark.parametrize("target", ["JPEG", "PNG", "WEBP", "HEIF"])
async def test_an_avatar_is_the_middle_square(size: tuple[int, int], target: str, tmp_path: Path) -> None:
    made = await process.avatar(put(tmp_path, encoded(quartered(size), target)))
    assert (made.kind, made.size, made.preview_size) == ("image", "400x400", "400x400")
    assert (made.preview, made.preview_sha256) == (made.original, made.sha256)
    assert (made.preview_mime, made.preview_extension) == (made.mime, made.extension)
    assert sorted(os.listdir(tmp_path)) == sorted([made.original.name, "upload"])
    with Image.open(made.original) as image:
        assert image.size == (400, 400)
        assert corners(image) == ["red", "lime", "blue", "white"]


async def test_a_header_is_three_times_as_wide_as_high(tmp_path: Path) -> None:
    made = await process.header(put(tmp_path, encoded(quartered((2000, 2000)), "JPEG")))
    with Image.open(made.original) as image:
        assert image.size == (1500, 500)
        assert corners(image) == ["red", "lime", "blue", "white"]


@pytest.mark.parametrize(("target", "mime"), [("GIF", "image/gif"), ("WEBP", "image/webp")])
async def test_an_avatar_that_moves_has_a_version_that_does_not(
    target: str, mime: str, tmp_path: Path
) -> None:
    made = await process.avatar(put(tmp_path, animated(moving(mode="RGBA"), target, duration=80)))
    assert (made.kind, made.mime, made.size) == ("gifv", mime, "400x400")
    assert len(frames_of(made.original)) == 4
    still = frames_of(made.preview)
    assert (len(still), still[0].size) == (1, (400, 400))
    assert made.preview_sha256 != made.sha256
    # Around the square nothing is seen, in no frame.
    for frame in [*frames_of(made.original), *still]:
        assert frame.getchannel("A").getpixel((390, 390)) == 0


async def test_frames_that_look_alike_become_one_that_stays_longer(tmp_path: Path) -> None:
    first, second = quartered(), quartered().transpose(Image.Transpose.ROTATE_180)
    frames = [first, first, second, second, second, first]
    # Pillow would join them itself; GIFs from elsewhere do have such frames.
    data = gif_of_frames(frames, 100)
    path = put(tmp_path, data)
    assert len(frames_of(path)) == 6
    made = await process.picture(path)
    assert durations_of(made.original) == [200, 300, 100]
    assert [corners(frame)[0] for frame in frames_of(made.original)] == ["red", "white", "red"]
