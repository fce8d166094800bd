"""NotificationRequest, NotificationPolicy and its first version.  Pure; account and status come as the JSON
they are sent as.
"""

from __future__ import annotations

from typing import Any

import msgspec
import orjson

from stoa.core.notifications.policy import Policy
from stoa.core.notifications.requests import Request, Waiting
from stoa.ids import iso


def render(request: Request, account: bytes, last_status: bytes | None) -> dict[str, Any]:
    """NotificationRequest; without `last_status` where it is gone."""
    entity: dict[str, Any] = {
        "id": str(request.id),
        "created_at": iso(request.created_at),
        "updated_at": iso(request.updated_at),
        "account": orjson.Fragment(account),
        "notifications_count": str(request.count),
    }
    if last_status is not None:
        entity["last_status"] = orjson.Fragment(last_status)
    return entity


def policy(decided: Policy, waiting: Waiting) -> dict[str, Any]:
    """NotificationPolicy."""
    return {**msgspec.structs.asdict(decided), "summary": _summary(waiting)}


def first_version(decided: Policy, waiting: Waiting) -> dict[str, Any]:
    """V1::NotificationPolicy: whether something is kept back, or not."""
    return {
        "filter_not_following": decided.for_not_following != "accept",
        "filter_not_followers": decided.for_not_followers != "accept",
        "filter_new_accounts": decided.for_new_accounts != "accept",
        "filter_private_mentions": decided.for_private_mentions != "accept",
        "summary": _summary(waiting),
    }


def _summary(waiting: Waiting) -> dict[str, int]:
    return {
        "pending_requests_count": waiting.requests,
        "pending_notifications_count": waiting.notifications,
    }
