"""Files: ranges, caching, sandbox, and paths that are no file."""

import os
from pathlib import Path

import pytest

from stoa.asgi.app import App
from stoa.asgi.files import file
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.asgi.router import Route, Router
from tests.asgi.asking import Answer, ask

CONTENT = bytes(range(256)) * 4096  # 1 MiB: several chunks


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "cat.png").write_bytes(CONTENT)
    (tmp_path / "empty").touch()
    (tmp_path / "sub").mkdir()
    os.mkfifo(tmp_path / "pipe")
    return tmp_path


def get(folder: Path, name: str, *headers: tuple[str, str], method: str = "GET") -> Answer:
    async def show(request: Request) -> Response:
        return file(folder / request.params["name"], "image/png")

    async def save(request: Request) -> Response:
        return file(folder / request.params["name"], "image/png", download_as='my "cät".png')

    routes = [Route("GET", "/media/{name}", show), Route("GET", "/save/{name}", save)]
    target = name if name.startswith("/") else f"/media/{name}"
    return ask(App(Router(routes)), method, target, headers=headers)


def test_a_file_is_sent_whole_with_its_headers(folder: Path) -> None:
    answer = get(folder, "cat.png")
    assert (answer.status, answer.body) == (200, CONTENT)
    assert answer.headers["content-length"] == str(len(CONTENT))
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["access-control-allow-origin"] == "*"
    for name in ("cache-control", "x-content-type-options", "etag", "content-type"):
        assert len(answer.headers.getlist(name)) == 1


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=10-19", 10, 20),
        ("bytes=1048570-", 1048570, 1048576),
        ("bytes=-5", 1048571, 1048576),
        ("bytes=-9999999", 0, 1048576),
        ("bytes=5-9999999", 5, 1048576),
    ],
)
def test_a_range_is_sent_alone(folder: Path, asked: str, start: int, end: int) -> None:
    answer = get(folder, "cat.png", ("range", asked))
    assert (answer.status, answer.body) == (206, CONTENT[start:end])
    assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{len(CONTENT)}"
    assert answer.headers["content-length"] == str(end - start)


@pytest.mark.parametrize("asked", ["bytes=0-1,5-6", "bytes=-", "bytes=a-b", "lines=1-2", "bytes"])
def test_ranges_it_does_not_serve_get_the_whole_file(folder: Path, asked: str) -> None:
    answer = get(folder, "cat.png", ("range", asked))
    assert (answer.status, len(answer.body)) == (200, len(CONTENT))


@pytest.mark.parametrize("asked", ["bytes=1048576-", "bytes=9-3", "bytes=-0"])
def test_a_range_beyond_the_file_is_refused(folder: Path, asked: str) -> None:
    answer = get(folder, "cat.png", ("range", asked))
    assert (answer.status, answer.body) == (416, b"")
    assert answer.headers["content-range"] == f"bytes */{len(CONTENT)}"


def test_what_the_client_has_is_not_sent_again(folder: Path) -> None:
    etag = get(folder, "cat.png").headers["etag"]
    answer = get(folder, "cat.png", ("if-none-match", f'"other", {etag}'))
    assert (answer.status, answer.body) == (304, b"")
    assert answer.headers["etag"] == etag


def test_a_range_of_another_version_gets_the_whole_file(folder: Path) -> None:
    etag = get(folder, "cat.png").headers["etag"]
    same = get(folder, "cat.png", ("range", "bytes=0-1"), ("if-range", etag))
    other = get(folder, "cat.png", ("range", "bytes=0-1"), ("if-range", '"other"'))
    assert (same.status, other.status) == (206, 200)


def test_head_says_what_get_would_send(folder: Path) -> None:
    answer = get(folder, "cat.png", method="HEAD")
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["content-length"] == str(len(CONTENT))


def test_headers_added_later_are_sent(folder: Path) -> None:
    async def show(request: Request) -> Response:
        response = file(folder / "cat.png", "image/png")
        response.headers["link"] = "<a>"
        return response

    app = App(Router([Route("GET", "/a", show)]))
    first = ask(app, "GET", "/a")
    again = ask(app, "GET", "/a", headers=[("if-none-match", first.headers["etag"])])
    assert (first.status, again.status) == (200, 304)
    assert first.headers["link"] == again.headers["link"] == "<a>"


def test_an_empty_file_is_sent(folder: Path) -> None:
    answer = get(folder, "empty")
    assert (answer.status, answer.body) == (200, b"")
    assert get(folder, "empty", ("range", "bytes=0-")).status == 416


@pytest.mark.parametrize("name", ["none", "sub", "pipe", "x" * 300, "cat.png%2Fx"])
def test_what_is_no_file_is_not_found(folder: Path, name: str) -> None:
    answer = get(folder, name, ("accept", "application/json"))
    assert answer.status == 404
    assert answer.json == {"error": "Record not found"}


def test_a_download_is_named_safely(folder: Path) -> None:
    disposition = get(folder, "/save/cat.png").headers["content-disposition"]
    assert disposition == "attachment; filename*=UTF-8''my%20%22c%C3%A4t%22.png"
