"""Attachments as differently as they are sent."""

from __future__ import annotations

from typing import Any

import pytest

from stoa.federation.parse import media

HASH = "LEHV6nWB2yk8pyo0adR*.7kCMdnj"


def _only(attachment: Any) -> Any:
    found = media.attachments_of({"type": "Note", "attachment": attachment})
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    ("attachment", "kind", "mime"),
    [
        (
            {"type": "Document", "mediaType": "image/png", "url": "https://a.example/1"},
            "image",
            "image/png",
        ),
        ({"type": "Document", "url": "https://a.example/1.MP4?x=1"}, "video", "video/mp4"),
        ({"type": "Audio", "url": "https://a.example/1"}, "audio", ""),
        ({"type": "Document", "url": "https://a.example/1"}, "unknown", ""),
        ({"mediaType": "audio/ogg", "href": "https://a.example/1"}, "audio", "audio/ogg"),
        ({"type": "Link", "mediaType": "image/gif", "href": "https://a.example/1"}, "image", "image/gif"),
        (
            {"type": "Document", "mediaType": "text/html; x", "url": "https://a.example/1"},
            "unknown",
            "text/html",
        ),
    ],
)
def test_a_kind_is_found_by_type_or_ending(attachment: Any, kind: str, mime: str) -> None:
    found = _only(attachment)
    assert (found.kind, found.mime) == (kind, mime)


@pytest.mark.parametrize(
    "attachment",
    [
        {"type": "PropertyValue", "name": "a", "value": "b"},
        {"type": "Link", "href": "https://a.example/page"},
        {"type": "Document", "url": "javascript:alert(1)"},
        {"type": "Document"},
        {"type": "Note", "url": "https://a.example/1.png"},
        "https://a.example/1.png",
    ],
)
def test_what_is_no_medium_is_left_out(attachment: Any) -> None:
    assert media.attachments_of({"type": "Note", "attachment": attachment}) == ()


def test_what_it_shows_is_its_summary_or_its_name() -> None:
    base = {"type": "Image", "url": "https://a.example/1.png"}
    assert _only({**base, "summary": "S", "name": "N"}).description == "S"
    assert _only({**base, "summary": " ", "name": "N"}).description == "N"
    assert _only({**base, "name": "x" * 20_000}).description == "x" * media.MAX_DESCRIPTION
    assert _only(base).description is None


@pytest.mark.parametrize(
    ("point", "expected"),
    [([0.5, -1], (0.5, -1.0)), ({"@list": [0, 0]}, (0.0, 0.0)), ([2, 0], (None, None)), ([0], (None, None)),
     (["0", "0"], (None, None)), ([0, 0, 0], (None, None)), ([float("nan"), 0], (None, None)),
     ([True, 0], (None, None)), (None, (None, None))],
)  # fmt: skip
def test_a_focal_point_lies_within_the_picture(point: Any, expected: Any) -> None:
    found = _only({"type": "Image", "url": "https://a.example/1.png", "focalPoint": point})
    assert (found.focus_x, found.focus_y) == expected


@pytest.mark.parametrize(
    ("blurhash", "good"),
    [(HASH, True), (HASH[:-1], False), ("L", False), ("~" * 28, False), ("<script>", False), (7, False),
     (None, False)],
)  # fmt: skip
def test_a_blurhash_is_kept_if_it_is_one(blurhash: Any, good: bool) -> None:
    found = _only({"type": "Image", "url": "https://a.example/1.png", "blurhash": blurhash})
    assert found.blurhash == (blurhash if good else None)


def test_the_size_is_kept_if_it_can_be_one() -> None:
    base = {"type": "Image", "url": "https://a.example/1.png"}
    assert _only({**base, "width": 3, "height": 2}).meta["original"]["aspect"] == 1.5
    for width in (0, -1, "3", True, None):
        assert _only({**base, "width": width, "height": 2}).meta == {}


def test_no_more_is_attached_than_allowed_and_nothing_twice() -> None:
    many = [{"type": "Image", "url": f"https://a.example/{number // 2}.png"} for number in range(400)]
    found = media.attachments_of({"type": "Note", "attachment": many})
    assert len(found) == media.MAX_ATTACHMENTS
    assert len({one.url for one in found}) == len(found)


def test_a_film_is_offered_as_large_as_screens_can_bear() -> None:
    def film(*heights: int) -> str:
        links = [
            {
                "type": "Link",
                "mediaType": "video/mp4",
                "href": f"https://a.example/{height}.mp4",
                "height": height,
            }
            for height in heights
        ]
        return media.attachments_of({"type": "Video", "url": links})[0].url

    assert film(240, 1080, 720, 480) == "https://a.example/720.mp4"
    assert film(2160, 1080) == "https://a.example/1080.mp4"


def test_a_single_sensitive_attachment_marks_the_post() -> None:
    assert media.marked_sensitive({"attachment": [{"type": "Image"}, {"type": "Image", "sensitive": True}]})
    assert not media.marked_sensitive({"attachment": {"type": "Image", "sensitive": False}})


@pytest.mark.parametrize(
    ("icon", "expected"),
    [
        ("https://there.example/1.png", "https://there.example/1.png"),
        ({"type": "Image", "url": "https://there.example/1.png"}, "https://there.example/1.png"),
        (
            [
                {
                    "type": "Image",
                    "mediaType": "image/jpeg",
                    "width": 280,
                    "height": 157,
                    "url": "https://t.example/s",
                },
                {
                    "type": "Image",
                    "mediaType": "image/jpeg",
                    "width": 850,
                    "height": 480,
                    "url": "https://t.example/l",
                },
            ],
            "https://t.example/l",
        ),
        ({"type": "Image", "mediaType": "text/html", "url": "https://there.example/1"}, None),
        ({"type": "Image", "url": "javascript:alert(1)"}, None),
        ("https://there.example/f.mp4", None),
        (None, None),
        (7, None),
    ],
)
def test_a_film_has_a_picture_that_stands_for_it(icon: Any, expected: str | None) -> None:
    film = {"type": "Video", "mediaType": "video/mp4", "url": "https://there.example/f.mp4", "icon": icon}
    [found] = media.attachments_of({"type": "Note", "attachment": film})
    assert found.preview_url == expected
    picture = {**film, "type": "Image", "mediaType": "image/png"}
    assert [one.preview_url for one in media.attachments_of({"attachment": picture})] == [None]
