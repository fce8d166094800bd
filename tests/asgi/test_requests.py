"""Requests: bodies of every kind, their limits, and who sent them."""

import asyncio
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.types import Message

from stoa.asgi import requests
from stoa.asgi.errors import ClientGone, HTTPError
from stoa.asgi.requests import MIB, Request
from tests.asgi.asking import outcome, read_form, with_request

URLENCODED = "application/x-www-form-urlencoded"


def refusal(*args: Any, **kwargs: Any) -> HTTPError:
    with pytest.raises(HTTPError) as caught:
        with_request(read_form, *args, **kwargs)
    return caught.value


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/json; charset=utf-8",
        'Application/JSON;charset="UTF-8"',
        "application/activity+json",
    ],
)
def test_json_bodies_are_read(content_type: str) -> None:
    assert with_request(read_form, b'{"a": [1]}', content_type) == {"a": [1]}


def test_urlencoded_bodies_are_read_in_any_pieces() -> None:
    body = "a[b][]=é&c=1".encode()
    assert with_request(read_form, body, URLENCODED) == {"a": {"b": ["é"]}, "c": "1"}
    pieces = [body[at : at + 1] for at in range(len(body))]
    assert with_request(read_form, pieces, URLENCODED) == {"a": {"b": ["é"]}, "c": "1"}


