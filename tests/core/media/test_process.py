"""What comes out of a sound picture."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import blurhash_rs
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from stoa.core.media import process
from stoa.core.media.model import Picture

from .pictures import (
    SECRET,
    animated,
    corners,
    encoded,
    exif,
    moving,
    png,
    put,
    quartered,
    red_is_green,
    xmp,
)

pytestmark = pytest.mark.anyio


def alpha(size: tuple[int, int] = (64, 48)) -> Image.Image:
    image = quartered(size, "RGBA")
    image.paste((0, 0, 0, 0), (size[0] // 2, size[1] // 2, *size))
    return image


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (encoded(quartered(), "JPEG"), "image/jpeg"),
        (encoded(quartered(), "PNG"), "image/png"),
        (encoded(alpha(), "PNG"), "image/png"),
        (encoded(quartered(), "WEBP"), "image/webp"),
        (encoded(alpha(), "WEBP"), "image/webp"),
        (encoded(quartered(), "GIF"), "image/png"),
        (encoded(quartered(), "AVIF"), "image/jpeg"),
        (encoded(alpha(), "AVIF"), "image/webp"),
        (encoded(quartered(), "HEIF"), "image/jpeg"),
        (encoded(alpha(), "HEIF"), "image/webp"),
        (encoded(quartered(mode="RGBA"), "HEIF"), "image/jpeg"),
    ],
)
async def test_each_type_comes_out_as_one_that_every_app_shows(
    sent: bytes, kept: str, tmp_path: Path
) -> None:
    made = await process.picture(put(tmp_path, sent))
    assert (made.kind, made.mime, made.preview_mime) == ("image", kept, "image/webp")
    assert made.extension == {"image/jpeg": "jpg"}.get(kept, kept.removeprefix("image/"))
    with Image.open(made.original) as original, Image.open(made.preview) as preview:
        assert Image.MIME[original.format or ""] == kept
        assert preview.format == "WEBP"
        assert original.size == (made.width, made.height) == (64, 48)
        assert preview.size == (made.preview_width, made.preview_height)
        assert corners(original)[:3] == corners(preview)[:3] == ["red", "lime", "blue"]


async def test_what_is_transparent_stays_transparent(tmp_path: Path) -> None:
    for target in ("PNG", "WEBP", "AVIF", "HEIF"):
        made = await process.picture(put(tmp_path, encoded(alpha(), target)))
        for path in (made.original, made.preview):
            with Image.open(path) as image:
                seen = image.convert("RGBA").getchannel("A")
                assert seen.getpixel((60, 44)) == 0, (target, path)
                assert seen.getpixel((4, 4)) == 255, (target, path)


async def test_the_two_files_are_named_by_nothing_the_sender_chose_and_lie_alone(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    made = await process.picture(put(tmp_path, encoded(quartered(), "PNG"), "a.php"), folder=out)
    assert set(out.iterdir()) == {made.original, made.preview}
    assert made.sha256 == hashlib.sha256(made.original.read_bytes()).hexdigest()
    assert made.preview_sha256 == hashlib.sha256(made.preview.read_bytes()).hexdigest()


async def test_the_same_upload_twice_is_the_same_file(tmp_path: Path) -> None:
    for target in ("JPEG", "PNG", "WEBP", "HEIF"):
        path = put(tmp_path, encoded(quartered(), target))
        first, second = await process.picture(path), await process.picture(path)
        assert (first.sha256, first.preview_sha256) == (second.sha256, second.preview_sha256)


async def test_a_large_picture_is_scaled_to_an_area_and_keeps_its_shape(tmp_path: Path) -> None:
    made = await process.picture(put(tmp_path, encoded(quartered((4800, 3200)), "JPEG")))
    assert made.width * made.height <= 3840 * 2160 < (made.width + 2) * (made.height + 2)
    assert made.aspect == pytest.approx(1.5, abs=0.002)
    assert made.preview_width * made.preview_height <= 230_400
    assert made.preview_aspect == pytest.approx(1.5, abs=0.005)
    assert made.size == f"{made.width}x{made.height}"
    with Image.open(made.original) as original:
        assert original.size == (made.width, made.height)
        assert corners(original) == ["red", "lime", "blue", "white"]


async def test_a_very_long_picture_fits_in_what_we_write(tmp_path: Path) -> None:
    made = await process.picture(put(tmp_path, encoded(Image.new("L", (60_000, 20)), "PNG")))
    assert (made.width, made.height) == (16_383, 5)
    assert made.preview_height >= 1


async def test_a_small_picture_is_not_enlarged(tmp_path: Path) -> None:
    made = await process.picture(put(tmp_path, encoded(Image.new("RGB", (1, 1)), "PNG")))
    assert made.size == made.preview_size == "1x1"


@pytest.mark.parametrize("target", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
async def test_a_picture_taken_sideways_is_turned(target: str, orientation: int, tmp_path: Path) -> None:
    # The inverse of what a viewer does for each value (EXIF 2.32, tag 0x0112).
    turns = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    upright = quartered()
    taken = upright.transpose(turns[orientation]) if orientation in turns else upright
    sent = encoded(taken, target, exif=exif(orientation).tobytes())
    made = await process.picture(put(tmp_path, sent))
    assert made.size == "64x48"
    for path in (made.original, made.preview):
        with Image.open(path) as image:
            assert corners(image) == ["red", "lime", "blue", "white"]
            assert 0x0112 not in image.getexif()


@pytest.mark.parametrize("take", [process.picture, process.avatar])
@pytest.mark.parametrize("target", ["JPEG", "PNG", "GIF", "WEBP", "AVIF", "HEIF"])
async def test_where_it_was_taken_and_who_took_it_is_gone(
    target: str, take: Callable[[Path], Awaitable[Picture]], tmp_path: Path
) -> None:
    words = PngInfo()
    words.add_text("Comment", SECRET.decode())
    words.add_itxt("XML:com.adobe.xmp", xmp().decode(), zip=False)
    hidden: dict[str, dict[str, Any]] = {
        "JPEG": {"exif": exif(), "xmp": xmp(), "comment": SECRET, "icc_profile": red_is_green()},
        "PNG": {"exif": exif(), "pnginfo": words, "icc_profile": red_is_green()},
        "GIF": {"comment": SECRET},
        "WEBP": {"exif": exif().tobytes(), "xmp": xmp(), "icc_profile": red_is_green()},
        "AVIF": {"exif": exif().tobytes(), "xmp": xmp(), "icc_profile": red_is_green()},
        "HEIF": {"exif": exif().tobytes(), "xmp": xmp(), "icc_profile": red_is_green()},
    }
    options = hidden[target]
    still = encoded(quartered(), target, **options) + SECRET
    sent = [still]
    if target in ("GIF", "WEBP"):
        sent.append(animated(moving(), target, **options) + SECRET)
    for data in sent:
        assert data.count(SECRET) > 1
        made = await take(put(tmp_path, data))
        for path in (made.original, made.preview):
            assert SECRET not in path.read_bytes()
            with Image.open(path) as image:
                image.load()
                assert dict(image.getexif()) == {}
                told = set(image.info) - {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
                told -= {"progressive", "progression", "transparency", "background", "timestamp"}
                assert told <= {"duration", "loop", "version", "extension"}


@pytest.mark.parametrize("target", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF"])
async def test_colours_are_converted_to_srgb(target: str, tmp_path: Path) -> None:
    sent = encoded(quartered(), target, icc_profile=red_is_green())
    made = await process.picture(put(tmp_path, sent))
    for path in (made.original, made.preview):
        with Image.open(path) as image:
            assert corners(image) == ["lime", "red", "blue", "white"]
            assert "icc_profile" not in image.info


async def test_transparency_survives_the_conversion_of_colours(tmp_path: Path) -> None:
    made = await process.picture(put(tmp_path, encoded(alpha(), "PNG", icc_profile=red_is_green())))
    with Image.open(made.original) as image:
        assert image.getpixel((60, 44)) == pytest.approx((0, 0, 0, 0), abs=255)
        assert image.getchannel("A").getpixel((60, 44)) == 0
        assert image.getchannel("A").getpixel((4, 4)) == 255
        assert corners(image)[:2] == ["lime", "red"]


async def test_a_useless_profile_is_ignored(tmp_path: Path) -> None:
    for profile in (b"x", b"\0" * 200, red_is_green()[:300]):
        made = await process.picture(put(tmp_path, encoded(quartered(), "JPEG", icc_profile=profile)))
        with Image.open(made.original) as image:
            assert corners(image) == ["red", "lime", "blue", "white"]


async def test_a_jpeg_for_the_press_is_shown_as_it_was_meant(tmp_path: Path) -> None:
    made = await process.picture(put(tmp_path, encoded(quartered().convert("CMYK"), "JPEG")))
    with Image.open(made.original) as image:
        assert image.mode == "RGB"
        assert corners(image) == ["red", "lime", "blue", "white"]


async def test_a_palette_with_transparent_colours_is_kept(tmp_path: Path) -> None:
    image = Image.new("P", (64, 48))
    image.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255])
    image.paste(1, (32, 0, 64, 24))
    image.paste(2, (0, 24, 32, 48))
    made = await process.picture(put(tmp_path, encoded(image, "PNG", transparency=bytes([255, 128, 0]))))
    with Image.open(made.original) as kept:
        assert kept.mode == "P"
        seen = kept.convert("RGBA")
        assert seen.getpixel((4, 4)) == (255, 0, 0, 255)
        assert seen.getpixel((60, 4)) == (0, 255, 0, 128)
        assert seen.getpixel((4, 44)) == (0, 0, 255, 0)
    with Image.open(made.preview) as preview:
        assert preview.convert("RGBA").getchannel("A").getpixel((4, 44)) == 0


async def test_a_palette_taken_sideways_is_turned(tmp_path: Path) -> None:
    taken = quartered().transpose(Image.Transpose.ROTATE_90).quantize(8)
    made = await process.picture(put(tmp_path, encoded(taken, "PNG", exif=exif(6).tobytes())))
    with Image.open(made.original) as image:
        assert (image.mode, image.size) == ("P", (64, 48))
        assert corners(image) == ["red", "lime", "blue", "white"]


@pytest.mark.parametrize(("colour", "shade"), [(0, (128,)), (2, (128, 64, 255))])
async def test_sixteen_bits_become_eight_without_burning_out(
    colour: int, shade: tuple[int, ...], tmp_path: Path
) -> None:
    pixel = b"".join((value << 8).to_bytes(2, "big") for value in shade)
    rows = zlib.compress((b"\0" + pixel * 8) * 8)
    made = await process.picture(put(tmp_path, png(8, 8, 16, colour, rows)))
    with Image.open(made.original) as image:
        found = image.getpixel((4, 4))
        assert found == (shade if len(shade) > 1 else shade[0])


async def test_grey_stays_grey_and_line_art_becomes_grey(tmp_path: Path) -> None:
    made = await process.picture(put(tmp_path, encoded(Image.new("L", (20, 20), 77), "JPEG")))
    with Image.open(made.original) as image:
        assert (image.mode, image.getpixel((3, 3))) == ("L", 77)
    made = await process.picture(put(tmp_path, encoded(Image.new("1", (20, 20), 1), "PNG")))
    with Image.open(made.original) as image:
        assert image.convert("L").getpixel((3, 3)) == 255


async def test_a_lossless_webp_stays_exact(tmp_path: Path) -> None:
    noise = Image.effect_noise((60, 60), 80).convert("RGB")
    made = await process.picture(put(tmp_path, encoded(noise, "WEBP", lossless=True)))
    with Image.open(made.original) as image:
        assert image.tobytes() == noise.tobytes()


async def test_the_average_colour_and_the_blur_are_those_of_the_picture(tmp_path: Path) -> None:
    image = Image.new("RGB", (40, 40), (200, 0, 0))
    image.paste((0, 0, 100), (20, 0, 40, 40))
    made = await process.picture(put(tmp_path, encoded(image, "PNG")))
    assert made.colour in ("#640032", "#640031")
    blurred = blurhash_rs.blurhash_decode(made.blurhash, 40, 40)
    left, right = blurred.getpixel((4, 20)), blurred.getpixel((36, 20))
    assert isinstance(left, tuple)
    assert isinstance(right, tuple)
    assert left[0] > 120 > left[2]
    assert right[2] > 60 > right[0]
    clear = await process.picture(put(tmp_path, encoded(Image.new("RGBA", (9, 9)), "PNG")))
    assert clear.colour == "#ffffff"


async def test_the_picture_library_never_enters_this_process() -> None:
    """Decoders are where the holes are; they must not even be loaded next to the secrets."""
    asked = (
        "import asyncio, pathlib, sys, tempfile\n"
        "from stoa.core.media import process, sandbox, storage\n"
        "async def go(path):\n"
        "    made = await process.picture(path)\n"
        "    await sandbox.close()\n"
        "    return made.mime\n"
        "with tempfile.TemporaryDirectory() as folder:\n"
        "    path = pathlib.Path(folder, 'upload')\n"
        "    path.write_bytes(sys.stdin.buffer.read())\n"
        "    print(asyncio.run(go(path)))\n"
        "print([name for name in sys.modules if name.startswith(('PIL', 'pillow', 'blurhash'))])\n"
    )
    source = str(Path(process.__file__).parents[3])
    answer = subprocess.run(  # noqa: ASYNC221
        [sys.executable, "-c", asked],
        input=encoded(quartered(), "JPEG"),
        capture_output=True,
        check=True,
        env={"PYTHONPATH": source},
    )
    assert answer.stdout.decode().splitlines() == ["image/jpeg", "[]"]
