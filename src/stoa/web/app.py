"""The pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from stoa.asgi import responses
from stoa.asgi.errors import HTTPError
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.asgi.router import Route
from stoa.core.house import House


def routes(house: House) -> list[Route]:
    """Every page, bound to *house*."""
    return []


def error_page(house: House) -> Callable[[Request, HTTPError], Awaitable[Response]]:
    """The page that says what went wrong."""

    async def show(request: Request, error: HTTPError) -> Response:
        return responses.text(error.message, error.status, error.headers)

    return show
