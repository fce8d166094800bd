"""What somebody is told, as values."""

from __future__ import annotations

from typing import Literal

import msgspec

Type = Literal[
    "mention", "status", "reblog", "follow", "follow_request", "favourite", "poll", "update", "quote",
    "admin.report",
]  # fmt: skip


# Who is told of reports, and may read of them as long as they have the role.
MODERATORS = ("owner", "admin", "moderator")


class NotificationView(msgspec.Struct, frozen=True, kw_only=True):
    """Something *from_account_id* did.  `status_id` is what it was done to (or, for a mention, with);
    `report_id` what moderators are told of.
    """

    id: int
    type: Type
    from_account_id: int
    status_id: int | None
    report_id: int | None
    group_key: str
    created_at: int
