"""The App: every request gets one answer, with the headers of the house and without its secrets."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest

from stoa.asgi import responses
from stoa.asgi.app import App
from stoa.asgi.errors import HTTPError
from stoa.asgi.params import BadParam
from stoa.asgi.requests import MIB, Request
from stoa.asgi.responses import Response
from stoa.asgi.router import Route, Router
from tests.asgi.asking import Answer, ask

LONG = {"text": "a long story " * 500}


class NotHere(LookupError):
    pass


async def hello(request: Request) -> Response:
    return responses.json({"hello": request.params})


async def echo(request: Request) -> Response:
    return responses.json(await request.form())


async def fail(request: Request) -> Response:
    raise RuntimeError("the secret plan")


async def missing(request: Request) -> Response:
    raise NotHere


async def bad(request: Request) -> Response:
    raise BadParam("limit", "limit must be a whole number.")


async def long(request: Request) -> Response:
    return responses.json(LONG, headers={"etag": '"v1"'})


async def pieces(request: Request) -> Response:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b"data: x\n\n" * 200

    return responses.events(parts())


async def broken_pieces(request: Request) -> Response:
    async def parts() -> AsyncIterator[bytes]:
        yield b"first"
        raise RuntimeError("half way")

    return responses.stream(parts(), "text/plain")


async def no_content(request: Request) -> Response:
    return Response(status_code=204)


async def page(request: Request) -> Response:
    return responses.html("<p>hi", headers={"Cache-Control": "public, max-age=60"})


ROUTES = [
    Route("GET", "/", page),
    Route("GET", "/api/v1/hello/{name}", hello),
    Route("POST", "/api/v1/echo", echo),
    Route("GET", "/api/v1/fail", fail),
    Route("GET", "/fail", fail),
    Route("GET", "/api/v1/missing", missing),
    Route("GET", "/api/v1/bad", bad),
    Route("GET", "/api/v1/long", long),
    Route("GET", "/api/v1/events", pieces),
    Route("GET", "/api/v1/broken", broken_pieces),
    Route("DELETE", "/api/v1/thing", no_content),
    Route("GET", "/auth/reset/{token}", page),
]


async def error_page(request: Request, error: HTTPError) -> Response:
    return responses.html(f"<h1>{error.status}", error.status, error.headers)


def gone(request: Request, error: NotHere) -> Response:
    return responses.error(404, "Record not found")


def make(**options: Any) -> App:
    return App(Router(ROUTES), on_error=error_page, errors={LookupError: gone}, **options)


APP = make()


def get(target: str, *headers: tuple[str, str], app: App = APP) -> Answer:
    return ask(app, "GET", target, headers=headers)


def test_a_route_is_answered_with_the_headers_of_the_house() -> None:
    answer = get("/api/v1/hello/world")
    assert (answer.status, answer.json) == (200, {"hello": {"name": "world"}})
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "private, no-store"
    shown = get("/")
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert shown.headers["referrer-policy"] == "same-origin"
    assert shown.headers["x-frame-options"] == "DENY"


def test_a_header_the_handler_set_is_left_alone() -> None:
    assert get("/").headers.getlist("cache-control") == ["public, max-age=60"]


def test_an_answer_used_twice_does_not_gather_headers() -> None:
    kept = responses.json({})

    async def same(request: Request) -> Response:
        return kept

    app = App(Router([Route("GET", "/api/a", same)]))
    assert len(get("/api/a", app=app).headers) == len(get("/api/a", app=app).headers)


@pytest.mark.parametrize("target", ["/api/v1/nothing", "/api/", "/api/v1/hello/a/b"])
def test_an_unknown_address_is_404_in_json_for_apps(target: str) -> None:
    answer = get(target)
    assert (answer.status, answer.json) == (404, {"error": "Not found"})


def test_an_unknown_address_is_a_page_for_people() -> None:
    answer = get("/nothing", ("accept", "text/html,*/*"))
    assert (answer.status, answer.body) == (404, b"<h1>404")
    assert get("/nothing", ("accept", "application/activity+json")).json == {"error": "Not found"}


def test_another_method_is_405_and_names_the_right_ones() -> None:
    answer = ask(APP, "PUT", "/api/v1/echo")
    assert answer.status == 405
    assert answer.headers["allow"] == "POST, OPTIONS"
    assert "error" in answer.json
    assert ask(APP, "BREW", "/").headers["allow"] == "GET, HEAD, OPTIONS"


def test_options_tells_the_methods() -> None:
    answer = ask(APP, "OPTIONS", "/api/v1/echo")
    assert (answer.status, answer.headers["allow"]) == (204, "POST, OPTIONS")


def test_head_has_the_headers_of_get_and_no_body() -> None:
    full = get("/api/v1/hello/a")
    answer = ask(APP, "HEAD", "/api/v1/hello/a")
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["content-length"] == full.headers["content-length"]
    assert ask(APP, "HEAD", "/api/v1/events").body == b""
    assert ask(APP, "HEAD", "/api/v1/nothing").body == b""


def test_no_content_stays_without_content() -> None:
    answer = ask(APP, "DELETE", "/api/v1/thing")
    assert (answer.status, answer.body) == (204, b"")
    assert "content-length" not in answer.headers


def test_an_unforeseen_error_names_only_the_request(caplog: pytest.LogCaptureFixture) -> None:
    answer = get("/api/v1/fail?code=hush")
    assert answer.status == 500
    assert answer.json["request_id"] == answer.headers["x-request-id"]
    assert b"plan" not in answer.body
    assert answer.headers["access-control-allow-origin"] == "*"
    record = next(r for r in caplog.records if r.name == "stoa.asgi")
    assert record.exc_info is not None
    assert "the secret plan" in caplog.text
    assert answer.headers["x-request-id"] in caplog.text
    assert "hush" not in caplog.text
    assert get("/fail").body == b"<h1>500"


def test_an_error_page_that_fails_is_a_plain_500(caplog: pytest.LogCaptureFixture) -> None:
    async def broken(request: Request, error: HTTPError) -> Response:
        raise ZeroDivisionError

    answer = get("/nothing", app=App(Router(ROUTES), on_error=broken))
    assert answer.status == 500
    assert "ZeroDivisionError" in caplog.text
    assert b"Zero" not in answer.body


def test_errors_of_the_house_become_the_answers_they_stand_for() -> None:
    assert get("/api/v1/missing").json == {"error": "Record not found"}
    answer = get("/api/v1/bad")
    assert (answer.status, answer.json) == (422, {"error": "limit must be a whole number."})


def test_a_body_too_large_is_answered_and_the_line_closed() -> None:
    headers = [("content-type", "application/json"), ("content-length", str(50 * MIB))]
    answer = ask(APP, "POST", "/api/v1/echo", [b"x"], headers)
    assert (answer.status, answer.json) == (413, {"error": "The body is larger than 1 MiB."})
    assert answer.headers["connection"] == "close"
    chunks = [b"x" * 65536] * 40
    late = ask(APP, "POST", "/api/v1/echo", chunks, [("content-type", "application/json")])
    assert late.status == 413


def test_a_client_that_leaves_gets_no_answer() -> None:
    headers = [("content-type", "application/json")]
    answer = ask(APP, "POST", "/api/v1/echo", [b"{"], headers, hang_up=True)
    assert answer.messages == []


def test_an_address_too_long_or_too_many_headers_are_refused() -> None:
    assert get("/api/v1/hello/" + "a" * 40_000).status == 414
    assert get("/api/v1/hello/a?" + "a" * 40_000).status == 414
    assert get("/api/v1/hello/a", *[("x-a", "1")] * 201).status == 431


def test_before_may_answer_and_after_may_add() -> None:
    seen = []

    async def before(request: Request) -> Response | None:
        assert request.route is not None
        seen.append(request.route.path)
        return responses.error(401, "no") if request.params.get("name") == "eve" else None

    def after(request: Request, response: Response) -> None:
        response.headers["x-ratelimit-remaining"] = "7"

    app = make(before=before, after=after)
    assert get("/api/v1/hello/eve", app=app).status == 401
    answer = get("/api/v1/hello/bob", app=app)
    assert (answer.status, answer.headers["x-ratelimit-remaining"]) == (200, "7")
    assert get("/api/v1/fail", app=app).headers["x-ratelimit-remaining"] == "7"
    assert seen == ["/api/v1/hello/{name}"] * 2 + ["/api/v1/fail"]


def test_long_text_is_compressed_for_who_takes_it() -> None:
    plain = get("/api/v1/long")
    packed = get("/api/v1/long", ("accept-encoding", "br, gzip"))
    assert gzip.decompress(packed.body) == plain.body
    assert packed.headers["content-length"] == str(len(packed.body))
    assert packed.headers["etag"] == 'W/"v1"'
    assert plain.headers["etag"] == '"v1"'
    for answer in (plain, packed):
        assert answer.headers["vary"] == "Accept-Encoding"
    head = ask(APP, "HEAD", "/api/v1/long", headers=[("accept-encoding", "gzip")])
    assert head.headers["content-length"] == packed.headers["content-length"]


@pytest.mark.parametrize("accepted", ["", "br", "gzip;q=0", "gzip; q=0.000", "*"])
def test_who_does_not_take_gzip_gets_none(accepted: str) -> None:
    answer = get("/api/v1/long", ("accept-encoding", accepted))
    assert "content-encoding" not in answer.headers
    assert answer.json == LONG


def test_short_text_and_event_streams_are_not_compressed() -> None:
    for target in ("/api/v1/hello/a", "/api/v1/events"):
        answer = get(target, ("accept-encoding", "gzip"))
        assert "content-encoding" not in answer.headers
        assert "vary" not in answer.headers
    assert answer.body == b"data: x\n\n" * 600


def test_a_stream_that_breaks_is_cut_not_finished(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(RuntimeError, match="half way"):
        get("/api/v1/broken")
    assert "half way" in caplog.text


def test_request_ids_are_fresh_unless_a_proxy_of_ours_gave_one() -> None:
    first, second = (get("/").headers["x-request-id"] for _ in range(2))
    assert first != second
    header = ("x-request-id", "from-the-proxy-1")
    assert get("/", header).headers["x-request-id"] == "from-the-proxy-1"
    stranger = ask(APP, "GET", "/", headers=[header], client=("203.0.113.9", 1))
    assert stranger.headers["x-request-id"] != "from-the-proxy-1"
    bad_id = ("x-request-id", "bad id; with words")
    assert get("/", bad_id).headers["x-request-id"] != "bad id; with words"


def lifespan(app: App) -> list[dict[str, Any]]:
    async def run() -> list[dict[str, Any]]:
        waiting = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
        sent: list[Any] = []

        async def receive() -> Any:
            return waiting.pop(0)

        async def send(message: Any) -> None:
            sent.append(message)

        await app({"type": "lifespan"}, receive, send)
        return sent

    return asyncio.run(run())


def test_startup_and_shutdown_are_run(caplog: pytest.LogCaptureFixture) -> None:
    steps = []

    async def up() -> None:
        steps.append("up")

    async def down() -> None:
        steps.append("down")

    sent = lifespan(make(startup=up, shutdown=down))
    assert [m["type"] for m in sent] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert steps == ["up", "down"]

    async def cannot() -> None:
        raise RuntimeError("no database")

    assert lifespan(make(startup=cannot)) == [{"type": "lifespan.startup.failed", "message": "no database"}]


def test_rendered_bytes_pass_through_unchanged() -> None:
    body = orjson.dumps(list(range(20_000)))

    async def rendered(request: Request) -> Response:
        return responses.json_bytes(body)

    app = App(Router([Route("GET", "/api/x", rendered)]))
    assert get("/api/x", app=app).body == body
    packed = get("/api/x", ("accept-encoding", "gzip"), app=app)
    assert gzip.decompress(packed.body) == body
