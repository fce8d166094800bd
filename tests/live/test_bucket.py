"""A server whose files lie in a bucket: what it acknowledged is there after a crash, and it can move."""

from __future__ import annotations

import http.client
import json
from pathlib import Path

from tests.api.routes.test_media import picture
from tests.conftest import run_program
from tests.live.serving import Server, free_port, serving
from tests.main.buckets import NOBODY, environ, service

__all__ = ["environ", "service"]  # fixtures

COLOURS = ("red", "lime", "blue")


def ask(
    server: Server, method: str, path: str, body: bytes | None = None, **headers: str
) -> tuple[int, bytes]:
    """Status and body of the answer, from a socket of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    try:
        connection.request(method, path, body, {name.replace("_", "-"): v for name, v in headers.items()})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def post(server: Server, token: str, data: bytes) -> str:
    """The path of the file of a post that was acknowledged."""
    head = b'--limit\r\ncontent-disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
    status, sent = ask(
        server, "POST", "/api/v2/media", head + data + b"\r\n--limit--\r\n",
        authorization=f"Bearer {token}", content_type="multipart/form-data; boundary=limit",
    )  # fmt: skip
    assert status == 200, sent
    media = json.loads(sent)
    status, made = ask(
        server, "POST", "/api/v1/statuses", json.dumps({"media_ids": [media["id"]]}).encode(),
        authorization=f"Bearer {token}", content_type="application/json",
    )  # fmt: skip
    assert status == 200, made
    return str(media["url"]).removeprefix(server.base)


def test_files_outlive_the_server_and_move_while_it_runs(tmp_path: Path, environ: dict[str, str]) -> None:
    with serving(tmp_path, **environ) as server:
        server.command(
            "account", "create", "alice", "--email", "a@mail.example", "--password", "long enough"
        )
        token = server.command("token", "create", "alice")
        paths = [post(server, token, picture(colour)) for colour in COLOURS]
        server.kill()
        server.start()
        whole = {path: ask(server, "GET", path) for path in paths}
        assert {status for status, _ in whole.values()} == {200}
        assert len({body for _, body in whole.values()}) == len(COLOURS)
        for path, (_, body) in whole.items():
            assert ask(server, "GET", path, range="bytes=2-9") == (206, body[2:10])
        assert list((tmp_path / "data" / "media").glob("??/??/*")) == []

        # Into the folder while it serves; once more finds all there; then it opens without a bucket.
        moved = json.loads(server.command("media", "copy", "--back", "--json"))
        assert moved["copied"] >= len(COLOURS)
        again = json.loads(server.command("media", "copy", "--back", "--json"))
        assert again == {"copied": 0, "there": moved["copied"]}
        assert server.stop() == 0
    folder = Server(tmp_path / "data")
    folder.start()
    try:
        assert {path: ask(folder, "GET", path) for path in paths} == whole
    finally:
        folder.stop()


def test_a_server_whose_bucket_is_away_says_so_and_does_not_open(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    wrong = {**environ, "STOA_S3_ENDPOINT": NOBODY}
    ended = run_program("serve", "--data", str(tmp_path), "--port", str(free_port()), env=wrong)
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1].startswith(
        "stoa: STOA_S3_BUCKET is 'files', and cannot be looked into:"
    )
    assert "Traceback" not in ended.stderr
