"""Telling the moderators of somebody (methods/reports)."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from stoa.api import rendered
from stoa.api.entities import report as entity
from stoa.api.routing import Call, route
from stoa.asgi.responses import Response, json
from stoa.core.moderation import report, views


class _Report(Struct):
    account_id: int
    status_ids: Annotated[list[int], Meta(max_length=report.MAX_STATUSES)] = []
    comment: Annotated[str, Meta(max_length=10 * report.MAX_COMMENT)] = ""
    forward: bool = False
    category: Annotated[str, Meta(max_length=64)] = "other"
    collection_ids: Annotated[list[int], Meta(max_length=report.MAX_COLLECTIONS)] = []
    rule_ids: Annotated[list[int], Meta(max_length=report.MAX_RULES)] = []


async def create(call: Call) -> Response:
    """POST /api/v1/reports."""
    asked = await call.args(_Report)
    async with call.house.db.write() as conn:
        report_id = await report.report(
            conn,
            call.me,
            asked.account_id,
            status_ids=asked.status_ids,
            comment=asked.comment,
            category=asked.category or "other",
            rule_ids=asked.rule_ids,
            collection_ids=asked.collection_ids,
            forward=asked.forward,
        )
        made = await views.get(conn, report_id)
        target = await rendered.account(conn, call.house, made.target_id, call.me)
    return json(entity.render(made, target))


ROUTES = [route("POST", "/api/v1/reports", create, scopes="write:reports")]
