"""What is known of a file attached to a status."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

Kind = Literal["image", "gifv", "video", "audio", "unknown"]


class MediaView(msgspec.Struct, frozen=True, kw_only=True):
    """An attachment as shown.  Keys are those of the file storage; None while there is no file."""

    id: int
    account_id: int
    status_id: int | None
    kind: Kind
    mime: str
    description: str | None
    focus_x: float | None
    focus_y: float | None
    blurhash: str | None
    meta: dict[str, Any]  # as apps get it, without "focus"
    key: str | None
    preview_key: str | None
    remote_url: str | None
    preview_remote_url: str | None = None
    state: Literal["", "waiting", "failed"] = ""
    failure: str | None = None
