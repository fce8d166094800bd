"""List.  Pure."""

from __future__ import annotations

from typing import Any

from stoa.core.timelines.lists import ListView


def render(view: ListView) -> dict[str, Any]:
    """List."""
    return {
        "id": str(view.id),
        "title": view.title,
        "replies_policy": view.replies_policy,
        "exclusive": view.exclusive,
    }
