"""MediaAttachment.  Pure."""

from __future__ import annotations

from typing import Any

from stoa.core.media.attachments import MediaView
from stoa.ids import Addresses


def render(media: MediaView, addresses: Addresses) -> dict[str, Any]:
    """MediaAttachment; `url` is null while the file is being made ready.

    A file of another server has an address with us that stays, whether a copy is here at the moment or
    not: what is rendered is kept, and apps never ask the other server.
    """
    url = addresses.media(media.key) if media.key else None
    preview = addresses.media(media.preview_key) if media.preview_key else url
    if media.remote_url is not None:
        url, preview = _of_others(media, media.remote_url, addresses)
    meta = dict(media.meta)
    if media.focus_x is not None and media.focus_y is not None:
        meta["focus"] = {"x": media.focus_x, "y": media.focus_y}
    return {
        "id": str(media.id),
        # Apps play "gifv" in a <video> element, which shows no GIF or WebP that moves.
        "type": "image" if media.mime.startswith("image/") and media.kind != "unknown" else media.kind,
        "url": url,
        "preview_url": preview,
        "remote_url": media.remote_url,
        "preview_remote_url": media.preview_remote_url,
        "text_url": url or "",
        "meta": meta or None,
        "description": media.description,
        "blurhash": media.blurhash,
    }


def _of_others(media: MediaView, remote_url: str, addresses: Addresses) -> tuple[str, str | None]:
    """Original and preview.  What is no picture, film or sound is a link for people to follow."""
    if media.kind == "unknown":
        return remote_url, None
    if media.kind in ("image", "gifv"):
        preview: str | None = addresses.proxied("media-small", media.id, remote_url)
    elif media.preview_remote_url is not None:
        preview = addresses.proxied("poster", media.id, media.preview_remote_url)
    else:
        preview = None
    return addresses.proxied("media", media.id, remote_url), preview
