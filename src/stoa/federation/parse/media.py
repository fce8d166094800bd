"""Pictures, films and sounds attached to a post elsewhere, and links that hang on it like them."""

from __future__ import annotations

import re
from typing import Any, Literal
from urllib.parse import urlsplit

from stoa.core.policy.draft import RemoteMedia
from stoa.federation.parse.jsonld import Object, first, many, objects, prop, types
from stoa.federation.parse.values import (
    address_of,
    flag_of,
    links_of,
    media_type_of,
    number_of,
    seconds_of,
    text_of,
)

Kind = Literal["image", "gifv", "video", "audio", "unknown"]

MAX_ATTACHMENTS = 64
MAX_DESCRIPTION = 10_000
MAX_SIDE = 100_000
BEST_HEIGHT = 720  # of the films PeerTube offers, the one that most screens and lines can bear

_MEDIA = ("Document", "Image", "Video", "Audio")
_KINDS: dict[str, Kind] = {"image": "image", "video": "video", "audio": "audio"}
_BY_TYPE: dict[str, Kind] = {"Image": "image", "Video": "video", "Audio": "audio"}
_BY_ENDING = {
    "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "gif": "image/gif",
    "webp": "image/webp", "avif": "image/avif", "mp4": "video/mp4", "webm": "video/webm",
    "mov": "video/quicktime", "mp3": "audio/mpeg", "ogg": "audio/ogg", "oga": "audio/ogg",
    "opus": "audio/ogg", "flac": "audio/flac", "wav": "audio/wav", "m4a": "audio/mp4",
}  # fmt: skip
_BASE83 = re.compile(r"[0-9A-Za-z#$%*+,\-.:;=?@\[\]^_{|}~]{6,166}")
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~"


def attachments_of(obj: Object) -> tuple[RemoteMedia, ...]:
    """The media attached to the post *obj*, at most MAX_ATTACHMENTS; what a Video, an Audio or an
    Image is itself comes first, the picture at the head of an Article last.
    """
    found: dict[str, RemoteMedia] = {}
    for media in (_itself(obj), *(_attached(item) for item in _attachments(obj)), *_head_pictures(obj)):
        if media is not None and len(found) < MAX_ATTACHMENTS:
            found.setdefault(media.url, media)
    return tuple(found.values())


def marked_sensitive(obj: Object) -> bool:
    """Whether a single attachment is marked so (Misskey, Mbin)."""
    return any(flag_of(prop(item, "sensitive")) is True for item in _attachments(obj))


def attached_links(obj: Object) -> tuple[str, ...]:
    """Addresses that are attached as links: what a link post on Lemmy is about."""
    found: dict[str, None] = {}
    for item in _attachments(obj):
        if "Link" in types(item) and not _kind(item, media_type_of(item), ""):
            address = address_of(prop(item, "href"))
            if address is not None:
                found[address] = None
    return tuple(found)


def _attachments(obj: Object) -> list[dict[str, Any]]:
    return objects(prop(obj, "attachment"), 4 * MAX_ATTACHMENTS)


def _attached(item: Object) -> RemoteMedia | None:
    kinds = types(item)
    if kinds and not any(kind in (*_MEDIA, "Link") for kind in kinds):
        return None
    links = links_of([item], 16)
    if not links:
        return None
    address, media_type, part = _best(links)
    media_type = media_type or media_type_of(item) or _guessed(address)
    kind = _kind(item, media_type, address)
    if kind is None and "Link" in kinds:
        return None
    said = text_of(prop(item, "summary"), MAX_DESCRIPTION)
    if not said or not said.strip():
        said = text_of(prop(item, "name"), MAX_DESCRIPTION)
    return _media(item, part, address, media_type, kind or "unknown", said)


