"""The streams as server-sent events, each at its own address (methods/streaming)."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from stoa.api.routing import ApiRoute, Call, Handler, route
from stoa.api.streaming import streams
from stoa.api.streaming.elsewhere import hub_of
from stoa.api.streaming.streams import BASE, Refused
from stoa.asgi import params
from stoa.asgi.errors import HTTPError
from stoa.asgi.live import EventStream, Line
from stoa.asgi.responses import Response, text
from stoa.core.auth.tokens import Token


class _Wish(Struct):
    only_media: bool = False


async def _stream(call: Call, name: object) -> Response:
    token, account_id = call.token, call.me
    if token is None:
        raise RuntimeError("nobody is a member without a token")
    hub, address = hub_of(call.house), call.request.client_ip
    try:
        stream = streams.asked(name, call.request.query)
        await hub.check(token, account_id, stream)
        hub.check_room(token, address)
    except Refused as refused:
        raise HTTPError(refused.status, str(refused)) from None
    return EventStream(lambda line: _begin(call, line, token, stream))


def _begin(call: Call, line: Line, token: Token, stream: streams.Stream) -> Callable[[], object]:
    hub = hub_of(call.house)
    listener = hub.open(line, token, call.me, call.request.client_ip)
    hub.subscribe(listener, stream)
    return lambda: hub.close(listener)


def _at(name: str) -> Handler:
    async def show(call: Call) -> Response:
        narrowed = name in streams.PUBLIC and params.decode(_Wish, call.request.query).only_media
        return await _stream(call, f"{name}:media" if narrowed else name)

    return show


async def any_of_them(call: Call) -> Response:
    """GET /api/v1/streaming without a WebSocket: the stream named in the query."""
    return await _stream(call, call.request.query.get("stream"))


async def unknown(call: Call) -> Response:
    """Any other address below: 400, as documented."""
    raise HTTPError(400, "Unknown channel requested")


async def health(call: Call) -> Response:
    """GET /api/v1/streaming/health."""
    return text("OK")


ROUTES: list[ApiRoute] = [
    *[route("GET", path, _at(name), scopes=streams.scope_of(name)) for path, name in streams.PATHS.items()],
    route("GET", BASE, any_of_them, scopes="read:statuses read:notifications"),
    route("GET", f"{BASE}/health", health, auth="none"),
    route("GET", f"{BASE}/{{name:path}}", unknown, auth="none"),
]
