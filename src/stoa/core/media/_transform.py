"""The picture work itself: decode, turn upright, convert to sRGB, scale, measure, write again.

Runs in the worker only; nothing else may import it, because it brings Pillow into the process.
What is written holds pixels and nothing else: no EXIF, XMP, ICC, comments or trailing bytes.
"""

from __future__ import annotations

import contextlib
import errno
import math
import warnings
from io import BytesIO
from typing import Any, BinaryIO

import blurhash_rs
import pillow_heif
from PIL import AvifImagePlugin, Image, ImageCms, ImageFile, ImageOps

from stoa.core.media import _animation, _gif, _header
from stoa.core.media._wire import MAX_SIDE, Done, Job, Mime, Reason

ORIGINAL_AREA = 3840 * 2160
PREVIEW_AREA = 640 * 360
"""Pixels, whatever the shape; the same numbers as Mastodon 4's attachments."""

CROPS = {"avatar": (400, 400), "header": (1500, 500)}

MAX_PROFILE = 4 * 1024 * 1024
"""Bytes of ICC profile that we look at; larger ones are taken for sRGB."""

_MIMES: dict[str, Mime] = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "GIF": "image/gif",
}
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_ORIENTATION = 0x0112
_SRGB = ImageCms.createProfile("sRGB")

Size = tuple[int, int]


