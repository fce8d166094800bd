"""Conversation.  Pure; accounts and the status come as the JSON they are sent as."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from stoa.core.timelines.conversations import ConversationView


def render(view: ConversationView, accounts: Sequence[bytes], status: bytes | None) -> dict[str, Any]:
    """Conversation."""
    return {
        "id": str(view.id),
        "unread": view.unread,
        "accounts": [orjson.Fragment(account) for account in accounts],
        "last_status": None if status is None else orjson.Fragment(status),
    }
