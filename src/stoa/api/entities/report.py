"""Report.  Pure; the account comes as the JSON it is sent as."""

from __future__ import annotations

from typing import Any

import orjson

from stoa.core.moderation.model import ReportView
from stoa.ids import iso


def render(report: ReportView, target: bytes) -> dict[str, Any]:
    """Report; does not say whose it is."""
    return {
        "id": str(report.id),
        "action_taken": report.action_taken_at is not None,
        "action_taken_at": None if report.action_taken_at is None else iso(report.action_taken_at),
        "category": report.category,
        "comment": report.comment,
        "forwarded": report.forwarded,
        "created_at": iso(report.created_at),
        "status_ids": [str(one) for one in report.status_ids],
        "collection_ids": [str(one) for one in report.collection_ids],
        "rule_ids": [str(one) for one in report.rule_ids],
        "target_account": orjson.Fragment(target),
    }
