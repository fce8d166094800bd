"""AccountWarning and Appeal.  Pure; the account comes as the JSON it is sent as."""

from __future__ import annotations

from typing import Any

import orjson

from stoa.core.moderation.model import WarningView
from stoa.ids import iso


def render(warning: WarningView, target: bytes) -> dict[str, Any]:
    """AccountWarning; does not say which moderator it was."""
    status_ids = warning.status_ids
    return {
        "id": str(warning.id),
        "action": warning.action,
        "text": warning.text,
        "status_ids": None if status_ids is None else [str(one) for one in status_ids],
        "target_account": orjson.Fragment(target),
        "appeal": appeal(warning),
        "created_at": iso(warning.created_at),
    }


def appeal(warning: WarningView) -> dict[str, Any] | None:
    """Appeal, if there is one."""
    if warning.appeal is None:
        return None
    return {"text": warning.appeal, "state": warning.appeal_state}
