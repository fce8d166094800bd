"""The doors of a house put side by side.

Where a page and a document share an address, whoever asks for a document gets it from the federation
door, and everybody else the page: the two doors do not know of each other.
"""

from __future__ import annotations

from collections.abc import Mapping

from stoa.api import app as api
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.asgi.router import Handler, Route, SocketRoute
from stoa.core.house import House
from stoa.federation import app as federation
from stoa.federation import inbox
from stoa.federation.door import Door
from stoa.web import app as web


def routes(house: House, door: Door | None) -> list[Route]:
    """Every route for people, apps and other servers; without *door* nothing for the last."""
    if door is None:
        return [*api.routes(house), *web.routes(house)]
    documents = federation.negotiated(door)
    pages = [_negotiated(route, documents) for route in web.routes(house)]
    return [*api.routes(house), *pages, *federation.routes(door), *inbox.routes(door)]


def sockets(house: House) -> list[SocketRoute]:
    """Every WebSocket."""
    return api.sockets(house)


def _negotiated(route: Route, documents: Mapping[str, Handler]) -> Route:
    """*route*, or where there is a document at its address one that gives what is asked for."""
    document = documents.get(route.path) if route.method == "GET" else None
    if document is None:
        return route
    page = route.handler

    async def choose(request: Request) -> Response:
        return await (document if federation.wants_document(request) else page)(request)

    return Route(route.method, route.path, choose, **route.meta)
