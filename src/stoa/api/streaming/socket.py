"""GET /api/v1/streaming as a WebSocket: many streams on one connection.

    {"type": "subscribe", "stream": "hashtag", "tag": "stoa"}      and "unsubscribe", by the app
    {"stream": ["hashtag", "stoa"], "event": "update", "payload": "{...}"}          by us
    {"error": "Missing tag name parameter", "status": 400}         where we cannot

Only a token opens it, never a cookie, so that a page of another origin has nothing to ride on and any
origin may connect, as for the rest of the API.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from typing import Any

import orjson
from starlette.websockets import WebSocket

from stoa.api.routing import require_member
from stoa.api.streaming import streams
from stoa.api.streaming.elsewhere import hub_of
from stoa.api.streaming.hub import Hub
from stoa.api.streaming.places import Listener, Opener
from stoa.api.streaming.streams import Refused
from stoa.asgi import forms
from stoa.asgi.errors import HTTPError
from stoa.asgi.live import POLICY, TOO_BIG, TRANSPORT, UNSUPPORTED, Line, text_frame
from stoa.asgi.router import SocketRoute
from stoa.core.house import House

MOST_CHARACTERS = 4096
MOST_MESSAGES = 500
PER_SECONDS = 60.0


def route(house: House) -> SocketRoute:
    """The one WebSocket of the API."""

    async def serve(socket: WebSocket) -> None:
        await _serve(house, socket)

    return SocketRoute(streams.BASE, serve)


async def _serve(house: House, socket: WebSocket) -> None:
    query = forms.parse_urlencoded(socket.scope["query_string"])
    raw, subprotocol = _token_in(socket, query)
    token, account_id = await require_member(house, raw, ("read:statuses", "read:notifications"))
    hub, opener = hub_of(house), Opener(token.id, token.scopes)
    address = socket.scope["client_ip"]
    try:
        hub.check_room(opener, address)
    except Refused as refused:
        raise HTTPError(refused.status, str(refused)) from None
    # A browser hangs up on a server that does not take up the one protocol it has offered.
    await socket.accept(subprotocol)
    lent = socket.scope.get("extensions", {}).get(TRANSPORT)
    line = Line(socket.send, is_socket=True, transport=lent)
    listener = hub.open(line, opener, account_id, address)
    try:
        if "stream" in query:
            await _subscribe(hub, listener, opener, query)
        await _listen(hub, listener, opener, socket)
    except asyncio.CancelledError:
        if not line.ended:
            raise
    finally:
        line.release()
        hub.close(listener)


def _token_in(socket: WebSocket, query: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """The token, and the sub-protocol to take up if it came as one."""
    header = socket.headers.get("authorization", "")
    scheme, _, value = header.partition(" ")
    if scheme.lower() == "bearer" and value.strip():
        return value.strip(), None
    offered = socket.scope.get("subprotocols") or []
    given = query.get("access_token")
    if isinstance(given, str) and given:
        return given, (offered[0] if offered else None)
    return (offered[0], offered[0]) if offered and offered[0] else (None, None)


async def _listen(hub: Hub, listener: Listener, opener: Opener, socket: WebSocket) -> None:
    """Do what the app asks, until it leaves."""
    begin, count = time.monotonic(), 0
    while True:
        message = await socket.receive()
        if message["type"] != "websocket.receive":
            return
        text = message.get("text")
        count += 1
        if count > MOST_MESSAGES:
            if time.monotonic() - begin < PER_SECONDS:
                listener.line.end(POLICY, "Too many messages.")
                continue
            begin, count = time.monotonic(), 0
        if text is None:
            listener.line.end(UNSUPPORTED, "Only text is understood.")
        elif len(text) > MOST_CHARACTERS:
            listener.line.end(TOO_BIG, "The message is too long.")
        elif not listener.line.ended:
            await _obey(hub, listener, opener, text)


async def _obey(hub: Hub, listener: Listener, opener: Opener, text: str) -> None:
    # What is not understood is passed over without a word, as in Mastodon: some apps ping in their own way.
    try:
        asked = orjson.loads(text)
    except json.JSONDecodeError:
        return
    if not isinstance(asked, dict):
        return
    if asked.get("type") == "subscribe":
        await _subscribe(hub, listener, opener, asked)
    elif asked.get("type") == "unsubscribe":
        try:
            hub.unsubscribe(listener, streams.asked(asked.get("stream"), asked))
        except Refused as refused:
            _say(listener, refused)


async def _subscribe(hub: Hub, listener: Listener, opener: Opener, asked: Mapping[str, Any]) -> None:
    try:
        stream = streams.asked(asked.get("stream"), asked)
        await hub.check(opener, listener.account_id, stream)
        hub.subscribe(listener, stream)
    except Refused as refused:
        _say(listener, refused)


def _say(listener: Listener, refused: Refused) -> None:
    listener.line.put(text_frame(orjson.dumps({"error": str(refused), "status": refused.status})))
