"""How far something has come that an answer only began (methods/async_refreshes)."""

from __future__ import annotations

from stoa.api.routing import Call, route
from stoa.asgi.responses import Response, json
from stoa.core.errors import NotFound
from stoa.core.ports import Refresh

RETRY_SECONDS = 5


async def show(call: Call) -> Response:
    """GET /api/v1_alpha/async_refreshes/:id: an AsyncRefresh under `async_refresh`."""
    found = await call.house.resolver.refresh(call.request.params["id"])
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


def header(found: Refresh | None) -> dict[str, str]:
    """What tells an app to ask again; nothing where nothing more is coming."""
    if found is None or not found.running:
        return {}
    value = f'id="{found.id}", retry={RETRY_SECONDS}, result_count={found.results}'
    return {"mastodon-async-refresh": value}


ROUTES = [route("GET", "/api/v1_alpha/async_refreshes/{id}", show, scopes="read")]
