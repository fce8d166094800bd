"""The streams as server-sent events, each at its own address (methods/streaming); and for our own pages."""

from __future__ import annotations

import random
from collections.abc import Callable

from msgspec import Struct

from stoa.api.routing import ApiRoute, Call, Handler, route
from stoa.api.streaming import streams
from stoa.api.streaming.elsewhere import hub_of
from stoa.api.streaming.places import Opener
from stoa.api.streaming.streams import BASE, Refused, Stream
from stoa.asgi import params
from stoa.asgi.errors import HTTPError
from stoa.asgi.live import EventStream, Line, event_part
from stoa.asgi.responses import Response, text
from stoa.core.auth import sessions


class _Wish(Struct):
    only_media: bool = False


async def _stream(call: Call, name: object) -> Response:
    token, account_id = call.token, call.me
    if token is None:
        raise RuntimeError("nobody is a member without a token")
    opener = Opener(token.id, token.scopes)
    try:
        stream = streams.asked(name, call.request.query)
        await _check(call, opener, account_id, stream)
    except Refused as refused:
        raise HTTPError(refused.status, str(refused)) from None
    return EventStream(lambda line: _begin(call, line, opener, account_id, stream))


async def _check(call: Call, opener: Opener, account_id: int, stream: streams.Stream) -> None:
    hub = hub_of(call.house)
    await hub.check(opener, account_id, stream)
    hub.check_room(opener, call.request.client_ip)


def _begin(
    call: Call, line: Line, opener: Opener, account_id: int, *asked: streams.Stream
) -> Callable[[], object]:
    hub = hub_of(call.house)
    listener = hub.open(line, opener, account_id, call.request.client_ip)
    for stream in asked:
        hub.subscribe(listener, stream)
    return lambda: hub.close(listener)


async def of_a_page(call: Call) -> Response:
    """GET /live: for a page of ours, by the session of its browser: that there is something new in the
    `stream` it shows, and that there are notifications.  No more than that, since the page has its own
    way to show it.
    """
    if call.request.header("sec-fetch-site") not in (None, "same-origin"):
        raise HTTPError(403, "This is for pages of this server alone.")
    value = call.request.cookies.get(sessions.COOKIE) or ""
    async with call.house.db.read() as conn:
        session = await sessions.find(conn, value) if 0 < len(value) <= sessions.MAX_COOKIE else None
    if session is None:
        raise HTTPError(403, "Nobody is signed in here.")
    opener, me = Opener(session.key, "read", is_brief=True), session.account_id
    try:
        stream = streams.asked(call.request.query.get("stream"), call.request.query)
        await _check(call, opener, me, stream)
    except Refused as refused:
        # A page would be led to sign in by a 401.
        raise HTTPError(403 if refused.status == 401 else refused.status, str(refused)) from None

    def begin(line: Line) -> Callable[[], object]:
        # Not all at once when a server comes back.
        line.put(event_part(b"retry: %d\n\n" % random.randint(2_000, 15_000)))  # noqa: S311  no secret
        others = () if stream.name == streams.HOME else (Stream(streams.NOTIFICATIONS),)
        return _begin(call, line, opener, me, stream, *others)

    return EventStream(begin)


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

OF_PAGES = route("GET", "/live", of_a_page, auth="none")
"""Nothing for apps, and so not among the others."""
