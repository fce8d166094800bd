"""What was acknowledged survives; what is in flight is finished."""

from __future__ import annotations

import contextlib
import http.client
import json
import threading
import time
from pathlib import Path

from tests.live.serving import Server, serving

WRITERS = 8


class Writer(threading.Thread):
    """Posts one after the other until the server is gone or it is told to stop."""

    def __init__(self, server: Server, token: str, number: int) -> None:
        super().__init__(daemon=True)
        self.acknowledged: list[str] = []
        self.refused: list[int] = []
        self.enough = threading.Event()
        self._server = server
        self._token = token
        self._number = number
        self._place = 0

    def run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._server.port, timeout=30)
        with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
            while not self.enough.is_set():
                self._post(connection)

    def _post(self, connection: http.client.HTTPConnection) -> None:
        headers = {"authorization": f"Bearer {self._token}", "content-type": "application/json"}
        body = json.dumps({"status": f"writer {self._number}, post {self._place}"})
        self._place += 1
        connection.request("POST", "/api/v1/statuses", body, headers)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status == 200:
            self.acknowledged.append(json.loads(text)["id"])
        else:
            self.refused.append(answer.status)
        if answer.getheader("connection") == "close":
            connection.close()


def storm(server: Server) -> list[Writer]:
    """Writers at work, at least fifty posts in."""
    server.cli("account", "create", "alice", "--email", "a@mail.example", "--password", "long enough")
    token = server.cli("token", "create", "alice")
    writers = [Writer(server, token, number) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    deadline = time.monotonic() + 60
    while sum(len(writer.acknowledged) for writer in writers) < 50:
        assert time.monotonic() < deadline
        assert any(writer.is_alive() for writer in writers)
        time.sleep(0.01)
    return writers


def there(server: Server, status_id: str) -> bool:
    """Whether a visitor can read the post."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request("GET", f"/api/v1/statuses/{status_id}")
    found = connection.getresponse().status == 200
    connection.close()
    return found


def test_every_acknowledged_post_is_there_after_kill_9(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        writers = storm(server)
        server.kill()
        for writer in writers:
            writer.join(30)
        acknowledged = [status_id for writer in writers for status_id in writer.acknowledged]
        server.start()
        assert [status_id for status_id in acknowledged if not there(server, status_id)] == []
        # And it goes on: what was not acknowledged left nothing half done.
        server.cli("doctor")
        token = server.cli("token", "create", "alice")
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        headers = {"authorization": f"Bearer {token}"}
        connection.request("GET", "/api/v1/accounts/verify_credentials", headers=headers)
        posts = json.loads(connection.getresponse().read())["statuses_count"]
        connection.close()
        assert len(acknowledged) <= posts <= len(acknowledged) + WRITERS


def test_sigterm_finishes_what_is_in_flight(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        writers = storm(server)
        assert server.stop() == 0
        for writer in writers:
            writer.join(30)
        assert [status for writer in writers for status in writer.refused] == []
        acknowledged = [status_id for writer in writers for status_id in writer.acknowledged]
        server.start()
        assert [status_id for status_id in acknowledged if not there(server, status_id)] == []
