"""The emoji of the house (Mastodon's documentation, methods/custom_emojis)."""

from __future__ import annotations

from stoa.api.entities import account as account_entity
from stoa.api.routing import Call, route
from stoa.asgi.responses import Response, json
from stoa.core.media import emojis


async def show(call: Call) -> Response:
    """GET /api/v1/custom_emojis: CustomEmojis, in the order of the picker."""
    async with call.house.db.read() as conn:
        found = await emojis.list_ours(conn)
    return json([account_entity.emoji(one, call.house.addresses) for one in found])


ROUTES = [route("GET", "/api/v1/custom_emojis", show, auth="none", kept=True)]
