"""Hashtags and following them (methods/tags, methods/followed_tags)."""

from __future__ import annotations

from stoa.api.entities import tag as entity
from stoa.api.routing import Call, route
from stoa.asgi.responses import Response, json
from stoa.core.timelines import tags


async def show(call: Call) -> Response:
    """GET /api/v1/tags/:name, used or not."""
    async with call.house.db.read() as conn:
        found = await tags.get(conn, call.request.params["name"], call.viewer_id)
    return json(entity.render(found, call.house.addresses))


async def follow(call: Call) -> Response:
    """POST /api/v1/tags/:name/follow."""
    async with call.house.db.write() as conn:
        found = await tags.follow(conn, call.me, call.request.params["name"])
    return json(entity.render(found, call.house.addresses))


async def unfollow(call: Call) -> Response:
    """POST /api/v1/tags/:name/unfollow."""
    async with call.house.db.write() as conn:
        found = await tags.unfollow(conn, call.me, call.request.params["name"])
    return json(entity.render(found, call.house.addresses))


async def followed(call: Call) -> Response:
    """GET /api/v1/followed_tags."""
    page = call.page(default=100, most=200)
    async with call.house.db.read() as conn:
        rows = await tags.followed(conn, call.me, page)
        found = await tags.load(conn, [row.tag_id for row in rows], call.me)
    entities = [
        entity.render(found[row.tag_id], call.house.addresses) for row in rows if row.tag_id in found
    ]
    return json(entities, headers=call.link([row.id for row in rows], page))


ROUTES = [
    route("GET", "/api/v1/tags/{name}", show, auth="optional"),
    route("POST", "/api/v1/tags/{name}/follow", follow, scopes="write:follows"),
    route("POST", "/api/v1/tags/{name}/unfollow", unfollow, scopes="write:follows"),
    route("GET", "/api/v1/followed_tags", followed, scopes="read:follows"),
]
