"""Who listens where, in this process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple, TypeVar

import orjson

from stoa.api.streaming import streams
from stoa.api.streaming.streams import Place, Refused, Stream
from stoa.asgi.live import Line, Parcel, event_part, text_frame
from stoa.core.auth import scopes as oauth_scopes

MOST_STREAMS = 200
MOST_OF_A_TOKEN = 50
MOST_OF_AN_ADDRESS = 500

K = TypeVar("K")


class Opener(NamedTuple):
    """What opens a line: a token by its id, a browser's session by its key.  Who *is_brief* is told that
    something has happened, and looks for themselves.
    """

    key: int | str
    scopes: str
    is_brief: bool = False


class Listener:
    """Somebody at the other end of a line, and the streams they asked for."""

    __slots__ = ("account_id", "address", "is_brief", "key", "line", "may_hear_notifications", "streams")

    def __init__(self, line: Line, opener: Opener, account_id: int, address: str) -> None:
        self.line = line
        self.key = opener.key
        self.is_brief = opener.is_brief
        self.account_id = account_id
        self.address = address
        self.may_hear_notifications = oauth_scopes.covers(opener.scopes, "read:notifications")
        self.streams: dict[Place, bytes] = {}


class Notice:
    """One event on its way to many: each form it takes is made once."""

    __slots__ = ("_event", "_parcels", "_payload", "_quoted")

    def __init__(self, event: str, payload: bytes | None) -> None:
        self._event = event
        self._payload = payload
        self._quoted = None if payload is None else orjson.dumps(payload.decode())
        self._parcels: dict[bytes | bool, Parcel] = {}

    def give(self, listener: Listener, label: bytes) -> None:
        """Put it into the line of *listener*, who calls the stream *label*."""
        line, payload = listener.line, None if listener.is_brief else self._payload
        key = label if line.is_socket else listener.is_brief
        parcel = self._parcels.get(key)
        if parcel is None:
            parcel = self._parcels[key] = (
                text_frame(streams.socket_message(label, self._event, self._quoted))
                if line.is_socket
                else event_part(streams.sse_message(self._event, payload))
            )
        line.put(parcel)


class Places:
    """Listeners by place."""

    def __init__(self, *, bounded: bool) -> None:
        self.listeners: set[Listener] = set()
        self._bounded = bounded
        self._places: dict[Place, dict[Listener, bytes]] = {}
        self._of_key: Counter[int | str] = Counter()
        self._of_address: Counter[str] = Counter()

    def check_room(self, key: int | str, address: str) -> None:
        """Raises Refused 429 when a token, a session or an address has as many lines as it may."""
        if self._bounded and (
            self._of_key[key] >= MOST_OF_A_TOKEN or self._of_address[address] >= MOST_OF_AN_ADDRESS
        ):
            raise Refused("Too many connections", 429)

    def add(self, listener: Listener) -> None:
        """From now on *listener* may enter places."""
        self.listeners.add(listener)
        self._of_key[listener.key] += 1
        self._of_address[listener.address] += 1

    def remove(self, listener: Listener) -> None:
        """*listener* is gone from everywhere."""
        if listener not in self.listeners:
            return
        for place in list(listener.streams):
            self._leave(listener, place)
        self.listeners.discard(listener)
        _less(self._of_key, listener.key)
        _less(self._of_address, listener.address)

    def enter(self, listener: Listener, stream: Stream) -> None:
        """*listener* hears *stream*; once, however often they ask.  Raises Refused past MOST_STREAMS."""
        place = stream.place(listener.account_id)
        if place in listener.streams or listener not in self.listeners:
            return
        if len(listener.streams) >= MOST_STREAMS:
            raise Refused("Too many streams on one connection", 429)
        listener.streams[place] = stream.label
        standing = self._places.setdefault(place, {})
        standing[listener] = stream.label

    def leave(self, listener: Listener, stream: Stream) -> None:
        """And no longer."""
        place = stream.place(listener.account_id)
        if place in listener.streams:
            self._leave(listener, place)

    def _leave(self, listener: Listener, place: Place) -> None:
        del listener.streams[place]
        standing = self._places[place]
        del standing[listener]
        if not standing:
            del self._places[place]

    def at(self, *places: Place) -> Iterator[tuple[Listener, bytes]]:
        """Everyone at *places*, with the name they know each by; as they stand at this moment."""
        for place in places:
            yield from list(self._places.get(place, _NOBODY).items())

    def everyone_at(self, name: str) -> Iterator[tuple[Listener, bytes]]:
        """Everyone who listens to a stream of this *name*."""
        return self.at(*[place for place in self._places if place[0] == name])

    def is_anyone_at(self, name: str) -> bool:
        """Whether somebody listens to a stream of this *name*."""
        return any(place[0] == name for place in self._places)

    def owners(self) -> list[int]:
        """Accounts whose homes, and lists whose timelines, somebody looks at."""
        return [about for name, about in self._places if name in _KEPT and isinstance(about, int)]


_KEPT = (streams.HOME, streams.LIST)
_NOBODY: Mapping[Listener, bytes] = {}


def _less(counter: Counter[K], key: K) -> None:
    counter[key] -= 1
    if counter[key] <= 0:
        del counter[key]
