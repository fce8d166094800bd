"""A year looked back on (methods/annual_reports)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from stoa.api import rendered
from stoa.api.routes import async_refreshes
from stoa.api.routing import Call, route
from stoa.asgi.responses import Response, json
from stoa.core.accounts import views as account_views
from stoa.core.annual_reports import make
from stoa.core.annual_reports.model import Asked, Report
from stoa.core.errors import NotFound
from stoa.db import Connection


def _entity(report: Report, share_url: str) -> dict[str, Any]:
    """AnnualReport."""
    return {
        "year": report.year,
        "data": report.data,
        "schema_version": report.schema_version,
        "share_url": share_url,
        "account_id": str(report.account_id),
    }


async def _wrapped(conn: Connection, call: Call, reports: Sequence[Report]) -> Response:
    """WrappedAnnualReports: with the posts that they name, as far as those are there still."""
    named = {
        int(one)
        for report in reports
        for one in (report.data or {})["top_statuses"].values()
        if one is not None
    }
    statuses = await rendered.statuses_by_id(conn, call.house, sorted(named), call.me) if named else {}
    me = await rendered.accounts(conn, call.house, [call.me] if reports else [])
    name = (await account_views.get(conn, call.me)).username
    address = call.house.addresses.annual_report
    return json(
        {
            "annual_reports": [_entity(one, address(name, one.year, one.share_key)) for one in reports],
            "accounts": orjson.Fragment(me),
            "statuses": [orjson.Fragment(one) for one in statuses.values()],
        }
    )


def _year(call: Call) -> int:
    text = call.request.params["year"]
    if not (text.isascii() and text.isdigit() and len(text) == 4):
        raise NotFound
    return int(text)


def _coming(now: Asked) -> dict[str, str]:
    if now.report_id is None or now.state != "generating":
        return {}
    return async_refreshes.header(async_refreshes.of_report(now.report_id, now.state))


async def list_all(call: Call) -> Response:
    """GET /api/v1/annual_reports: those not yet read, as Mastodon does; others by year."""
    async with call.house.db.read() as conn:
        return await _wrapped(conn, call, await make.unread(conn, call.me))


async def show(call: Call) -> Response:
    """GET /api/v1/annual_reports/:year."""
    year = _year(call)
    async with call.house.db.read() as conn:
        return await _wrapped(conn, call, [await make.get(conn, call.me, year)])


async def state(call: Call) -> Response:
    """GET /api/v1/annual_reports/:year/state: available, generating, eligible, ineligible."""
    year = _year(call)
    async with call.house.db.read() as conn:
        now = await make.state(conn, call.me, year)
    return json({"state": now.state}, headers=_coming(now))


async def read(call: Call) -> Response:
    """POST /api/v1/annual_reports/:year/read."""
    year = _year(call)
    async with call.house.db.write() as conn:
        await make.mark_read(conn, call.me, year)
    return json({})


async def generate(call: Call) -> Response:
    """POST /api/v1/annual_reports/:year/generate: 202 while it is being made, 200 where nothing is."""
    year = _year(call)
    async with call.house.db.write() as conn:
        now = await make.begin(conn, call.me, year)
    return json({}, status=202 if now.state == "generating" else 200, headers=_coming(now))


_BASE = "/api/v1/annual_reports"

ROUTES = [
    route("GET", _BASE, list_all, scopes="read:accounts"),
    route("GET", f"{_BASE}/{{year}}", show, scopes="read:accounts"),
    route("GET", f"{_BASE}/{{year}}/state", state, scopes="read:accounts"),
    route("POST", f"{_BASE}/{{year}}/read", read, scopes="write:accounts"),
    route("POST", f"{_BASE}/{{year}}/generate", generate, scopes="write:accounts"),
]