class Refused(Exception):
    """The picture will not be processed; *reason* is one of `_wire.Reason`."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(detail)
        self.reason = reason


def prepare() -> None:
    """Load every decoder and encoder, so that nothing has to be opened later."""
    pillow_heif.register_heif_opener(thumbnails=False)
    # One picture at a time is enough, and each thread costs address space.
    pillow_heif.options.DECODE_THREADS = 1
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    # Sizes are checked by us; this is for a frame that would widen its picture while decoding.
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    sample = Image.new("RGBA", (16, 16), (200, 100, 50, 200))
    second = Image.new("RGBA", (16, 16), (20, 100, 50, 200))
    for name in ("PNG", "WEBP", "AVIF", "HEIF", "JPEG"):
        held = BytesIO()
        try:
            (sample.convert("RGB") if name == "JPEG" else sample).save(held, name)
        except (OSError, RuntimeError, ValueError):
            if name in ("AVIF", "HEIF"):  # we only read these; some builds cannot write them
                continue
            raise
        held.seek(0)
        read = Image.open(held, formats=[name])
        read.load()
        _upright(read)
    for name in ("GIF", "WEBP"):
        held = BytesIO()
        pair = [sample, second]
        if name == "GIF":
            pair = [_gif.paletted(frame) for frame in pair]
        _animation.write(held, name, pair, [100, 100], 0)
        held.seek(0)
        with Image.open(held, formats=[name]) as moving:
            moving.seek(1)
            moving.load()
    profile = ImageCms.ImageCmsProfile(_SRGB).tobytes()
    blurhash_rs.blurhash_encode(_to_srgb(sample, profile).convert("RGB"), 4, 3)


def run(job: Job, source: BinaryIO, original: BinaryIO, preview: BinaryIO) -> Done:
    """Process *source* into *original* and *preview* and describe them.

    Raises Refused.  MemoryError goes through: the worker may have to start afresh after it.
    """
    try:
        image, measured = _open(job, source)
        frames = _frames(image, measured)
        if frames > job.max_frames:
            raise Refused("frames")
        if frames > 1:
            if frames * image.width * image.height > job.max_animation_pixels:
                raise Refused("animation")
            return _moving(job, image, frames, original, preview)
        still = _decode(job, image)
    except (Refused, MemoryError):
        raise
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise Refused("pixels") from None
    except OSError as error:
        raise Refused(_because(error), repr(error)) from error
    except Exception as error:
        # Decoders meet hostile bytes with SyntaxError, struct.error, IndexError, zlib.error ...
        raise Refused("damaged", repr(error)) from error
    try:
        return _still(job, still, measured, original, preview)
    except OSError as error:
        raise Refused(_because(error, "broken"), repr(error)) from error


def _because(error: OSError, otherwise: Reason = "damaged") -> Reason:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "full"
    return "large" if error.errno == errno.EFBIG else otherwise


def _open(job: Job, source: BinaryIO) -> tuple[Image.Image, _header.Measure | None]:
    Image.MAX_IMAGE_PIXELS = job.max_pixels
    measured = None
    # These two decoders reserve the canvas or walk all frames on opening: read the header first.
    if job.type in ("GIF", "WEBP"):
        measure = _header.measure_gif if job.type == "GIF" else _header.measure_webp
        measured = measure(source, job.max_frames)
        if measured is None:
            raise Refused("damaged", "no size in the header")
        if measured.width * measured.height > job.max_pixels:
            raise Refused("pixels")
        if measured.frames > job.max_frames:
            raise Refused("frames")
    source.seek(0)
    # Raises one of Pillow's two bomb classes above MAX_IMAGE_PIXELS, having read the header only.
    return Image.open(source, formats=[job.type]), measured


def _frames(image: Image.Image, measured: _header.Measure | None) -> int:
    if measured is not None:
        return measured.frames
    if image.format in ("PNG", "AVIF"):
        return int(getattr(image, "n_frames", 1))
    # An MPO or HEIC may hold more pictures (depth, bursts); the first is the one meant.
    return 1


def _decode(job: Job, image: Image.Image) -> Image.Image:
    if job.type == "JPEG":
        # libjpeg decodes at 1/2, 1/4 or 1/8 for a fraction of the work, never below what we ask.
        image.draft(None, _wanted(job, image.size))
    image.load()
    return image


def _wanted(job: Job, size: Size) -> Size:
    crop = CROPS.get(job.purpose)
    # A picture may lie on its side: the crop must fit both ways.
    return (max(crop), max(crop)) if crop else fit(size, ORIGINAL_AREA)


def _still(
    job: Job,
    image: Image.Image,
    measured: _header.Measure | None,
    original: BinaryIO,
    preview: BinaryIO,
) -> Done:
    crop = CROPS.get(job.purpose)
    palette = None if crop else _kept_palette(job, image)
    plain = _upright(image)
    if crop:
        plain = ImageOps.fit(plain, crop, Image.Resampling.LANCZOS)
    target: str = job.type
    if target == "GIF":
        target = "PNG"
    elif target in ("AVIF", "HEIF"):
        target = "WEBP" if plain.mode == "RGBA" else "JPEG"
    lossless = bool(measured and measured.lossless) and job.type == "WEBP"
    write(palette or plain, original, target, lossless=lossless)
    small = (plain.width, plain.height) if crop else fit(plain.size, PREVIEW_AREA)
    small_picture = _scaled(plain, small)
    if not crop:
        write(small_picture, preview, "WEBP")
    return _done(_MIMES[target], plain.size, small_picture, animated=False, own_preview=not crop)


def _moving(job: Job, image: Image.Image, count: int, original: BinaryIO, preview: BinaryIO) -> Done:
    crop = CROPS.get(job.purpose)
    size = crop or fit(image.size, min(ORIGINAL_AREA, _animation.BUDGET // count))
    if crop and crop[0] * crop[1] * count > _animation.BUDGET:
        shrink = math.sqrt(_animation.BUDGET / (crop[0] * crop[1] * count))
        size = (max(1, int(crop[0] * shrink)), max(1, int(crop[1] * shrink)))
    profile = image.info.get("icc_profile")
    frames: list[Image.Image] = []
    durations: list[int] = []
    for at in range(count):
        image.seek(at)
        image.load()
        durations.append(_animation.duration(image))
        frame = _to_srgb(image.convert("RGBA"), profile)
        frame = ImageOps.fit(frame, size, Image.Resampling.LANCZOS) if crop else _scaled(frame, size)
        frames.append(_gif.paletted(frame) if job.type == "GIF" else frame)
    target = "GIF" if job.type == "GIF" else "WEBP"
    first = _without_alpha(frames[0].convert("RGBA"))
    try:
        _animation.write(original, target, frames, durations, _animation.loops(image))
        frames.clear()
        still = first if crop else _scaled(first, fit(first.size, PREVIEW_AREA))
        write(still, preview, "WEBP")
    except OSError as error:
        raise Refused(_because(error, "broken"), repr(error)) from error
    return _done(_MIMES[target], size, still, animated=True, own_preview=True)


def _upright(image: Image.Image) -> Image.Image:
    """*image* in mode L, RGB or RGBA, of at most ORIGINAL_AREA, in sRGB, turned, bare of all else.

    Scaled first: every later step then handles fewer pixels.
    """
    turn = _turn(image)
    profile = image.info.get("icc_profile")
    plain = _scaled(_plain(image), fit(image.size, ORIGINAL_AREA))
    plain = _without_alpha(_to_srgb(plain, profile))
    if plain.mode == "CMYK":
        plain = plain.convert("RGB")
    if turn is not None:
        plain = plain.transpose(turn)
    if plain is image:
        plain = image.copy()
    plain.info = {}
    return plain


def _turn(image: Image.Image) -> Image.Transpose | None:
    # EXIF comes from anywhere; what cannot be read is as good as absent.
    with contextlib.suppress(Exception):
        return _TURNS.get(image.getexif().get(_ORIENTATION, 1))
    return None


def _plain(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I") or image.mode == "F":
        # 16 bits of grey in whatever spelling; Pillow would clip where we mean to scale.
        wide = image.convert("I").point(lambda value: value * (1 / 256) + 0)
        return wide.convert("L")
    if image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode == "1":
        return image.convert("L")
    return image if image.mode in ("L", "RGB", "CMYK") else image.convert("RGB")


def _kept_palette(job: Job, image: Image.Image) -> Image.Image | None:
    """A picture of few colours as it is: as RGB its PNG would be several times the size."""
    small = fit(image.size, ORIGINAL_AREA) == image.size
    if job.type not in ("PNG", "GIF") or image.mode != "P" or not small or "icc_profile" in image.info:
        return None
    turn = _turn(image)
    kept = image.copy() if turn is None else image.transpose(turn)
    kept.info = {key: image.info[key] for key in ("transparency",) if key in image.info}
    return kept


def _without_alpha(image: Image.Image) -> Image.Image:
    if image.mode == "RGBA" and image.getchannel("A").getextrema() == (255, 255):
        return image.convert("RGB")
    return image


def _to_srgb(image: Image.Image, profile: object) -> Image.Image:
    """*image* with its colours as sRGB has them; unchanged when the profile is useless."""
    if not isinstance(profile, bytes) or not 0 < len(profile) <= MAX_PROFILE:
        return image
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        space = source.profile.xcolor_space.strip()
        expected = {"L": "GRAY", "RGB": "RGB", "RGBA": "RGB", "CMYK": "CMYK"}[image.mode]
        described = source.profile.profile_description or ""
        if space != expected or described.startswith("sRGB"):
            return image
        out = "RGBA" if image.mode == "RGBA" else "RGB"
        converted = ImageCms.profileToProfile(image, source, _SRGB, outputMode=out)
    except (ImageCms.PyCMSError, OSError, ValueError, KeyError, TypeError):
        return image
    if converted is None:
        return image
    return converted.convert("L") if image.mode == "L" else converted


def fit(size: Size, area: int) -> Size:
    """*size* scaled down to at most *area* pixels and MAX_SIDE on either side, keeping its shape."""
    width, height = size
    scale = min(1.0, math.sqrt(area / (width * height)), MAX_SIDE / width, MAX_SIDE / height)
    if scale == 1.0:
        return size
    return max(1, int(width * scale)), max(1, int(height * scale))


def _scaled(image: Image.Image, size: Size) -> Image.Image:
    if size == image.size:
        return image
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def write(image: Image.Image, file: BinaryIO, target: str, *, lossless: bool = False) -> None:
    """Encode *image* as *target* ("JPEG", "PNG", "WEBP") into *file*."""
    options: dict[str, Any] = {
        "JPEG": {"quality": 90, "progressive": True, "optimize": True},
        "PNG": {},
        "WEBP": {"lossless": lossless, "quality": 75 if lossless else 90, "method": 4},
    }[target]
    held = BytesIO()
    image.save(held, target, **options)
    _animation.write_out(held, file)


def _done(mime: Mime, size: Size, small: Image.Image, *, animated: bool, own_preview: bool) -> Done:
    tiny = small.copy()
    tiny.thumbnail((64, 64))
    if tiny.mode == "RGBA":
        white = Image.new("RGBA", tiny.size, "white")
        tiny = Image.alpha_composite(white, tiny)
    tiny = tiny.convert("RGB")
    red, green, blue = tiny.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))  # type: ignore[misc]
    return Done(
        mime=mime,
        animated=animated,
        width=size[0],
        height=size[1],
        preview_mime="image/webp" if own_preview else None,
        preview_width=small.width,
        preview_height=small.height,
        blurhash=blurhash_rs.blurhash_encode(tiny, 4, 3),
        colour=f"#{red:02x}{green:02x}{blue:02x}",
    )
