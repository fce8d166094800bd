"""Poll.  Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stoa.api.entities.account import emoji
from stoa.core.accounts.model import Emoji
from stoa.core.statuses.model import PollView
from stoa.ids import Addresses, iso


def render(
    poll: PollView,
    *,
    now: int,
    viewer_id: int | None,
    author_id: int,
    emojis: Sequence[Emoji],
    addresses: Addresses,
) -> dict[str, Any]:
    """Poll as the viewer sees it; totals stay hidden to the end where the author asked for it."""
    expired = poll.expired(now)
    hidden = poll.hide_totals and not expired
    entity: dict[str, Any] = {
        "id": str(poll.id),
        "expires_at": None if poll.expires_at is None else iso(poll.expires_at),
        "expired": expired,
        "multiple": poll.multiple,
        "votes_count": None if hidden else poll.votes_count,
        "voters_count": None if hidden else poll.voters_count,
        "options": [
            {"title": option.title, "votes_count": None if hidden else option.votes_count}
            for option in poll.options
        ],
        "emojis": [emoji(one, addresses) for one in emojis],
    }
    if viewer_id is not None:
        entity["voted"] = bool(poll.own_votes) or viewer_id == author_id
        entity["own_votes"] = list(poll.own_votes)
    return entity
