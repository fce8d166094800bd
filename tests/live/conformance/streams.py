"""Every stream, and each event it has: it arrives, once, with its entity."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import threading
from collections.abc import Iterator
from functools import partial
from typing import Any
from urllib.parse import urlencode

from websockets.sync.client import connect

from tests.live.conformance import notices
from tests.live.conformance.asking import Answer
from tests.live.conformance.house import PNG, Village
from tests.live.conformance.later import PATIENCE_SECONDS, until

POSTS = frozenset(("update", "status.update", "delete"))
USER = POSTS | {
    "notification", "filters_changed", "announcement", "announcement.reaction", "announcement.delete"
}  # fmt: skip
# Only commands make and remove announcements, in a process of their own, and SQLite tells no other process.
UNHEARD_ON_SQLITE = frozenset(("announcement", "announcement.delete"))
BASE = "/api/v1/streaming"
# What each is asked with, and what must be heard there.
STREAMS: tuple[tuple[str, dict[str, str], frozenset[str]], ...] = (
    ("user", {}, USER),
    ("user/notification", {}, frozenset(("notification",))),
    ("public", {}, POSTS),
    ("public", {"only_media": "true"}, POSTS),
    ("public/local", {}, POSTS),
    ("public/local", {"only_media": "true"}, POSTS),
    ("public/remote", {}, POSTS),
    ("public/remote", {"only_media": "true"}, frozenset()),
    ("hashtag", {"tag": "watched"}, POSTS),
    ("hashtag/local", {"tag": "watched"}, POSTS),
    ("list", {"list": ""}, POSTS),
    ("direct", {}, frozenset(("conversation",))),
)
PAYLOADS = {
    "update": "Status", "status.update": "Status", "notification": "Notification",
    "conversation": "Conversation", "announcement": "Announcement", "announcement.reaction": "Reaction",
}  # fmt: skip


class Stream:
    """Listens until it is closed; `heard` holds (event, data)."""

    def __init__(self, v: Village, path: str, query: dict[str, str], who: str = "alice") -> None:
        self.heard: list[tuple[str, str]] = []
        self._connection = http.client.HTTPConnection(
            "localhost", v.server.port, timeout=3 * PATIENCE_SECONDS
        )
        headers = {"authorization": f"Bearer {v.ask.tokens.of[who]}", "accept": "text/event-stream"}
        self._connection.request("GET", f"{BASE}/{path}?{urlencode(query)}", headers=headers)
        self._socket = self._connection.sock
        self._answer = self._connection.getresponse()
        self.status = self._answer.status
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        event = ""
        with contextlib.suppress(OSError, ValueError, http.client.HTTPException):
            while line := self._answer.readline():
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name == "event":
                    event = value
                elif name == "data":
                    self.heard.append((event, value))

    def close(self) -> None:
        """Hang up."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(PATIENCE_SECONDS)
        self._answer.close()
        self._connection.close()


@contextlib.contextmanager
def _listening(v: Village) -> Iterator[list[tuple[str, frozenset[str], Stream]]]:
    with contextlib.ExitStack() as stack:
        found = []
        for path, query, expected in STREAMS:
            name = f"GET {BASE}/{path}"
            query = query | ({"list": v.made["list"]} if "list" in query else {})
            if name not in v.ask.findings.called:
                v.ask.refused(name, partial(_refusal, v, path, query))
            stream = Stream(v, path, query)
            stack.callback(stream.close)
            if stream.status == 200:
                v.ask.findings.called[name] += 1
                v.ask.findings.sent |= {(name, one) for one in query}
            found.append((f"{name}?{urlencode(query)}", expected, stream))
        yield found


def _refusal(v: Village, path: str, query: dict[str, str], token: str | None) -> Answer:
    return v.ask.send("GET", f"{BASE}/{path}", token=token, query=query)


