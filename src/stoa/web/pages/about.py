"""What this server is: description, rules, staff; and what it tells robots."""

from __future__ import annotations

from stoa.asgi import responses
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.core.errors import NotFound
from stoa.core.house import House
from stoa.core.instances import documents
from stoa.locales.speaking import gettext
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
        more = await documents.current(conn, "extended_description")
        terms = await documents.current(conn, "terms_of_service")
    return page(
        request, house, "about.html", viewer=viewer, rules=rules, staff=staff, size=size, more=more,
        terms=terms,
    )  # fmt: skip


async def robots(request: Request, house: House) -> Response:
    """GET /robots.txt."""
    return responses.text(_ROBOTS, headers={"cache-control": "public, max-age=86400"})


async def privacy_policy(request: Request, house: House) -> Response:
    """GET /privacy-policy."""
    viewer = await viewer_of(request, house)
    async with house.db.read() as conn:
        found = await documents.current(conn, "privacy_policy") or documents.default_privacy_policy()
    return page(
        request,
        house,
        "document.html",
        viewer=viewer,
        title=gettext("Privacy policy"),
        document=found,
        others=[],
    )


async def terms_of_service(request: Request, house: House) -> Response:
    """GET /terms-of-service, and /terms-of-service/DAY for an older or a coming version."""
    viewer = await viewer_of(request, house)
    async with house.db.read() as conn:
        versions = await documents.versions(conn, "terms_of_service")
    day = request.params.get("day")
    found = documents.held_on(versions, documents.today())
    if day is not None:
        found = next((one for one in versions if one.effective_on == day), None)
    if found is None:
        raise NotFound
    others = [one for one in versions if one is not found]
    return page(
        request, house, "document.html", viewer=viewer, title=gettext("Terms of service"), document=found,
        others=others,
    )  # fmt: skip


PAGES: list[Page] = [
    ("GET", "/about", about),
    ("GET", "/privacy-policy", privacy_policy),
    ("GET", "/terms-of-service", terms_of_service),
    ("GET", "/terms-of-service/{day}", terms_of_service),
    ("GET", "/robots.txt", robots),
]
