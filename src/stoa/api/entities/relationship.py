"""Relationship.  Pure."""

from __future__ import annotations

from typing import Any

from stoa.core.relationships.model import Relationship
from stoa.ids import iso


def render(relation: Relationship) -> dict[str, Any]:
    """Relationship."""
    expires_at = relation.muting_expires_at
    return {
        "id": str(relation.id),
        "following": relation.following,
        "showing_reblogs": relation.showing_reblogs,
        "notifying": relation.notifying,
        "languages": None if relation.languages is None else list(relation.languages),
        "followed_by": relation.followed_by,
        "blocking": relation.blocking,
        "blocked_by": relation.blocked_by,
        "muting": relation.muting,
        "muting_notifications": relation.muting_notifications,
        "muting_expires_at": None if expires_at is None else iso(expires_at),
        "requested": relation.requested,
        "requested_by": relation.requested_by,
        "domain_blocking": relation.domain_blocking,
        "endorsed": relation.endorsed,
        "note": relation.note,
    }
