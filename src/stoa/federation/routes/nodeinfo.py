"""NodeInfo: what this server is, for those who count servers.  Open to everybody."""

from __future__ import annotations

from importlib.metadata import version

from stoa import ids
from stoa.asgi.responses import Response
from stoa.core.errors import NotFound
from stoa.core.instances import figures
from stoa.federation.access import Asked
from stoa.federation.documents import answer
from stoa.federation.render import nodeinfo as render
from stoa.federation.routes import Handler

HEADERS = {"cache-control": "public, max-age=1800"}
JSON = "application/json; charset=utf-8"
_SCHEMA = "http://nodeinfo.diaspora.software/ns/schema/{}#"


async def discover(asked: Asked) -> Response:
    """GET /.well-known/nodeinfo: where the documents are."""
    return answer(asked.request, render.discovery(asked.door.house.addresses), HEADERS, content_type=JSON)


async def show(asked: Asked) -> Response:
    """GET /nodeinfo/{version}: the document, 2.0 or 2.1."""
    wanted = asked.request.params["version"]
    if wanted not in render.VERSIONS:
        raise NotFound
    house = asked.door.house
    found = asked.documents.get(("nodeinfo", wanted))
    if found is None:
        async with house.db.read(long=True) as conn:
            now = ids.now_ms()
            counted = await figures.figures(conn, now)
            half_year = await figures.active(conn, now, figures.HALF_YEAR_MS)
        found = asked.documents.put(
            ("nodeinfo", wanted),
            render.document(
                wanted,
                software_version=version("stoa"),
                source_url=house.settings.source_url,
                open_registrations=house.settings.registrations in ("open", "approval"),
                usage=render.Usage(
                    users=counted.members,
                    active_month=counted.active,
                    active_half_year=half_year,
                    posts=counted.posts,
                ),
                name=house.settings.title,
                description=house.settings.description,
            ),
        )
    profile = _SCHEMA.format(wanted)
    return answer(asked.request, found, HEADERS, content_type=f'application/json; profile="{profile}"')


ROUTES: list[tuple[str, Handler]] = [
    ("/.well-known/nodeinfo", discover),
    ("/nodeinfo/{version}", show),
]
