"""How far something has come that an answer only began (methods/async_refreshes)."""

from __future__ import annotations

from stoa.api.routing import Call, record_id, route
from stoa.asgi.responses import Response, json
from stoa.core.annual_reports import make as annual_reports
from stoa.core.annual_reports.model import State
from stoa.core.errors import NotFound
from stoa.core.ports import Refresh

RETRY_SECONDS = 5
_REPORT = "report-"


async def show(call: Call) -> Response:
    """GET /api/v1_alpha/async_refreshes/:id: an AsyncRefresh under `async_refresh`."""
    refresh_id = call.request.params["id"]
    if refresh_id.startswith(_REPORT):
        found = await _report(call, refresh_id.removeprefix(_REPORT))
    else:
        found = await call.house.resolver.refresh(refresh_id)
    if found is None:
        raise NotFound
    return json(
        {
            "async_refresh": {
                "id": found.id,
                "status": "running" if found.running else "finished",
                "result_count": found.results,
            }
        },
        headers=header(found),
    )


def of_report(report_id: int, state: State) -> Refresh:
    """A year's report on its way, as its owner may ask after it."""
    return Refresh(f"{_REPORT}{report_id}", state == "generating", int(state == "available"))


async def _report(call: Call, text: str) -> Refresh | None:
    report_id = record_id(text)
    async with call.house.db.read() as conn:
        state = await annual_reports.progress(conn, call.me, report_id)
    return None if state is None else of_report(report_id, state)


def header(found: Refresh | None) -> dict[str, str]:
    """What tells an app to ask again; nothing where nothing more is coming."""
    if found is None or not found.running:
        return {}
    value = f'id="{found.id}", retry={RETRY_SECONDS}, result_count={found.results}'
    return {"mastodon-async-refresh": value}


ROUTES = [route("GET", "/api/v1_alpha/async_refreshes/{id}", show, scopes="read")]
