"""FeaturedTag.  Pure."""

from __future__ import annotations

from typing import Any

from stoa.core.statuses.featured_tags import FeaturedTag
from stoa.ids import Addresses, iso


def render(tag: FeaturedTag, addresses: Addresses) -> dict[str, Any]:
    """FeaturedTag; `last_status_at` is a day, as in Mastodon."""
    last = tag.last_status_at
    return {
        "id": str(tag.id),
        "name": tag.name,
        "url": addresses.tag(tag.name),
        "statuses_count": str(tag.statuses_count),
        "last_status_at": None if last is None else iso(last)[:10],
    }
