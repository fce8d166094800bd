"""Streaming on a real server, with stock clients: what goes over the wire."""

from __future__ import annotations

import json
import queue
import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import mastodon
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.live.serving import Server, serving
from tests.live.test_clients import NODE, STOCK, register, signed_in

PATIENCE_SECONDS = 20.0


@pytest.fixture(scope="module")
def alice(server: Server) -> mastodon.Mastodon:
    register(server, "alice")
    return signed_in(server, "alice")


@pytest.fixture(scope="module")
def bob(server: Server) -> mastodon.Mastodon:
    register(server, "bob")
    return signed_in(server, "bob")


class Listener(mastodon.StreamListener):
    """Puts what comes into a queue."""

    def __init__(self) -> None:
        self.heard: queue.Queue[tuple[str, Any]] = queue.Queue()

    def on_any_event(self, name: str, data: Any = None, for_stream: str | None = None) -> None:
        self.heard.put((name, data))

    def next(self) -> tuple[str, Any]:
        return self.heard.get(timeout=PATIENCE_SECONDS)


def listen(open_stream: Any, *given: Any, **named: Any) -> tuple[Listener, Any]:
    """A listener and its handle, once the stream is open."""
    listener = Listener()
    return listener, open_stream(*given, listener=listener, run_async=True, **named)


def revoke(server: Server, api: mastodon.Mastodon) -> None:
    """Revoke its token; Mastodon.py itself would only do so over https."""
    words = {
        "client_id": api.client_id, "client_secret": api.client_secret, "token": api.access_token,
    }  # fmt: skip
    body = urlencode(words).encode()
    urllib.request.urlopen(f"{server.base}/oauth/revoke", data=body, timeout=PATIENCE_SECONDS).close()


def test_mastodon_py_hears_what_happens_until_its_token_is_revoked(
    server: Server, alice: mastodon.Mastodon, bob: mastodon.Mastodon
) -> None:
    alice = signed_in(server, "alice")
    assert alice.stream_healthy()
    streams = {
        "user": listen(alice.stream_user),
        "public": listen(alice.stream_public),
        "local": listen(alice.stream_public, local=True),
        "hashtag": listen(alice.stream_hashtag, "harbour"),
        "direct": listen(alice.stream_direct),
    }
    try:
        post = bob.status_post("At the #harbour", language="en")
        for name in ("public", "local", "hashtag"):
            event, status = streams[name][0].next()
            assert (event, status.id) == ("update", post.id)
        bob.status_update(post.id, "Still at the #harbour")
        event, status = streams["public"][0].next()
        assert event == "status.update"
        assert "Still" in status.content
        mine = alice.status_post("Good morning", visibility="unlisted")
        bob.status_favourite(mine)
        assert streams["user"][0].next()[1].id == mine.id
        event, notification = streams["user"][0].next()
        assert (event, notification.type, notification.status.id) == ("notification", "favourite", mine.id)
        word = bob.status_post("@alice a word", visibility="direct")
        event, talk = streams["direct"][0].next()
        assert (event, talk.last_status.id) == ("conversation", word.id)
        bob.status_delete(post)
        event, gone = streams["local"][0].next()
        while event != "delete":
            event, gone = streams["local"][0].next()
        assert str(gone) == str(post.id)
    finally:
        revoke(server, alice)
    for _, handle in streams.values():
        handle.join(PATIENCE_SECONDS)
        assert not handle.is_alive()


def test_a_browser_gives_its_token_as_a_subprotocol(
    server: Server, alice: mastodon.Mastodon, bob: mastodon.Mastodon
) -> None:
    address = server.base.replace("http", "ws")
    with subprocess.Popen(
        [str(NODE), str(STOCK / "streaming.mjs"), address, str(alice.access_token)],
        stdout=subprocess.PIPE, text=True,
    ) as visit:  # fmt: skip
        assert visit.stdout is not None
        assert json.loads(visit.stdout.readline()) == {
            "error": "Missing tag name parameter", "status": 400,
        }  # fmt: skip
        post = bob.status_post("Once more at the #harbour")
        message = json.loads(visit.stdout.readline())
        assert message["stream"] == ["hashtag", "harbour"]
        assert json.loads(message["payload"])["id"] == str(post.id)
        assert json.loads(visit.stdout.readline()) == {"code": 1000, "protocol": True}
    assert visit.returncode == 0


