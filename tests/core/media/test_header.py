"""Types, sizes and frames read without a decoder agree with what decoders say."""

from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from stoa.core.media import _header

from .pictures import all_types, animated, encoded, gif_of_one_frame_repeated, moving, quartered


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "AVIF", "HEIF"])
def test_each_type_is_known_by_its_first_bytes(kind: str) -> None:
    assert _header.sniff(all_types()[kind][: _header.HEAD]) == kind


@pytest.mark.parametrize(
    ("brands", "kind"),
    [
        (b"mif1\0\0\0\0mif1avif", "AVIF"),
        (b"mif1\0\0\0\0mif1heic", "HEIF"),
        (b"msf1\0\0\0\0msf1hevc", "HEIF"),
        (b"avis\0\0\0\0avisavif", "AVIF"),
        (b"isom\0\0\0\0mp42avif", None),
        (b"qt  \0\0\0\0qt  heic", None),
    ],
)
def test_the_brands_of_a_container_tell_avif_from_heic_from_video(brands: bytes, kind: str | None) -> None:
    assert _header.sniff(bytes([0, 0, 0, 8 + len(brands)]) + b"ftyp" + brands) == kind


def test_a_brand_after_the_box_does_not_count() -> None:
    assert _header.sniff(b"\0\0\0\x14ftypmif1\0\0\0\0heic" + b"avif" * 9) == "HEIF"


def test_gif_frames_are_counted_no_further_than_needed() -> None:
    data = gif_of_one_frame_repeated(500)
    assert _header.measure_gif(BytesIO(data), 1000) == (1, 1, 500, False)
    found = _header.measure_gif(BytesIO(data), 7)
    assert found is not None
    assert found.frames == 8


@pytest.mark.parametrize("options", [{}, {"loop": 0, "comment": b"x" * 700, "duration": 30}])
def test_extensions_between_frames_are_passed_over(options: dict[str, object]) -> None:
    data = animated(moving(5), "GIF", **options)
    assert _header.measure_gif(BytesIO(data), 1000) == (40, 30, 5, False)


@pytest.mark.parametrize("lossless", [True, False])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_webp_sizes_are_read_from_each_kind_of_chunk(lossless: bool, mode: str) -> None:
    image = quartered((61, 47), mode)
    image.putpixel((60, 46), (1, 2, 3, 4)[: len(mode)])
    still = encoded(image, "WEBP", lossless=lossless)
    assert _header.measure_webp(BytesIO(still), 9) == (61, 47, 1, lossless)
    moves = animated([image, image.transpose(Image.Transpose.ROTATE_180)], "WEBP", lossless=lossless)
    assert _header.measure_webp(BytesIO(moves), 9) == (61, 47, 2, lossless)


@given(st.binary(max_size=400), st.sampled_from(sorted(all_types())), st.integers(0, 300))
def test_no_bytes_upset_the_reader(noise: bytes, kind: str, keep: int) -> None:
    data = all_types()[kind][:keep] + noise
    assert _header.sniff(data[: _header.HEAD]) in (*all_types(), None)
    for measure in (_header.measure_gif, _header.measure_webp):
        found = measure(BytesIO(data), 100)
        assert found is None or 0 <= found.frames <= 101
