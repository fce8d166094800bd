"""Admin::Account, Admin::Ip, Admin::Report.  Pure; accounts and statuses come as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from stoa.api.entities.account import role
from stoa.core.moderation.model import ReportView
from stoa.core.moderation.people import Person, Place
from stoa.ids import iso


def render(person: Person, account: bytes) -> dict[str, Any]:
    """Admin::Account.  Of those elsewhere only what their server tells is known: they are taken to be
    confirmed and let in.
    """
    is_user = person.email is not None
    entity: dict[str, Any] = {
        "id": str(person.id),
        "username": person.username,
        "domain": person.domain or None,
        "created_at": iso(person.created_at),
        "email": person.email or "",
        "ip": person.ips[0].ip if person.ips else None,
        "ips": [place(one) for one in person.ips],
        "locale": person.locale,
        "invite_request": person.reason or None,
        "role": role(person.role or "user"),
        "confirmed": person.confirmed_at is not None or not is_user,
        "approved": bool(person.approved) or not is_user,
        "disabled": person.disabled_at is not None,
        "sensitized": person.sensitized_at is not None,
        "silenced": person.limited_at is not None,
        "suspended": person.suspended_at is not None,
        "account": orjson.Fragment(account),
    }
    if person.app_id is not None:
        entity["created_by_application_id"] = str(person.app_id)
    if person.invited_by_id is not None:
        entity["invited_by_account_id"] = str(person.invited_by_id)
    return entity


def place(one: Place) -> dict[str, Any]:
    """Admin::Ip."""
    return {"ip": one.ip, "used_at": iso(one.used_at)}


def report(
    found: ReportView,
    people: Mapping[int, dict[str, Any]],
    statuses: Sequence[bytes],
    rules: Sequence[dict[str, Any]],
) -> dict[str, Any]:
    """Admin::Report; *people*: id → Admin::Account.  Without `account` where whoever reported is gone."""
    return {
        "id": str(found.id),
        "action_taken": found.action_taken_at is not None,
        "action_taken_at": None if found.action_taken_at is None else iso(found.action_taken_at),
        "category": found.category,
        "comment": found.comment,
        "forwarded": found.forwarded,
        "created_at": iso(found.created_at),
        "updated_at": iso(found.updated_at or found.created_at),
        "account": people.get(found.account_id or 0),
        "target_account": people[found.target_id],
        "assigned_account": people.get(found.assigned_id or 0),
        "action_taken_by_account": people.get(found.action_taken_by_id or 0),
        "statuses": [orjson.Fragment(one) for one in statuses],
        "rules": list(rules),
    }