@pytest.mark.parametrize(
    "content_type", [None, "", "text/plain", URLENCODED, "application/json", "multipart/form-data"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_an_empty_body_is_fine_whatever_it_is_called(content_type: str | None, method: str) -> None:
    assert with_request(read_form, b"", content_type, method=method) == {}


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_get_and_delete_may_have_a_body(method: str) -> None:
    assert with_request(read_form, b"id[]=1", URLENCODED, method=method) == {"id": ["1"]}


def test_query_and_body_are_merged_and_the_body_wins() -> None:
    async def use(request: Request) -> Any:
        return await request.arguments(), request.query

    merged, query = with_request(use, b"a=2", URLENCODED, target="/?a=1&b[]=x")
    assert merged == {"a": "2", "b": ["x"]}
    assert query == {"a": "1", "b": ["x"]}


@pytest.mark.parametrize(
    "content_type",
    [None, "text/plain", "application/xml", "image/png", "application/json; charset=utf-16"],
)
def test_other_bodies_are_refused_by_their_type(content_type: str | None) -> None:
    assert refusal(b"{}", content_type).status == 415


def test_compressed_bodies_are_refused() -> None:
    error = refusal(b"{}", "application/json", headers=[("content-encoding", "gzip")])
    assert error.status == 415


def test_a_body_past_its_limit_is_refused_by_its_announcement() -> None:
    async def use(request: Request) -> Any:
        try:
            await request.form()
        except HTTPError as error:
            return error, request.has_unread_body

    headers = [("content-length", str(MIB + 1))]
    error, unread = with_request(use, b"a=1", URLENCODED, headers=headers)
    assert error.status == 413
    assert error.message == "The body is larger than 1 MiB."
    assert unread


def test_a_chunked_body_is_counted() -> None:
    assert with_request(read_form, [b"a=" + b"x" * (MIB - 2)], URLENCODED)
    assert refusal([b"a=", *[b"x" * 1024] * 1024], URLENCODED).status == 413


def test_nothing_is_read_past_the_limit() -> None:
    async def use(request: Request) -> Any:
        with pytest.raises(HTTPError):
            await request.body(65536 * 3)
        left = 0
        while (await request.receive())["type"] == "http.request":
            left += 1
        return left

    assert with_request(use, [b"x" * 65536] * 100, hang_up=True) == 100 - 4


@pytest.mark.parametrize(
    "headers",
    [
        [("content-length", "3"), ("content-length", "4")],
        [("content-length", "3"), ("transfer-encoding", "chunked")],
        [("content-length", "-1")],
        [("content-length", "3, 3")],
        [("content-length", "+3")],
        [("content-length", "")],
    ],
)
def test_contradictions_about_the_length_are_refused(headers: list[tuple[str, str]]) -> None:
    assert refusal(b"a=1", URLENCODED, headers=headers).status == 400


def test_an_absurd_length_is_too_large_and_no_crash() -> None:
    headers = [("content-length", "9" * 5000)]
    assert refusal(b"a=1", URLENCODED, headers=headers).status == 413


def test_a_client_that_leaves_is_noticed() -> None:
    with pytest.raises(ClientGone):
        with_request(read_form, [b"a=1"], URLENCODED, hang_up=True)


def test_a_body_that_never_comes_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "_PATIENCE_SECONDS", 0.01)

    async def silent() -> Message:
        await asyncio.Event().wait()
        raise AssertionError("nothing ever comes")

    async def use(request: Request) -> None:
        request.receive = silent
        await request.form()

    with pytest.raises(HTTPError) as caught:
        with_request(use, content_type=URLENCODED)
    assert caught.value.status == 408


def test_the_body_stays_to_be_read_twice() -> None:
    async def use(request: Request) -> Any:
        return await request.body(), await request.form(), await request.body()

    assert with_request(use, b"a=1", URLENCODED) == (b"a=1", {"a": "1"}, b"a=1")


def test_a_smaller_limit_counts_for_a_body_read_before() -> None:
    async def use(request: Request) -> None:
        await request.body()
        await request.body(2)

    with pytest.raises(HTTPError) as caught:
        with_request(use, b"a=1")
    assert caught.value.message == "The body is larger than 2 bytes."


def test_headers_and_cookies_are_found() -> None:
    async def use(request: Request) -> Any:
        return (
            request.header("x-a"),
            request.headers.getlist("x-a"),
            request.header("x-b"),
            request.cookies,
        )

    headers = [("X-A", "1"), ("X-A", "2"), ("Cookie", "a=1; b=2"), ("Cookie", "c=3")]
    expected = ("2", ["1", "2"], None, {"a": "1", "b": "2", "c": "3"})
    assert with_request(use, headers=headers) == expected


def base_of(headers: list[tuple[str, str]]) -> str:
    async def use(request: Request) -> str:
        return request.base

    return str(with_request(use, headers=headers))


def test_the_base_is_what_the_client_used() -> None:
    assert base_of([("host", "Stoa.example:8000")]) == "http://stoa.example:8000"
    assert base_of([("host", "[::1]:80")]) == "http://[::1]:80"
    proxied = [("host", "stoa.example"), ("x-forwarded-proto", "https")]
    assert base_of(proxied) == "https://stoa.example"


@pytest.mark.parametrize("hosts", [[], ["a", "b"], ["a b"], ["a/b"], ["a@b"], [""], ["a:x"], ["a\nb"]])
def test_a_host_that_is_none_is_refused(hosts: list[str]) -> None:
    with pytest.raises(HTTPError) as caught:
        base_of([("host", host) for host in hosts])
    assert caught.value.status == 400


@settings(deadline=None)
@given(
    st.binary(max_size=200),
    st.sampled_from([None, URLENCODED, "application/json", "multipart/form-data; boundary=x", "?;="]),
    st.integers(1, 50),
)
def test_no_body_raises_anything_but_what_is_documented(
    body: bytes, content_type: str | None, size: int
) -> None:
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    result = outcome(with_request, read_form, pieces, content_type)
    if isinstance(result, HTTPError):
        assert result.status in (400, 413, 415)
        assert result.message.endswith(".")
    else:
        orjson.dumps(result)


@settings(deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_no_content_type_raises_anything_but_what_is_documented(kind: str, options: str) -> None:
    raw = f"{kind};{options}".encode("latin-1", "replace").decode("latin-1")
    for sent in (raw, f"multipart/form-data;{raw}", f"application/json;{raw}"):
        result = outcome(with_request, read_form, b'{"a": 1}', sent)
        assert isinstance(result, dict) or result.status in (400, 413, 415)
