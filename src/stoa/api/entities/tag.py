"""Tag.  Pure."""

from __future__ import annotations

from typing import Any

from stoa.core.timelines.tags import TagView
from stoa.ids import Addresses


def render(tag: TagView, addresses: Addresses) -> dict[str, Any]:
    """Tag; whether it is followed and featured is said to those who are signed in."""
    entity: dict[str, Any] = {
        "id": str(tag.id),
        "name": tag.name,
        "url": addresses.tag(tag.name),
        "history": [
            {"day": str(day.day), "uses": str(day.uses), "accounts": str(day.accounts)}
            for day in tag.history
        ],
    }
    if tag.following is not None:
        entity["following"] = tag.following
        entity["featuring"] = tag.featuring is True
    return entity
