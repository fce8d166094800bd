"""The Mastodon client API: all its routes."""

from __future__ import annotations

from stoa.api.routes import ROUTES
from stoa.api.routing import bind
from stoa.asgi.router import Route
from stoa.core.house import House


def routes(house: House) -> list[Route]:
    """Every route of the API, bound to *house*."""
    return bind(house, ROUTES)
