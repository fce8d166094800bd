"""Marker.  Pure."""

from __future__ import annotations

from typing import Any

from stoa.core.timelines.markers import Marker
from stoa.ids import iso


def render(marker: Marker) -> dict[str, Any]:
    """Marker."""
    return {
        "last_read_id": str(marker.last_read_id),
        "version": marker.version,
        "updated_at": iso(marker.updated_at),
    }
