"""MediaAttachment.  Pure."""

from __future__ import annotations

from typing import Any

from stoa.core.media.attachments import MediaView
from stoa.ids import Addresses


def render(media: MediaView, addresses: Addresses) -> dict[str, Any]:
    """MediaAttachment; `url` is null while the file is being made ready."""
    url = addresses.media(media.key) if media.key else media.remote_url
    preview = addresses.media(media.preview_key) if media.preview_key else url
    meta = dict(media.meta)
    if media.focus_x is not None and media.focus_y is not None:
        meta["focus"] = {"x": media.focus_x, "y": media.focus_y}
    return {
        "id": str(media.id),
        # Apps play "gifv" in a <video> element, which shows no GIF or WebP that moves.
        "type": "image" if media.mime.startswith("image/") else media.kind,
        "url": url,
        "preview_url": preview,
        "remote_url": media.remote_url,
        "preview_remote_url": None,
        "text_url": url or "",
        "meta": meta or None,
        "description": media.description,
        "blurhash": media.blurhash,
    }
