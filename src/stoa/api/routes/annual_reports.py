"""A year looked back on (methods/annual_reports)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from stoa.api import rendered
from stoa.api.routing import Call, route
from stoa.asgi.responses import Response, json
from stoa.core.annual_reports import make
from stoa.core.annual_reports.model import Report
from stoa.core.errors import NotFound
from stoa.db import Connection


def _entity(report: Report) -> dict[str, Any]:
    """AnnualReport; there is no page of it for others."""
    return {
        "year": report.year,
        "data": report.data,
        "schema_version": report.schema_version,
        "share_url": None,
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
    return json(
        {
            "annual_reports": [_entity(one) for one in reports],
            "accounts": orjson.Fragment(me),
            "statuses": [orjson.Fragment(one) for one in statuses.values()],
        }
    )


def _year(call: Call) -> int:
    text = call.request.params["year"]
    if not (text.isascii() and text.isdigit() and len(text) == 4):
        raise NotFound
    return int(text)


async def list_all(call: Call) -> Response:
    """GET /api/v1/annual_reports."""
    async with call.house.db.read() as conn:
        return await _wrapped(conn, call, await make.made(conn, call.me))


async def show(call: Call) -> Response:
    """GET /api/v1/annual_reports/:year."""
    year = _year(call)
    async with call.house.db.read() as conn:
        return await _wrapped(conn, call, [await make.get(conn, call.me, year)])


async def state(call: Call) -> Response:
    """GET /api/v1/annual_reports/:year/state: available, generating, eligible, ineligible."""
    year = _year(call)
    async with call.house.db.read() as conn:
        return json({"state": await make.state(conn, call.me, year)})


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
    return json({}, status=202 if now == "generating" else 200)


_BASE = "/api/v1/annual_reports"

ROUTES = [
    route("GET", _BASE, list_all, scopes="read:accounts"),
    route("GET", f"{_BASE}/{{year}}", show, scopes="read:accounts"),
    route("GET", f"{_BASE}/{{year}}/state", state, scopes="read:accounts"),
    route("POST", f"{_BASE}/{{year}}/read", read, scopes="write:accounts"),
    route("POST", f"{_BASE}/{{year}}/generate", generate, scopes="write:accounts"),
]
