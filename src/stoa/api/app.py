"""The Mastodon client API: all its routes."""

from __future__ import annotations

from stoa.api.routes import ROUTES
from stoa.api.routing import bind
from stoa.api.streaming import socket, sse
from stoa.api.streaming.hub import Hub
from stoa.asgi.router import Route, SocketRoute
from stoa.core.house import House


def routes(house: House) -> list[Route]:
    """Every route of the API, bound to *house*, and that of our own pages."""
    return bind(house, [*ROUTES, sse.OF_PAGES])


def sockets(house: House) -> list[SocketRoute]:
    """The WebSocket on which apps are told what is new."""
    return [socket.route(house)]


def say_goodbye(house: House) -> None:
    """End what stays open, so that a server that is to stop need not wait for it."""
    hub = Hub.find(house.db.memory)
    if hub is not None:
        hub.close_all()
