"""Polls: looked at, voted in (methods/polls)."""

from __future__ import annotations

import msgspec
import orjson

from stoa import ids
from stoa.api.entities import poll as entity
from stoa.api.routing import Call, route
from stoa.asgi.responses import Response, json_bytes
from stoa.core.accounts.views import emojis_in
from stoa.core.errors import NotFound
from stoa.core.statuses import polls, views
from stoa.core.statuses.visibility import require_visible


async def show(call: Call) -> Response:
    """GET /api/v1/polls/:id; for members, one of another server with the figures of today."""
    poll_id = call.id()
    if call.viewer_id is not None:
        async with call.house.db.read() as conn:
            known = (await views.load_polls(conn, [poll_id], call.viewer_id)).get(poll_id)
        if known is not None:
            await call.house.resolver.poll(known.status_id, wait=True)
    return await _shown(call, poll_id)


async def _shown(call: Call, poll_id: int) -> Response:
    async with call.house.db.read() as conn:
        found = (await views.load_polls(conn, [poll_id], call.viewer_id)).get(poll_id)
        if found is None:
            raise NotFound
        status = await require_visible(conn, found.status_id, call.viewer_id)
        [emojis] = await emojis_in(conn, [("", " ".join(option.title for option in found.options))])
    made = entity.render(
        found,
        now=ids.now_ms(),
        viewer_id=call.viewer_id,
        author_id=status.account_id,
        emojis=emojis,
        addresses=call.house.addresses,
    )
    return json_bytes(orjson.dumps(made))


class _Votes(msgspec.Struct, frozen=True):
    choices: list[int]


async def vote(call: Call) -> Response:
    """POST /api/v1/polls/:id/votes."""
    asked = await call.args(_Votes)
    async with call.house.db.write() as conn:
        await polls.vote(conn, call.id(), call.me, asked.choices)
    return await _shown(call, call.id())


ROUTES = [
    route("GET", "/api/v1/polls/{id}", show, auth="optional", scopes="read:statuses"),
    route("POST", "/api/v1/polls/{id}/votes", vote, scopes="write:statuses"),
]
