"""Rule.  Pure."""

from __future__ import annotations

from typing import Any

from stoa.core.instances.rules import Rule


def render(rule: Rule) -> dict[str, Any]:
    """Rule; its translations are empty, as nobody made any."""
    return {"id": str(rule.id), "text": rule.text, "hint": rule.hint, "translations": {}}
