"""What somebody is told, as values."""

from __future__ import annotations

from typing import Literal

import msgspec

Type = Literal[
    "mention", "status", "reblog", "follow", "follow_request", "favourite", "poll", "update", "quote"
]


class NotificationView(msgspec.Struct, frozen=True, kw_only=True):
    """Something *from_account_id* did.  `status_id` is what it was done to (or, for a mention, with)."""

    id: int
    type: Type
    from_account_id: int
    status_id: int | None
    group_key: str
    created_at: int
