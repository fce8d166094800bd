"""Notification, NotificationGroup, NotificationFallback.  Pure; accounts and statuses come as the JSON
they are sent as.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from html import escape
from typing import Any

import orjson

from stoa.core.notifications.model import GroupView, NotificationView, Type
from stoa.ids import iso

# What somebody did, for apps that do not know the type.
_DEEDS: Mapping[Type, str] = {
    "mention": "{name} mentioned you",
    "status": "{name} just posted",
    "reblog": "{name} boosted your post",
    "follow": "{name} followed you",
    "follow_request": "{name} has requested to follow you",
    "favourite": "{name} favourited your post",
    "poll": "A poll by {name} has ended",
    "update": "{name} edited a post",
    "quote": "{name} quoted your post",
    "quoted_update": "{name} edited a post you have quoted",
    "admin.sign_up": "{name} signed up",
    "admin.report": "{name} filed a report",
    "severed_relationships": "Some of your followers or follows were lost",
    "moderation_warning": "The moderators have sent you a warning",
    "added_to_collection": "{name} added you to a collection",
    "collection_update": "{name} changed a collection you are in",
}


def render(
    notification: NotificationView,
    account: bytes,
    status: bytes | None,
    report: dict[str, Any] | None = None,
    event: dict[str, Any] | None = None,
    supported: Collection[str] | None = None,
    *,
    warning: dict[str, Any] | None = None,
    collection: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Notification; of `status`, `report`, `event`, `moderation_warning` and `collection` only what it is
    about.
    """
    entity: dict[str, Any] = {
        "id": str(notification.id),
        "type": notification.type,
        "group_key": notification.group_key,
        "created_at": iso(notification.created_at),
        "account": orjson.Fragment(account),
    }
    if status is not None:
        entity["status"] = orjson.Fragment(status)
    if warning is not None:
        entity["moderation_warning"] = warning
    if collection is not None:
        entity["collection"] = collection
    _add(entity, report, event, _fallback(notification.type, account, supported))
    return entity


def group(
    view: GroupView,
    account: bytes,
    report: dict[str, Any] | None = None,
    event: dict[str, Any] | None = None,
    supported: Collection[str] | None = None,
    *,
    warning: dict[str, Any] | None = None,
    collection: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """NotificationGroup; *account* did the latest of what it holds."""
    latest = view.latest
    entity: dict[str, Any] = {
        "group_key": view.key,
        "notifications_count": view.count,
        "type": latest.type,
        "most_recent_notification_id": str(latest.id),
    }
    if view.oldest_id is not None:
        entity["page_min_id"] = str(view.oldest_id)
        entity["page_max_id"] = str(latest.id)
        entity["latest_page_notification_at"] = iso(latest.created_at)
    entity["sample_account_ids"] = [str(one) for one in view.account_ids]
    if latest.status_id is not None:
        entity["status_id"] = str(latest.status_id)
    if warning is not None:
        entity["moderation_warning"] = warning
    if collection is not None:
        entity["collection"] = collection
    _add(entity, report, event, _fallback(latest.type, account, supported))
    return entity


def _add(
    entity: dict[str, Any],
    report: dict[str, Any] | None,
    event: dict[str, Any] | None,
    fallback: dict[str, Any] | None,
) -> None:
    if report is not None:
        entity["report"] = report
    if event is not None:
        entity["event"] = event
    if fallback is not None:
        entity["fallback"] = fallback


def _fallback(type_: Type, account: bytes, supported: Collection[str] | None) -> dict[str, Any] | None:
    """NotificationFallback, for an app that has said what it knows and does not know *type_*."""
    if supported is None or type_ in supported:
        return None
    who = orjson.loads(account)
    name = escape(who["display_name"] or who["username"])
    return {"title": _DEEDS[type_].format(name=name), "summary": None, "details": None}