def streams(v: Village) -> None:
    """Things happen while alice listens everywhere."""
    ask, rita = v.ask, v.rita
    file = ask("POST /api/v2/media", "bob", files={"file": ("a.png", PNG, "image/png")})["id"]
    with _listening(v) as all_of_them:
        erins = Stream(v, "user", {}, "erin")
        try:
            post = ask("POST /api/v1/statuses", "bob", status="#watched", media_ids=[file])["id"]
            afar = rita.post("From afar.")
            found = until(
                lambda: [one for one in ask("GET /api/v1/timelines/home") if one["uri"] == afar["uri"]]
            )
            ask("PUT /api/v1/statuses/:id", "bob", id=post, status="#watched still", media_ids=[file])
            rita.ask("PUT", f"/api/v1/statuses/{afar['id']}", status="From very far.")
            until(lambda: ask("GET /api/v1/statuses/:id", id=found[0]["id"])["edited_at"])
            ask("DELETE /api/v1/statuses/:id", "bob", id=post)
            rita.delete(afar["id"])
            ask("POST /api/v1/statuses", "bob", status="@alice a word", visibility="direct")
            ask("POST /api/v2/filters", title="New", context=["home"])
            v.server.command("announcement", "publish", "Listen!")
            made = ask("GET /api/v1/announcements")[-1]["id"]
            ask("PUT /api/v1/announcements/:id/reactions/:name", id=made, name="wave")
            _heard(all_of_them[0][2], "announcement.reaction")
            v.server.command("announcement", "remove", made)
            notices.requests(v)
            unheard = frozenset() if v.postgresql else UNHEARD_ON_SQLITE
            for name, expected, stream in all_of_them:
                _check(v, name, expected - unheard, stream)
            if not _heard(erins, "notifications_merged"):
                ask.findings.wrong(f"GET {BASE}/user", "notifications_merged was not heard")
        finally:
            erins.close()


def _heard(stream: Stream, event: str) -> bool:
    try:
        return until(lambda: event in {name for name, _ in stream.heard})
    except AssertionError:
        return False


def _check(v: Village, name: str, expected: frozenset[str], stream: Stream) -> None:
    for event in sorted(expected):
        if not _heard(stream, event):
            v.ask.findings.wrong(name, f"{event} was not heard")
    heard = list(stream.heard)
    for event, data in heard:
        if event not in expected:
            v.ask.findings.wrong(name, f"{event} is none of its events: {data[:80]}")
        elif heard.count((event, data)) > 1 and event != "filters_changed":
            v.ask.findings.wrong(name, f"{event} was heard more than once")
        if kind := PAYLOADS.get(event):
            payload: Any = json.loads(data)
            if event == "announcement.reaction":
                payload = {key: value for key, value in payload.items() if key != "announcement_id"}
            v.ask.findings.look(name, payload, kind)
        elif event in ("delete", "announcement.delete") and not data.isdigit():
            v.ask.findings.wrong(name, f"{event} names {data!r}")


def sockets(v: Village) -> None:
    """The same through a WebSocket, with several streams in one."""
    name = f"GET {BASE}"
    token = v.ask.tokens.of["alice"]
    query = {"access_token": token, "stream": "hashtag", "tag": "watched", "type": "subscribe"}
    v.ask.refused(name, lambda token: v.ask.send("GET", BASE, token=token, headers=UPGRADE))
    address = f"{v.server.base.replace('http', 'ws')}{BASE}?{urlencode(query)}&list={v.made['list']}"
    with connect(address) as there:
        there.send(json.dumps({"type": "subscribe", "stream": "list", "list": v.made["list"]}))
        there.send(
            json.dumps({"type": "subscribe", "stream": "hashtag"})
        )  # no tag: an error tells of obeying
        refusal = json.loads(there.recv(timeout=PATIENCE_SECONDS))
        v.ask.findings.look(name, {"error": refusal["error"]}, "Error")
        v.ask("POST /api/v1/statuses", "bob", status="Once more #watched")
        said = [json.loads(there.recv(timeout=PATIENCE_SECONDS)) for _ in range(2)]
        if sorted(one["stream"][0] for one in said) != ["hashtag", "list"]:
            v.ask.findings.wrong(
                name, f"not one message for each stream: {[one['stream'] for one in said]}"
            )
        for one in said:
            v.ask.findings.look(name, json.loads(one["payload"]), "Status")
    v.ask.findings.called[name] += 1
    v.ask.findings.sent |= {(name, one) for one in (*query, "list")}


UPGRADE = {
    "connection": "Upgrade", "upgrade": "websocket", "sec-websocket-version": "13",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
}  # fmt: skip
