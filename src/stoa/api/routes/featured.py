"""What stands on a profile by choice: hashtags and people (methods/featured_tags, methods/endorsements)."""

from __future__ import annotations

from msgspec import Struct

from stoa.api import rendered
from stoa.api.entities import featured_tag as entity
from stoa.api.entities import relationship as relationship_entity
from stoa.api.entities import tag as tag_entity
from stoa.api.routing import Call, route
from stoa.asgi.responses import Response, json, json_bytes
from stoa.core.relationships import endorse as endorsing
from stoa.core.relationships import views
from stoa.core.statuses import featured_tags
from stoa.core.timelines import tags


async def mine(call: Call) -> Response:
    """GET /api/v1/featured_tags."""
    async with call.house.db.read() as conn:
        found = await featured_tags.of(conn, call.me)
    return json([entity.render(one, call.house.addresses) for one in found])


async def of_account(call: Call) -> Response:
    """GET /api/v1/accounts/:id/featured_tags."""
    async with call.house.db.read() as conn:
        person = await views.target(conn, call.id(), call.viewer_id)
        hidden = person.suspended_at is not None or person.blocks_viewer
        found = [] if hidden else await featured_tags.of(conn, person.id)
    return json([entity.render(one, call.house.addresses) for one in found])


class _Name(Struct):
    name: str = ""


async def feature(call: Call) -> Response:
    """POST /api/v1/featured_tags."""
    asked = await call.args(_Name)
    async with call.house.db.write() as conn:
        made = await featured_tags.feature(conn, call.me, asked.name)
    return json(entity.render(made, call.house.addresses))


async def unfeature(call: Call) -> Response:
    """DELETE /api/v1/featured_tags/:id."""
    async with call.house.db.write() as conn:
        await featured_tags.unfeature(conn, call.me, call.id())
    return json({})


async def suggestions(call: Call) -> Response:
    """GET /api/v1/featured_tags/suggestions."""
    async with call.house.db.read() as conn:
        wanted = await featured_tags.suggestions(conn, call.me)
        found = await tags.load(conn, wanted, call.me)
    return json([tag_entity.render(found[one], call.house.addresses) for one in wanted if one in found])


async def feature_tag(call: Call) -> Response:
    """POST /api/v1/tags/:name/feature."""
    name = call.request.params["name"]
    async with call.house.db.write() as conn:
        await featured_tags.feature(conn, call.me, name)
        found = await tags.get(conn, name, call.me)
    return json(tag_entity.render(found, call.house.addresses))


async def unfeature_tag(call: Call) -> Response:
    """POST /api/v1/tags/:name/unfeature."""
    name = call.request.params["name"]
    async with call.house.db.write() as conn:
        await featured_tags.unfeature_name(conn, call.me, name)
        found = await tags.get(conn, name, call.me)
    return json(tag_entity.render(found, call.house.addresses))


async def endorsements(call: Call) -> Response:
    """GET /api/v1/endorsements."""
    page = call.page(default=40, most=80)
    async with call.house.db.read() as conn:
        rows = await endorsing.mine(conn, call.me, page)
        body = await rendered.accounts(conn, call.house, [row.account_id for row in rows], call.viewer_id)
    return json_bytes(body, headers=call.link([row.id for row in rows], page))


async def endorsements_of(call: Call) -> Response:
    """GET /api/v1/accounts/:id/endorsements."""
    page = call.page(default=40, most=80)
    async with call.house.db.read() as conn:
        rows = await endorsing.of(conn, call.id(), call.viewer_id, page)
        body = await rendered.accounts(conn, call.house, [row.account_id for row in rows], call.viewer_id)
    return json_bytes(body, headers=call.link([row.id for row in rows], page))


async def endorse(call: Call) -> Response:
    """POST /api/v1/accounts/:id/endorse, once called pin."""
    async with call.house.db.write() as conn:
        await endorsing.endorse(conn, call.me, call.id())
        relation = await views.relationship(conn, call.me, call.id())
    return json(relationship_entity.render(relation))


async def unendorse(call: Call) -> Response:
    """POST /api/v1/accounts/:id/unendorse, once called unpin."""
    async with call.house.db.write() as conn:
        await endorsing.unendorse(conn, call.me, call.id())
        relation = await views.relationship(conn, call.me, call.id())
    return json(relationship_entity.render(relation))


_ONE = "/api/v1/accounts/{id}"
_READ, _WRITE = "read:accounts", "write:accounts"

ROUTES = [
    route("GET", "/api/v1/featured_tags", mine, scopes=_READ),
    route("POST", "/api/v1/featured_tags", feature, scopes=_WRITE),
    route("GET", "/api/v1/featured_tags/suggestions", suggestions, scopes=_READ),
    route("DELETE", "/api/v1/featured_tags/{id}", unfeature, scopes=_WRITE),
    route("POST", "/api/v1/tags/{name}/feature", feature_tag, scopes=_WRITE),
    route("POST", "/api/v1/tags/{name}/unfeature", unfeature_tag, scopes=_WRITE),
    route("GET", f"{_ONE}/featured_tags", of_account, auth="optional", scopes=_READ),
    route("GET", "/api/v1/endorsements", endorsements, scopes=_READ),
    route("GET", f"{_ONE}/endorsements", endorsements_of, auth="optional", scopes=_READ),
    route("POST", f"{_ONE}/endorse", endorse, scopes=_WRITE),
    route("POST", f"{_ONE}/unendorse", unendorse, scopes=_WRITE),
    route("POST", f"{_ONE}/pin", endorse, scopes=_WRITE),
    route("POST", f"{_ONE}/unpin", unendorse, scopes=_WRITE),
]