def open_socket(server: Server, token: str, stream: str, **options: Any) -> ClientConnection:
    address = f"{server.base.replace('http', 'ws')}/api/v1/streaming?stream={stream}"
    return connect(address, additional_headers={"Authorization": f"Bearer {token}"}, **options)


def test_nobody_comes_in_without_a_token(server: Server) -> None:
    with (
        pytest.raises(InvalidStatus) as refused,
        connect(f"{server.base.replace('http', 'ws')}/api/v1/streaming"),
    ):
        pass
    assert refused.value.response.status_code == 401
    assert json.loads(refused.value.response.body or b"")["error"] == "The access token is invalid"


def test_pings_are_answered_and_long_messages_are_not_taken(
    server: Server, alice: mastodon.Mastodon
) -> None:
    with open_socket(server, str(alice.access_token), "user") as there:
        assert there.ping().wait(PATIENCE_SECONDS)
        there.send("x" * 100_000)
        with pytest.raises(ConnectionClosed) as closed:
            there.recv(timeout=PATIENCE_SECONDS)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1009


def test_who_does_not_read_is_cut_off_and_holds_up_nobody(
    server: Server, alice: mastodon.Mastodon, bob: mastodon.Mastodon
) -> None:
    token = str(alice.access_token)
    slow = socket.socket()
    slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    slow.connect(("127.0.0.1", server.port))
    slow.sendall(
        f"GET /api/v1/streaming?stream=public HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {'A' * 22}==\r\n"
        f"Authorization: Bearer {token}\r\n\r\n".encode()
    )
    assert slow.recv(12) == b"HTTP/1.1 101"
    with open_socket(server, token, "public", max_size=None) as there:
        heard: queue.Queue[str] = queue.Queue()

        def read() -> None:
            for one in there:
                heard.put(str(one))

        threading.Thread(target=read, daemon=True).start()
        text = "It goes on and on. " * 3400
        for number in range(120):
            bob.status_post(f"{number} {text}")
            heard.get(timeout=PATIENCE_SECONDS)
    slow.settimeout(PATIENCE_SECONDS)
    total, deadline = 0, time.monotonic() + PATIENCE_SECONDS
    with slow:
        try:
            while part := slow.recv(1 << 20):
                total += len(part)
                assert time.monotonic() < deadline, "the line is still open"
        except ConnectionResetError:
            pass
    assert total < 120 * len(text)


@pytest.fixture
def short_lived(tmp_path: Path) -> Iterator[Server]:
    with serving(tmp_path) as running:
        yield running


def test_a_server_that_stops_lets_go_of_all_who_listen(short_lived: Server) -> None:
    register(short_lived, "alice")
    alice = signed_in(short_lived, "alice")
    listener, handle = listen(alice.stream_user)
    with open_socket(short_lived, str(alice.access_token), "user") as there:
        post = alice.status_post("Last words")
        assert json.loads(there.recv(timeout=PATIENCE_SECONDS))["event"] == "update"
        assert listener.next()[1].id == post.id
        begin = time.monotonic()
        ended = threading.Thread(target=short_lived.stop)
        ended.start()
        with pytest.raises(ConnectionClosed) as closed:
            there.recv(timeout=PATIENCE_SECONDS)
        ended.join(PATIENCE_SECONDS)
    handle.close()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1001
    assert short_lived.process is not None
    assert short_lived.process.returncode == 0
    assert time.monotonic() - begin < 8
