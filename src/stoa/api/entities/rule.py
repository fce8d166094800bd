"""Rule.  Pure."""

from __future__ import annotations

from typing import Any

from stoa.core.instances.rules import Rule


def render(rule: Rule) -> dict[str, Any]:
    """Rule."""
    return {**rule._asdict(), "id": str(rule.id)}
