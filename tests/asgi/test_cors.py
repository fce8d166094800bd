"""Other origins: the API is open to every page, the rest to none."""

import pytest

from stoa.asgi import responses
from stoa.asgi.app import App
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.asgi.router import Route, Router
from tests.asgi.asking import ask


async def echo(request: Request) -> Response:
    return responses.json(await request.form())


APP = App(Router([Route("POST", "/api/v1/echo", echo)]))


@pytest.mark.parametrize(
    ("path", "open_to_others"),
    [
        ("/api/v1/hello/a", True),
        ("/oauth/token", True),
        ("/oauth/token/", True),
        ("/oauth/revoke", True),
        ("/.well-known/webfinger", True),
        ("/media/x", True),
        ("/oauth/authorize", False),
        ("/oauth/tokens", False),
        ("/", False),
        ("/apis", False),
    ],
)
def test_other_origins_may_use_the_api_and_nothing_else(path: str, open_to_others: bool) -> None:
    answer = ask(APP, "GET", path, headers=[("origin", "https://app.example")])
    assert ("access-control-allow-origin" in answer.headers) is open_to_others
    assert "access-control-allow-credentials" not in answer.headers
    if open_to_others:
        assert answer.headers["access-control-allow-origin"] == "*"
        exposed = answer.headers["access-control-expose-headers"]
        for name in ("Link", "X-RateLimit-Reset", "Idempotency-Key", "Mastodon-Async-Refresh"):
            assert name in exposed


def test_a_preflight_allows_what_is_asked() -> None:
    headers = [
        ("origin", "https://app.example"),
        ("access-control-request-method", "PATCH"),
        ("access-control-request-headers", "authorization, idempotency-key"),
    ]
    for path in ("/api/v1/echo", "/api/v1/unknown"):
        answer = ask(APP, "OPTIONS", path, headers=headers)
        assert (answer.status, answer.body) == (204, b"")
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["access-control-allow-headers"] == "authorization, idempotency-key"
        assert "PATCH" in answer.headers["access-control-allow-methods"]
    assert "access-control-allow-methods" not in ask(APP, "OPTIONS", "/", headers=headers).headers


def test_strange_header_names_are_not_given_back() -> None:
    headers = [
        ("origin", "https://app.example"),
        ("access-control-request-method", "GET"),
        ("access-control-request-headers", "a" * 2000),
    ]
    answer = ask(APP, "OPTIONS", "/api/v1/echo", headers=headers)
    assert answer.status == 204
    assert "access-control-allow-headers" not in answer.headers
