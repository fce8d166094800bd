"""What moderators are told, as values."""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

Category = Literal["spam", "legal", "violation", "other"]
CATEGORIES: tuple[Category, ...] = get_args(Category)

Action = Literal[
    "none", "disable", "mark_statuses_as_sensitive", "delete_statuses", "sensitive", "silence", "suspend"
]
AppealState = Literal["pending", "approved", "rejected"]


class ReportView(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody says of *target_id*, whose the statuses and collections are.  Times are unix
    milliseconds.
    """

    id: int
    account_id: int | None  # None: whoever reported is gone
    target_id: int
    status_ids: tuple[int, ...]
    rule_ids: tuple[int, ...]
    collection_ids: tuple[int, ...]
    category: Category
    comment: str
    forwarded: bool
    action_taken_at: int | None
    action_taken_by_id: int | None
    assigned_id: int | None
    created_at: int
    updated_at: int | None


class WarningView(msgspec.Struct, frozen=True, kw_only=True):
    """What moderators did about *account_id*, and what they said to it.  *appeal* is the answer, if there
    is one.
    """

    id: int
    account_id: int
    by_id: int | None
    report_id: int | None
    action: Action
    text: str
    status_ids: tuple[int, ...] | None
    created_at: int
    overruled_at: int | None
    appeal: str | None
    appealed_at: int | None
    approved_at: int | None
    rejected_at: int | None

    @property
    def appeal_state(self) -> AppealState:
        """How the appeal stands."""
        if self.approved_at is not None:
            return "approved"
        return "pending" if self.rejected_at is None else "rejected"
