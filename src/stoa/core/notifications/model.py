"""What somebody is told, as values."""

from __future__ import annotations

from typing import Literal

import msgspec

Type = Literal[
    "mention", "status", "reblog", "follow", "follow_request", "favourite", "poll", "update", "quote",
    "quoted_update", "admin.sign_up", "admin.report", "severed_relationships", "moderation_warning",
    "added_to_collection", "collection_update",
]  # fmt: skip

# Several of these about the same thing within this time can be shown as one.
GROUPED: frozenset[Type] = frozenset(("favourite", "reblog", "follow", "admin.sign_up"))
GROUP_MS = 12 * 3600 * 1000
UNGROUPED = "ungrouped-"  # and the id: the key of what stands alone
MAX_SAMPLES = 8  # accounts shown of a group

# Who is told of reports and of new members, and may read of them as long as they have the role.
MODERATORS = ("owner", "admin", "moderator")
FOR_MODERATORS: tuple[Type, ...] = ("admin.report", "admin.sign_up")


class NotificationView(msgspec.Struct, frozen=True, kw_only=True):
    """Something *from_account_id* did.  `status_id` is what it was done to (or, for a mention, with);
    `report_id` what moderators are told of, `severance_id` what was lost, `warning_id` what moderators say,
    `collection_id` in what one stands.
    """

    id: int
    type: Type
    from_account_id: int
    status_id: int | None
    report_id: int | None
    severance_id: int | None
    warning_id: int | None
    collection_id: int | None
    group_key: str
    created_at: int


class GroupView(msgspec.Struct, frozen=True, kw_only=True):
    """Several notifications as one: *latest* stands for all.

    `oldest_id` is the oldest of them on the page, None where nothing was paged; `account_ids` are of the
    newest MAX_SAMPLES, newest first.
    """

    key: str
    latest: NotificationView
    count: int
    oldest_id: int | None
    account_ids: tuple[int, ...]


def group_key(type_: Type, status_id: int | None, now: int) -> str | None:
    """What notifications have in common that can be shown as one; None for what stands alone."""
    if type_ not in GROUPED:
        return None
    about = "" if status_id is None else f"-{status_id}"
    return f"{type_}{about}-{now // GROUP_MS}"
