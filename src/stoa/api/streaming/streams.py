"""The streams there are: their names, their addresses, what they ask for.  Pure.

A Place is where news arrives: `("home", account)`, `("list", list)`, `("hashtag", key)`, …, and the
public timelines.  Somebody who listens stands in a place under the name they asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson

from stoa import text

Place = tuple[str, int | str]

PUBLIC = (
    "public",
    "public:media",
    "public:local",
    "public:local:media",
    "public:remote",
    "public:remote:media",
)
HASHTAG = ("hashtag", "hashtag:local")
OWN = ("user", "user:notification", "direct")
NAMES = frozenset((*PUBLIC, *HASHTAG, *OWN, "list"))

HOME = "user"
NOTIFICATIONS = "user:notification"
DIRECT = "direct"
LIST = "list"

MOST_CHARACTERS = 256


class Refused(Exception):
    """What was asked for is not given; *status* is as in HTTP."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class Stream(NamedTuple):
    """A stream somebody asked for.  *about*: the hashtag or the id of the list, as they wrote it."""

    name: str
    about: str = ""

    @property
    def label(self) -> bytes:
        """What messages on a WebSocket call it: a JSON array."""
        return orjson.dumps([self.name, self.about] if self.about else [self.name])

    def place(self, account_id: int) -> Place:
        """Where *account_id* stands to hear of it."""
        if self.name in OWN:
            return (self.name, account_id)
        if self.name == LIST:
            return (LIST, int(self.about))
        if self.name in HASHTAG:
            return (self.name, text.normalise_hashtag(self.about))
        return (self.name, 0)


def asked(name: object, given: Mapping[str, Any]) -> Stream:
    """The stream called *name* with the parameters *given*.  Raises Refused as Mastodon words it."""
    name = _first(name)
    if name not in NAMES:
        raise Refused("Unknown stream type", 400)
    if name in HASHTAG:
        tag = _first(given.get("tag"))
        if not tag.strip("#\uff03 ") or len(tag) > MOST_CHARACTERS:
            raise Refused("Missing tag name parameter", 400)
        return Stream(name, tag)
    if name == LIST:
        listed = _first(given.get("list"))
        if not listed:
            raise Refused("Missing list name parameter", 400)
        if not (listed.isascii() and listed.isdigit() and len(listed) < 20 and int(listed) < 2**63):
            raise Refused("Not authorized to stream this list", 401)
        return Stream(name, listed)
    return Stream(name)


def _first(value: object) -> str:
    """Text out of whatever came; of several the first, as in Mastodon."""
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else ""


def scope_of(name: str) -> str:
    """The scope a token needs for the stream *name*."""
    return "read:notifications" if name == NOTIFICATIONS else "read:statuses"


BASE = "/api/v1/streaming"
PATHS: Mapping[str, str] = {
    f"{BASE}/user": HOME,
    f"{BASE}/user/notification": NOTIFICATIONS,
    f"{BASE}/public": "public",
    f"{BASE}/public/local": "public:local",
    f"{BASE}/public/remote": "public:remote",
    f"{BASE}/hashtag": "hashtag",
    f"{BASE}/hashtag/local": "hashtag:local",
    f"{BASE}/list": LIST,
    f"{BASE}/direct": DIRECT,
}
"""Where each is as server-sent events; `only_media` narrows the public ones."""


def socket_message(label: bytes, event: str, payload: bytes | None) -> bytes:
    """A message on a WebSocket; *payload* is JSON already, and put into a string again."""
    if payload is None:
        return b'{"stream":%s,"event":"%s"}' % (label, event.encode())
    return b'{"stream":%s,"event":"%s","payload":%s}' % (label, event.encode(), payload)


def sse_message(event: str, payload: bytes | None) -> bytes:
    """The same as a server-sent event: *payload* in one line.  Where there is none the word is
    `undefined`, as Mastodon documents."""
    return b"event: %s\ndata: %s\n\n" % (event.encode(), b"undefined" if payload is None else payload)
