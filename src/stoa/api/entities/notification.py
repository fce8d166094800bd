"""Notification.  Pure; account and status come as the JSON they are sent as."""

from __future__ import annotations

from typing import Any

import orjson

from stoa.core.notifications.model import NotificationView
from stoa.ids import iso


def render(
    notification: NotificationView,
    account: bytes,
    status: bytes | None,
    report: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Notification; without `status` or `report` where it is of none."""
    entity: dict[str, Any] = {
        "id": str(notification.id),
        "type": notification.type,
        "group_key": notification.group_key,
        "created_at": iso(notification.created_at),
        "account": orjson.Fragment(account),
    }
    if status is not None:
        entity["status"] = orjson.Fragment(status)
    if report is not None:
        entity["report"] = report
    return entity
