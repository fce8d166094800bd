"""What moderators are told, as values."""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

Category = Literal["spam", "legal", "violation", "other"]
CATEGORIES: tuple[Category, ...] = get_args(Category)


class ReportView(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody says of *target_id*; the statuses are of the target.  Times are unix milliseconds."""

    id: int
    account_id: int | None  # None: whoever reported is gone
    target_id: int
    status_ids: tuple[int, ...]
    rule_ids: tuple[int, ...]
    category: Category
    comment: str
    forwarded: bool
    action_taken_at: int | None
    created_at: int
