"""People to meet: the directory, and whom one may want to follow (methods/directory, suggestions)."""

from __future__ import annotations

from typing import Annotated, Literal

import orjson
from msgspec import Meta, Struct

from stoa.api import rendered
from stoa.api.routing import Call, route
from stoa.asgi.responses import Response, json, json_bytes
from stoa.core.search import people
from stoa.core.search.people import Source

MOST = 80

# The first reason in the words of before 4.3.
_OLD_SOURCES: dict[Source, str] = {
    "friends_of_friends": "past_interactions",
    "similar_to_recently_followed": "past_interactions",
    "most_interactions": "global",
    "most_followed": "global",
}


class _Directory(Struct):
    offset: Annotated[int, Meta(ge=0, le=100_000)] = 0
    limit: int = 40
    order: Literal["active", "new"] = "active"
    local: bool = False


async def directory(call: Call) -> Response:
    """GET /api/v1/directory."""
    asked = await call.args(_Directory)
    async with call.house.db.read(long=True) as conn:
        found = await people.directory(
            conn,
            call.viewer_id,
            new=asked.order == "new",
            local=asked.local,
            limit=max(1, min(asked.limit, MOST)),
            offset=asked.offset,
        )
        return json_bytes(await rendered.accounts(conn, call.house, found, call.viewer_id))


class _Suggestions(Struct):
    limit: int = 40


async def _suggested(call: Call) -> tuple[list[people.Suggestion], dict[int, bytes]]:
    limit = max(1, min((await call.args(_Suggestions)).limit, MOST))
    async with call.house.db.read(long=True) as conn:
        found = await people.suggestions(conn, call.me, limit)
        return found, await rendered.accounts_by_id(conn, call.house, [one.account_id for one in found])


async def suggestions(call: Call) -> Response:
    """GET /api/v2/suggestions: [Suggestion]."""
    found, accounts = await _suggested(call)
    return json(
        [
            {
                "source": _OLD_SOURCES[one.sources[0]],
                "sources": list(one.sources),
                "account": orjson.Fragment(accounts[one.account_id]),
            }
            for one in found
            if one.account_id in accounts
        ]
    )


async def suggestions_v1(call: Call) -> Response:
    """GET /api/v1/suggestions: [Account]."""
    found, accounts = await _suggested(call)
    bodies = [accounts[one.account_id] for one in found if one.account_id in accounts]
    return json_bytes(b"[%s]" % b",".join(bodies))


async def dismiss(call: Call) -> Response:
    """DELETE /api/v1/suggestions/:account_id."""
    async with call.house.db.write() as conn:
        await people.dismiss(conn, call.me, [call.id("account_id")])
    return json({})


ROUTES = [
    route("GET", "/api/v1/directory", directory, auth="optional"),
    route("GET", "/api/v2/suggestions", suggestions, scopes="read:accounts"),
    route("GET", "/api/v1/suggestions", suggestions_v1, scopes="read:accounts"),
    route("DELETE", "/api/v1/suggestions/{account_id}", dismiss, scopes="read:accounts write:accounts"),
]
