"""Tag.  Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from stoa.core.statuses.uses import Day
from stoa.core.timelines.tags import TagView
from stoa.ids import Addresses


def history(days: Iterable[Day]) -> list[dict[str, str]]:
    """How much something was used, as Tag and Trends::Link say it."""
    return [{"day": str(day.day), "uses": str(day.uses), "accounts": str(day.accounts)} for day in days]


def render(tag: TagView, addresses: Addresses) -> dict[str, Any]:
    """Tag; whether it is followed and featured is said to those who are signed in."""
    entity: dict[str, Any] = {
        "id": str(tag.id),
        "name": tag.name,
        "url": addresses.tag(tag.name),
        "history": history(tag.history),
    }
    if tag.following is not None:
        entity["following"] = tag.following
        entity["featuring"] = tag.featuring is True
    return entity


def render_admin(
    tag: TagView, addresses: Addresses, *, allowed: bool | None, by_default: bool
) -> dict[str, Any]:
    """Admin::Tag; *allowed*: what moderators said of it among the trends, None where they have not yet."""
    return {
        **render(tag, addresses),
        "trendable": by_default if allowed is None else allowed,
        "usable": tag.usable,
        "requires_review": allowed is None,
    }