def _itself(obj: Object) -> RemoteMedia | None:
    """The film, sound or picture that a Video, Audio or Image post is."""
    kind = next((_BY_TYPE[one] for one in types(obj) if one in _BY_TYPE), None)
    if kind is None:
        return None
    links = links_of(prop(obj, "url"))
    # Films in pieces list their files below the list of the pieces (PeerTube).
    for _, media_type, part in list(links):
        if media_type == "application/x-mpegurl":
            links += links_of(prop(part, "tag"))
    fitting = [link for link in links if link[1].startswith(f"{kind}/")]
    if not fitting:
        return None
    address, media_type, part = _best(fitting)
    # Its name is the title of the post and its summary a warning: neither describes it.
    return _media(obj, part, address, media_type, kind, None)


def _head_pictures(obj: Object) -> list[RemoteMedia | None]:
    if not any(kind in ("Article", "Page", "Event") for kind in types(obj)):
        return []
    return [_attached({"type": "Image", "url": item} if isinstance(item, str) else item)
            for item in many(prop(obj, "image"), 4) if isinstance(item, (str, dict))]  # fmt: skip


def _best(links: list[tuple[str, str, dict[str, Any]]]) -> tuple[str, str, dict[str, Any]]:
    """The largest up to BEST_HEIGHT, or the smallest above; the first where nothing says its size."""

    def rank(link: tuple[str, str, dict[str, Any]]) -> tuple[bool, int]:
        height = number_of(prop(link[2], "height"), MAX_SIDE) or 0
        return height > BEST_HEIGHT, height if height > BEST_HEIGHT else -height

    return min(links, key=rank)


def _media(
    obj: Object, part: Object, address: str, media_type: str, kind: Kind, said: str | None
) -> RemoteMedia:
    focus = _focus(prop(obj, "focalPoint"))
    return RemoteMedia(
        url=address,
        preview_url=_picture_of(obj, address) if kind in ("video", "audio") else None,
        kind=kind,
        mime=media_type,
        description=said if said and said.strip() else None,
        focus_x=None if focus is None else focus[0],
        focus_y=None if focus is None else focus[1],
        blurhash=_blurhash(prop(obj, "blurhash")),
        meta=_meta(obj, part),
    )


def _picture_of(obj: Object, address: str) -> str | None:
    """The picture that stands for a film or sound (`icon`); of several the best, as of films."""
    links = [
        link for link in links_of(prop(obj, "icon"), 16) if link[1].startswith("image/") or not link[1]
    ]
    found = _best(links)[0] if links else None
    return None if found == address else found


def _kind(item: Object, media_type: str, address: str) -> Kind | None:
    by_media_type = _KINDS.get((media_type or _guessed(address)).partition("/")[0])
    if by_media_type is not None:
        return by_media_type
    return next((_BY_TYPE[one] for one in types(item) if one in _BY_TYPE), None)


def _guessed(address: str) -> str:
    try:
        path = urlsplit(address).path
    except ValueError:
        return ""
    return _BY_ENDING.get(path.rpartition(".")[2].lower(), "")


def _focus(value: object) -> tuple[float, float] | None:
    point = many(value, 3)
    if len(point) != 2 or not all(
        isinstance(one, (int, float)) and not isinstance(one, bool) and -1 <= one <= 1 for one in point
    ):
        return None
    return float(point[0]), float(point[1])


def _blurhash(value: object) -> str | None:
    """*value* if it is a blurhash whose length agrees with what its first character says."""
    found = first(value)
    if not isinstance(found, str) or not _BASE83.fullmatch(found):
        return None
    size = _ALPHABET.index(found[0])
    return found if size < 81 and len(found) == 4 + 2 * (size % 9 + 1) * (size // 9 + 1) else None


def _meta(obj: Object, part: Object) -> dict[str, Any]:
    original: dict[str, Any] = {}
    for source in (part, obj):
        width = number_of(prop(source, "width"), MAX_SIDE)
        height = number_of(prop(source, "height"), MAX_SIDE)
        if width and height:
            original = {
                "width": width, "height": height, "size": f"{width}x{height}",
                "aspect": round(width / height, 6),
            }  # fmt: skip
            break
    duration = seconds_of(prop(obj, "duration"))
    if duration:
        original["duration"] = duration
    return {"original": original} if original else {}
