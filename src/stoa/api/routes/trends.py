"""What many people use just now (methods/trends)."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from stoa.api import cards, rendered
from stoa.api.entities import tag as tag_entity
from stoa.api.routing import Call, route
from stoa.asgi.responses import Response, json, json_bytes
from stoa.core.auth import users
from stoa.core.timelines import tags
from stoa.core.trends import views
from stoa.core.trends.model import read_by
from stoa.db import Connection

MAX_OFFSET = 10_000


class Wish(Struct):
    """Trends are turned over by counting, for they change places."""

    limit: int | None = None
    offset: Annotated[int, Meta(ge=0, le=MAX_OFFSET)] = 0

    def capped(self, *, default: int, most: int) -> int:
        """How many."""
        return default if self.limit is None else max(1, min(self.limit, most))


def turning(call: Call, wish: Wish, limit: int, found: int) -> dict[str, str]:
    """The Link header: on, if this page is full, and back, if it is not the first."""
    base = f"{call.house.addresses.base}{call.request.path}?limit={limit}&offset="
    links = []
    if found == limit and wish.offset + limit <= MAX_OFFSET:
        links.append(f'<{base}{wish.offset + limit}>; rel="next"')
    if wish.offset:
        links.append(f'<{base}{max(0, wish.offset - limit)}>; rel="prev"')
    return {"link": ", ".join(links)} if links else {}


async def languages_of(conn: Connection, call: Call) -> list[str]:
    """What the one who asks reads: as members say, or as the browser of a visitor does."""
    if call.viewer_id is not None:
        return [(await users.get(conn, call.viewer_id)).locale.split("-")[0].lower()]
    return read_by(call.request.header("accept-language"))


async def list_tags(call: Call) -> Response:
    """GET /api/v1/trends/tags, once called /api/v1/trends."""
    wish = await call.args(Wish)
    limit = wish.capped(default=10, most=20)
    mode = call.house.settings.trends
    async with call.house.db.read() as conn:
        languages = await languages_of(conn, call)
        wanted = await views.trending_tags(conn, mode, languages=languages, limit=limit, offset=wish.offset)
        found = await tags.load(conn, wanted, call.viewer_id) if wanted else {}
    entities = [tag_entity.render(found[one], call.house.addresses) for one in wanted if one in found]
    return json(entities, headers=turning(call, wish, limit, len(wanted)))


async def list_statuses(call: Call) -> Response:
    """GET /api/v1/trends/statuses."""
    wish = await call.args(Wish)
    limit = wish.capped(default=20, most=40)
    mode = call.house.settings.trends
    async with call.house.db.read() as conn:
        heads = await views.trending_statuses(
            conn,
            mode,
            call.viewer_id,
            languages=await languages_of(conn, call),
            limit=limit,
            offset=wish.offset,
        )
        body = await rendered.statuses(conn, call.house, heads, call.viewer_id)
    return json_bytes(body, headers=turning(call, wish, limit, len(heads)))


async def list_links(call: Call) -> Response:
    """GET /api/v1/trends/links: [Trends::Link]."""
    wish = await call.args(Wish)
    limit = wish.capped(default=10, most=20)
    mode = call.house.settings.trends
    async with call.house.db.read() as conn:
        languages = await languages_of(conn, call)
        wanted = await views.trending_links(
            conn, mode, languages=languages, limit=limit, offset=wish.offset
        )
        found = await cards.trending(conn, call.house, wanted, call.viewer_id) if wanted else {}
    body = b"[%s]" % b",".join(found[one] for one in wanted if one in found)
    return json_bytes(body, headers=turning(call, wish, limit, len(wanted)))


ROUTES = [
    route("GET", "/api/v1/trends", list_tags, auth="optional", kept=True),
    route("GET", "/api/v1/trends/tags", list_tags, auth="optional", kept=True),
    route("GET", "/api/v1/trends/links", list_links, auth="optional", kept=True),
    route("GET", "/api/v1/trends/statuses", list_statuses, auth="optional", kept=True),
]
