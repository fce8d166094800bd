"""What moderators do with reports (methods/admin/reports)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any

from msgspec import Meta, Struct

from stoa.api import rendered
from stoa.api.entities import admin_account as entity
from stoa.api.entities import rule as rule_entity
from stoa.api.routes import admin_accounts
from stoa.api.routing import Call, Handler, route
from stoa.asgi.responses import Response, json
from stoa.core.house import House
from stoa.core.instances.rules import list_rules
from stoa.core.moderation import people, reports, views
from stoa.core.moderation.model import ReportView
from stoa.core.moderation.report import MAX_RULES
from stoa.db import Connection


class _Which(Struct):
    resolved: bool = False
    account_id: int | None = None
    target_account_id: int | None = None


class _Change(Struct):
    category: Annotated[str, Meta(max_length=64)] | None = None
    rule_ids: Annotated[list[int], Meta(max_length=MAX_RULES)] | None = None


async def _render(
    conn: Connection, house: House, found: Sequence[ReportView], me: int
) -> list[dict[str, Any]]:
    """Admin::Report of each, in a constant number of queries."""
    if not found:
        return []
    who = {
        one
        for report in found
        for one in (report.account_id, report.target_id, report.assigned_id, report.action_taken_by_id)
        if one is not None
    }
    persons = await people.load(conn, who)
    shown = {
        int(one["id"]): one for one in await admin_accounts.render(conn, house, list(persons.values()))
    }
    about = {one for report in found for one in report.status_ids}
    statuses = await rendered.reported_statuses(conn, house, about, me) if about else {}
    rules = {one.id: rule_entity.render(one) for one in await list_rules(conn)}
    return [
        entity.report(
            report,
            shown,
            [statuses[one] for one in report.status_ids if one in statuses],
            [rules[one] for one in report.rule_ids if one in rules],
        )
        for report in found
        if report.target_id in shown
    ]


async def index(call: Call) -> Response:
    """GET /api/v1/admin/reports: those that are open, or with `resolved` those that are not."""
    me, _ = call.staff("manage_reports")
    asked = await call.args(_Which)
    page = call.page(default=100, most=200)
    async with call.house.db.read() as conn:
        found = await reports.page(
            conn,
            page,
            resolved=asked.resolved,
            account_id=asked.account_id,
            target_id=asked.target_account_id,
        )
        entities = await _render(conn, call.house, found, me)
    return json(entities, headers=call.link([one.id for one in found], page))


async def show(call: Call) -> Response:
    """GET /api/v1/admin/reports/:id."""
    me, _ = call.staff("manage_reports")
    async with call.house.db.read() as conn:
        return await _shown(conn, call, me)


async def _shown(conn: Connection, call: Call, me: int) -> Response:
    (made,) = await _render(conn, call.house, [await views.get(conn, call.id())], me)
    return json(made)


async def change(call: Call) -> Response:
    """PUT /api/v1/admin/reports/:id."""
    me, _ = call.staff("manage_reports")
    asked = await call.args(_Change)
    async with call.house.db.write() as conn:
        await reports.change(conn, call.id(), category=asked.category, rule_ids=asked.rule_ids)
        return await _shown(conn, call, me)


def _doing(verb: Callable[[Connection, int, int], Awaitable[None]]) -> Handler:
    """A handler that has *verb* done to a report by whoever asks."""

    async def do(call: Call) -> Response:
        me, _ = call.staff("manage_reports")
        async with call.house.db.write() as conn:
            await verb(conn, call.id(), me)
            return await _shown(conn, call, me)

    return do


async def _unassign(conn: Connection, report_id: int, me: int) -> None:
    await reports.assign(conn, report_id, None)


async def _reopen(conn: Connection, report_id: int, me: int) -> None:
    await reports.reopen(conn, report_id)


_READ, _WRITE = "admin:read:reports", "admin:write:reports"
_ONE = "/api/v1/admin/reports/{id}"

ROUTES = [
    route("GET", "/api/v1/admin/reports", index, scopes=_READ),
    route("GET", _ONE, show, scopes=_READ),
    route("PUT", _ONE, change, scopes=_WRITE),
    route("POST", f"{_ONE}/assign_to_self", _doing(reports.assign), scopes=_WRITE),
    route("POST", f"{_ONE}/unassign", _doing(_unassign), scopes=_WRITE),
    route("POST", f"{_ONE}/resolve", _doing(reports.resolve), scopes=_WRITE),
    route("POST", f"{_ONE}/reopen", _doing(_reopen), scopes=_WRITE),
]
