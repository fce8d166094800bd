"""What this server is: description, rules, staff; and what it tells robots."""

from __future__ import annotations

from stoa.asgi import responses
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.core.house import House
from stoa.web import server
from stoa.web.pages import Page
from stoa.web.session import viewer_of
from stoa.web.templating import page

# Posts and profiles may be read by everybody; forms and what stands behind a sign-in need no robot.
_ROBOTS = """User-agent: *
Disallow: /api/
Disallow: /interact
Disallow: /oauth/
Disallow: /people/
Disallow: /posts/
Disallow: /search
Disallow: /settings/
"""


async def about(request: Request, house: House) -> Response:
    """GET /about."""
    viewer = await viewer_of(request, house)
    async with house.db.read() as conn:
        rules = await server.rules(conn)
        staff = await server.staff(conn)
        size = await server.size(conn)
    return page(
        request, house, "about.html", viewer=viewer, rules=rules, staff=staff, size=size,
    )  # fmt: skip


async def robots(request: Request, house: House) -> Response:
    """GET /robots.txt."""
    return responses.text(_ROBOTS, headers={"cache-control": "public, max-age=86400"})


PAGES: list[Page] = [("GET", "/about", about), ("GET", "/robots.txt", robots)]
