"""Films and sounds of others: taken for what their first bytes say, or not at all."""

from __future__ import annotations

from typing import Literal

import pytest

from stoa.core.media import films
from tests.core.media.pictures import encoded, quartered

FTYP = b"\x00\x00\x00\x20ftyp%s\x00\x00\x02\x00isomiso2avc1mp41"
WEBM = b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm"


@pytest.mark.parametrize(
    ("head", "kind", "mime"),
    [
        (FTYP % b"isom", "video", "video/mp4"),
        (FTYP % b"M4A ", "audio", "audio/mp4"),
        (FTYP % b"qt  ", "video", "video/quicktime"),
        (WEBM, "video", "video/webm"),
        (WEBM, "audio", "audio/webm"),
        (b"OggS\x00\x02", "audio", "audio/ogg"),
        (b"OggS\x00\x02", "video", "video/ogg"),
        (b"fLaC\x00\x00", "audio", "audio/flac"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", "audio", "audio/wav"),
        (b"ID3\x04\x00", "audio", "audio/mpeg"),
        (b"\xff\xfb\x90\x64", "audio", "audio/mpeg"),
        (b"\xff\xf1\x50\x80", "audio", "audio/aac"),
    ],
)
def test_what_browsers_play_is_known_by_its_bytes(
    head: bytes, kind: Literal["video", "audio"], mime: str
) -> None:
    assert films.sniff(head, kind) == mime
    assert mime in films.EXTENSIONS


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"#EXTM3U\n#EXT-X-VERSION:3\n",
        b"<!doctype html><script>alert(1)</script>",
        b'<svg xmlns="http://www.w3.org/2000/svg">',
        b'{"@context": "https://www.w3.org/ns/activitystreams"}',
        b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01B\x82\x88matroska",
        b"\x00\x00\x00\x20ftypavif\x00\x00\x00\x00avifmif1",
        encoded(quartered(), "PNG")[:64],
    ],
)
def test_pages_playlists_and_pictures_are_no_films(head: bytes) -> None:
    assert films.sniff(head, "video") is None
    assert films.sniff(head, "audio") is None
