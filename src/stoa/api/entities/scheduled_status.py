"""ScheduledStatus.  Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stoa.api.entities.media import render as media
from stoa.core.media.attachments import MediaView
from stoa.core.policy.draft import Draft
from stoa.ids import Addresses, iso


def render(
    scheduled_id: int, scheduled_at: int, draft: Draft, files: Sequence[MediaView], addresses: Addresses
) -> dict[str, Any]:
    """ScheduledStatus: *draft*, to be published at *scheduled_at* (unix milliseconds)."""
    poll = draft.poll
    return {
        "id": str(scheduled_id),
        "scheduled_at": iso(scheduled_at),
        "params": {
            "text": draft.text,
            "poll": None
            if poll is None
            else {
                "options": list(poll.options),
                "expires_in": poll.expires_in,
                "multiple": poll.multiple,
                "hide_totals": poll.hide_totals,
            },
            "media_ids": [str(one) for one in draft.media_ids] or None,
            "sensitive": draft.sensitive,
            "spoiler_text": draft.spoiler_text or None,
            "visibility": draft.visibility,
            "in_reply_to_id": draft.in_reply_to_id,
            "language": draft.language,
            "application_id": draft.app_id or 0,
            "scheduled_at": None,
            "idempotency": None,
            "with_rate_limit": False,
            "quoted_status_id": None if draft.quote_of_id is None else str(draft.quote_of_id),
            "quote_approval_policy": draft.quote_policy,
            "content_type": draft.content_type,
        },
        "media_attachments": [media(one, addresses) for one in files],
    }
