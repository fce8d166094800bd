"""RelationshipSeveranceEvent.  Pure."""

from __future__ import annotations

from typing import Any

from stoa.core.relationships.severances import Severance
from stoa.ids import iso


def render(lost: Severance) -> dict[str, Any]:
    """RelationshipSeveranceEvent."""
    return {
        "id": str(lost.id),
        "type": lost.type,
        "purged": lost.purged,
        "target_name": lost.target_name,
        "followers_count": lost.followers_count,
        "following_count": lost.following_count,
        "created_at": iso(lost.created_at),
    }
