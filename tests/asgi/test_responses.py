"""Answers: their shape, and that no stranger's text ends a header."""

from datetime import UTC, datetime

import msgspec
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stoa.asgi import responses


class Thing(msgspec.Struct, rename={"kind": "type"}):
    kind: str
    at: datetime | None = None


def test_json_writes_structs_and_dates() -> None:
    moment = datetime(2031, 5, 1, tzinfo=UTC)
    response = responses.json({"things": [Thing("a")], "at": moment})
    assert bytes(response.body) == b'{"things":[{"type":"a","at":null}],"at":"2031-05-01T00:00:00Z"}'
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    assert response.headers["content-length"] == str(len(response.body))


def test_rendered_bytes_go_out_as_they_are() -> None:
    response = responses.json_bytes(b"[1]", content_type="application/activity+json")
    assert (response.body, response.status_code) == (b"[1]", 200)
    assert response.headers["content-type"] == "application/activity+json"


def test_cookies_can_be_set_on_any_answer() -> None:
    response = responses.redirect("/", 303)
    response.set_cookie("session", "x", httponly=True, secure=True)
    assert "session=x" in response.headers["set-cookie"]


def test_errors_have_the_shape_clients_read() -> None:
    details = {"username": [{"error": "ERR_TAKEN", "description": "is taken"}]}
    response = responses.error(422, "Validation failed", details=details)
    assert response.status_code == 422
    assert orjson.loads(response.body) == {"error": "Validation failed", "details": details}


@pytest.mark.parametrize(
    ("url", "location"),
    [
        ("/a?b=c#d", "/a?b=c#d"),
        ("https://app.example/cb?code=%2F&x=[1]", "https://app.example/cb?code=%2F&x=[1]"),
        ("/@ålice", "/@%C3%A5lice"),
        ("/a\r\nSet-Cookie: x=1", "/a%0D%0ASet-Cookie:%20x=1"),
        ('/"<\\>', "/%22%3C%5C%3E"),
    ],
)
def test_a_redirect_cannot_carry_a_second_header(url: str, location: str) -> None:
    response = responses.redirect(url, 303)
    assert response.status_code == 303
    assert response.headers["location"] == location


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_every_redirect_is_one_line_of_ascii(url: str) -> None:
    location = responses.redirect(url).headers["location"]
    assert location.isascii()
    assert location.isprintable()
    assert " " not in location


@pytest.mark.parametrize("value", ["a\r\nb", "a\nb", "a\0b", "\x7f"])
def test_a_header_with_a_control_character_is_not_made(value: str) -> None:
    with pytest.raises(ValueError, match="control character"):
        responses.json({}, headers={"x-a": value})


def test_not_modified_has_no_body_and_no_length() -> None:
    response = responses.not_modified('"a"')
    assert (response.status_code, response.body) == (304, b"")
    assert dict(response.headers) == {"etag": '"a"'}


@pytest.mark.parametrize(
    ("sent", "matches"),
    [(None, False), ("", False), ('"a"', True), ('"b", W/"a"', True), ("*", True), ('"b"', False)],
)
def test_etags_are_compared_weakly(sent: str | None, matches: bool) -> None:
    assert responses.etag_matches(sent, '"a"') is matches
    assert responses.etag_matches(sent, 'W/"a"') is matches
