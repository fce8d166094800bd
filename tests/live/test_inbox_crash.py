"""What was answered 202 has its effects, once, whenever the server is killed (F5.1, R1)."""

from __future__ import annotations

import contextlib
import http.client
import json
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from stoa import settings as stoa_settings
from stoa.federation import signatures
from stoa.federation.signatures import Request
from tests.federation.elsewhere import ACTIVITY_JSON, Actor, Elsewhere
from tests.live.fediverse import until
from tests.live.serving import Server, serving

OPEN = {"STOA_ALLOW_NETWORKS": "127.0.0.0/8", "STOA_INSECURE_HTTP": "on"}
SENDERS = 4
KILLS = 3


@contextlib.contextmanager
def elsewhere_on_loopback() -> Iterator[tuple[Elsewhere, int]]:
    """Another server that shows its documents, and its port."""
    elsewhere = Elsewhere(stoa_settings.load(environ={}))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            found = elsewhere.documents.get(f"http://{self.headers['host']}{self.path}")
            body = b"" if found is None else json.dumps(found).encode()
            self.send_response(404 if found is None else 200)
            kind = "application/jrd+json" if "webfinger" in self.path else ACTIVITY_JSON
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield elsewhere, server.server_port
    finally:
        server.shutdown()
        server.server_close()


class Sender(threading.Thread):
    """Delivers posts that mention alice, until the server is gone."""

    def __init__(self, server: Server, actor: Actor, alice: str) -> None:
        super().__init__(daemon=True)
        self.acknowledged: list[str] = []
        self.refused: list[str] = []
        self._server, self._actor, self._alice = server, actor, alice

    def run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._server.port, timeout=30)
        with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
            while not self.refused:
                self._deliver(connection)

    def _deliver(self, connection: http.client.HTTPConnection) -> None:
        mention = {"type": "Mention", "href": self._alice, "name": "@alice"}
        create = self._actor.create(to=[self._alice], cc=[], tag=[mention])
        body = json.dumps(create).encode()
        headers = {"host": f"localhost:{self._server.port}", "content-type": ACTIVITY_JSON}
        request = Request("POST", f"{self._server.base}/inbox", tuple(headers.items()), body)
        headers |= signatures.sign(request, self._actor.rsa, time.time())
        connection.request("POST", "/inbox", body, headers)
        answer = connection.getresponse()
        said = answer.read().decode()
        if answer.status == 202:
            self.acknowledged.append(create["object"]["id"])
        else:
            self.refused.append(f"{answer.status}: {said}")


def told(server: Server, token: str) -> Counter[str]:
    """How often alice was told of each post."""
    found: Counter[str] = Counter()
    address = f"{server.base}/api/v1/notifications?types[]=mention&include_filtered=true&limit=80"
    while True:
        request = urllib.request.Request(address, headers={"authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            page = json.load(answer)
        if not page:
            return found
        found.update(one["status"]["uri"] for one in page)
        address = address.partition("&max_id")[0] + f"&max_id={page[-1]['id']}"


def test_what_was_answered_202_is_there_once_after_kill_9(tmp_path: Path) -> None:
    acknowledged: set[str] = set()
    with elsewhere_on_loopback() as (elsewhere, port), serving(tmp_path, **OPEN) as server:
        server.cli("account", "create", "alice", "--email", "a@mail.example", "--password", "long enough")
        token = server.cli("token", "create", "alice")
        with urllib.request.urlopen(f"{server.base}/api/v1/accounts/lookup?acct=alice") as answer:
            alice = f"{server.base}/ap/users/{json.load(answer)['id']}"
        actors = [
            elsewhere.actor(f"a{number}@localhost:{port}", scheme="http") for number in range(SENDERS)
        ]
        for _ in range(KILLS):
            senders = [Sender(server, actor, alice) for actor in actors]
            for sender in senders:
                sender.start()
            while sum(len(one.acknowledged) for one in senders) < 60:
                assert all(one.is_alive() for one in senders), [one.refused for one in senders]
                time.sleep(0.01)
            server.kill()
            for sender in senders:
                sender.join(30)
                assert sender.refused == []
                acknowledged.update(sender.acknowledged)
            server.start()
        until(lambda: acknowledged <= told(server, token).keys())
        assert set(told(server, token).values()) == {1}
