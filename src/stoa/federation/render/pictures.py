"""Pictures, emoji and attached files as ActivityStreams objects."""

from __future__ import annotations

from typing import Any

from stoa.core.accounts.model import Emoji
from stoa.core.media.attachments import MediaView
from stoa.core.media.model import EXTENSIONS
from stoa.ids import Addresses

_TYPES = {extension: media_type for media_type, extension in EXTENSIONS.items()}


def image(url: str, description: str = "") -> dict[str, Any]:
    """An Image; what it shows under both names it is looked for."""
    found: dict[str, Any] = {"type": "Image", "url": url}
    media_type = _TYPES.get(url.rpartition(".")[2].lower())
    if media_type is not None:
        found["mediaType"] = media_type
    if description:
        found |= {"summary": description, "name": description}
    return found


def address(key: str | None, remote_url: str | None, addresses: Addresses) -> str | None:
    """Where a file is: with us, or where it came from."""
    return addresses.media(key) if key else remote_url


def emoji(one: Emoji, addresses: Addresses) -> dict[str, Any] | None:
    """An Emoji tag; None while it has no picture."""
    url = address(one.key, one.remote_url, addresses)
    if url is None:
        return None
    return {
        "id": addresses.emoji(one.shortcode),
        "type": "Emoji",
        "name": f":{one.shortcode}:",
        "icon": image(url),
    }


def attachment(media: MediaView, addresses: Addresses) -> dict[str, Any] | None:
    """A Document, the type that everyone takes for any medium; None while there is no file.

    The description goes out as `summary` and as `name` (F8.4: readers differ).
    """
    url = address(media.key, media.remote_url, addresses)
    if url is None:
        return None
    found: dict[str, Any] = {
        "type": "Document",
        "mediaType": media.mime or "application/octet-stream",
        "url": url,
        "summary": media.description,
        "name": media.description,
    }
    if media.blurhash:
        found["blurhash"] = media.blurhash
    if media.focus_x is not None and media.focus_y is not None:
        found["focalPoint"] = [media.focus_x, media.focus_y]
    original = media.meta.get("original", {})
    if original.get("width") and original.get("height"):
        found |= {"width": original["width"], "height": original["height"]}
    if original.get("duration"):
        found["duration"] = f"PT{original['duration']:g}S"
    preview = addresses.media(media.preview_key) if media.preview_key else None
    if preview is not None and media.mime.startswith(("video/", "audio/")):
        found["icon"] = image(preview)
    return found
