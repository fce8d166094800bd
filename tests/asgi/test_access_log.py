"""The access log: one line for each request, with nothing in it that lets anybody in."""

import logging

import pytest

from stoa.asgi import responses
from stoa.asgi.app import App
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.asgi.router import Route, Router
from tests.asgi.asking import ask


async def page(request: Request) -> Response:
    return responses.html("<p>hi")


APP = App(Router([Route("GET", "/", page), Route("GET", "/auth/reset/{token}", page)]))


@pytest.mark.parametrize(
    ("target", "line"),
    [
        ("/?limit=3&q=x", "/?limit=3&q=x"),
        ("/?access_token=hush&a=1", "/?access_token=...&a=1"),
        ("/?%74oken=hush", "/?%74oken=..."),
        ("/?user[password]=hush", "/?user[password]=..."),
        ("/?code=hush&client_secret=hush", "/?code=...&client_secret=..."),
        ("/auth/reset/hush", "/auth/reset/{token}"),
        ("/a%0Ab", "/a%0Ab"),
    ],
)
def test_each_request_is_one_line_without_secrets(
    caplog: pytest.LogCaptureFixture, target: str, line: str
) -> None:
    caplog.set_level(logging.INFO, "stoa.access")
    answer = ask(APP, "GET", target)
    records = [r.getMessage() for r in caplog.records if r.name == "stoa.access"]
    assert len(records) == 1
    ip, method, path, status, size, *_ = records[0].split(" ")
    assert (ip, method, path) == ("127.0.0.1", "GET", line)
    assert (int(status), int(size)) == (answer.status, len(answer.body))
    assert records[0].endswith(answer.headers["x-request-id"])
    assert "hush" not in records[0]
