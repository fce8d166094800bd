"""What is fetched and delivered, and that the other side makes us do nothing that we did not ask for."""

from __future__ import annotations

import asyncio
import gzip
import logging
import tracemalloc
from collections.abc import Mapping
from pathlib import Path

import pytest

from stoa.http_client import BadAnswer, BadStatus, NotFetched, Refused, TooLarge, TooSlow, Unreachable
from stoa.http_client.connecting import MOST_PER_HOST
from tests.http_client.serving import Asked, FakeDns, answer, client, opened, serve

JSON = "application/activity+json"


def sign(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Mapping[str, str]:
    return {"Signature": f"{method} {url} {len(body)}"}


async def test_a_document_is_fetched(tmp_path: Path) -> None:
    said = answer(200, b'{"id": "x"}', content_type='application/ld+json; profile="p"', x_a="1") + b""
    async with serve(lambda _: said) as there, opened(tmp_path) as http:
        fetched = await http.get(f"http://there.example:{there.port}/x?page=1#main-key", accept=JSON)
    assert (fetched.status, fetched.body) == (200, b'{"id": "x"}')
    assert fetched.url == f"http://there.example:{there.port}/x?page=1"
    assert fetched.content_type == 'application/ld+json; profile="p"'
    assert fetched.headers["x-a"] == "1"
    assert fetched.require_ok() is fetched
    (asked,) = there.asked
    assert asked.line == "GET /x?page=1 HTTP/1.1"
    assert asked.headers == {
        "host": f"there.example:{there.port}",
        "user-agent": "Stoa/0.1.0 (+https://stoa.example)",
        "accept": JSON,
        "accept-encoding": "gzip",
    }


async def test_an_activity_is_delivered_with_its_signature(tmp_path: Path) -> None:
    async with serve(lambda _: answer(202)) as there, opened(tmp_path) as http:
        url = f"http://there.example:{there.port}/inbox"
        fetched = await http.post(url, b"{}", {"Content-Type": JSON}, signer=sign)
    assert (fetched.status, fetched.body, fetched.is_ok) == (202, b"", True)
    (asked,) = there.asked
    assert (asked.line, asked.body) == ("POST /inbox HTTP/1.1", b"{}")
    assert asked.headers["content-type"] == JSON
    assert asked.headers["signature"] == f"POST {url} 2"
    assert asked.headers["content-length"] == "2"


async def test_what_is_signed_is_what_is_sent(tmp_path: Path) -> None:
    seen: list[tuple[str, dict[str, str]]] = []

    def spy(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Mapping[str, str]:
        seen.append((url, dict(headers)))
        return {"Date": "today"}

    async with serve(lambda _: answer(200)) as there, opened(tmp_path) as http:
        await http.get(f"http://There.Example:{there.port}/a/../b%20?x=%C3%BC", accept=JSON, signer=spy)
    (asked,) = there.asked
    ((url, headers),) = seen
    assert asked.line == "GET /a/../b%20?x=%C3%BC HTTP/1.1"
    assert url == f"http://there.example:{there.port}/a/../b%20?x=%C3%BC"
    assert {name.lower(): value for name, value in headers.items()} | {"date": "today"} == asked.headers


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 429, 500, 503])
async def test_a_status_is_an_answer(tmp_path: Path, status: int) -> None:
    async with serve(lambda _: answer(status, b"no", retry_after="7")) as there, opened(tmp_path) as http:
        fetched = await http.get(f"http://there.example:{there.port}/", accept=JSON)
    assert (fetched.status, fetched.body, fetched.headers["retry-after"]) == (status, b"no", "7")
    with pytest.raises(BadStatus) as bad:
        fetched.require_ok()
    assert bad.value.status == status


async def test_a_status_counts_even_with_a_body_that_is_too_long_or_broken(tmp_path: Path) -> None:
    said = [b"x" * 100_000, b"broken", b""]
    async with opened(tmp_path) as http:
        for body in said:
            gone = answer(410, body, content_encoding="gzip" if body == b"broken" else "")
            async with serve(lambda _, gone=gone: gone) as there:  # type: ignore[misc]
                url = f"http://there.example:{there.port}/"
                assert (await http.get(url, accept=JSON, limit_bytes=10)).status == 410
                assert (await http.post(url, b"{}", {})).status == 410


async def test_packed_answers_are_unpacked(tmp_path: Path) -> None:
    body = b"x" * 5000
    said = answer(200, gzip.compress(body), content_encoding="gzip")
    async with serve(lambda _: said) as there, opened(tmp_path) as http:
        fetched = await http.get(f"http://there.example:{there.port}/", accept=JSON, limit_bytes=5000)
    assert fetched.body == body


def _chunked(body: bytes) -> bytes:
    head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
    return head + f"{len(body):x}".encode() + b"\r\n" + body + b"\r\n0\r\n\r\n"


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(answer(200, b"x" * 1001), id="stated"),
        pytest.param(_chunked(b"x" * 1001), id="not stated"),
        pytest.param(answer(200, b"", content_length="99999999999"), id="stated alone"),
        pytest.param(answer(200, gzip.compress(b"x" * 1001), content_encoding="gzip"), id="packed"),
        pytest.param(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1001, id="until the end"),
    ],
)
async def test_an_answer_larger_than_asked_for_is_refused(tmp_path: Path, said: bytes) -> None:
    async with serve(lambda _: said) as there, opened(tmp_path) as http:
        with pytest.raises(TooLarge):
            await http.get(f"http://there.example:{there.port}/", accept=JSON, limit_bytes=1000)


async def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    said = answer(200, gzip.compress(bytes(50_000_000)), content_encoding="GZip")
    assert len(said) < 60_000
    async with serve(lambda _: said) as there, opened(tmp_path) as http:
        url = f"http://there.example:{there.port}/"
        with pytest.raises(TooLarge):  # once for what is imported at the first request
            await http.get(url, accept=JSON, limit_bytes=100_000)
        tracemalloc.start()
        try:
            with pytest.raises(TooLarge):
                await http.get(url, accept=JSON, limit_bytes=100_000)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 5_000_000


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(answer(200, b"x", content_encoding="br"), id="another packing"),
        pytest.param(answer(200, b"x", content_encoding="gzip, gzip"), id="packed twice"),
        pytest.param(answer(200, b"x", content_encoding="gzip"), id="not packed"),
        pytest.param(answer(200, gzip.compress(b"x" * 99)[:-9], content_encoding="gzip"), id="cut off"),
        pytest.param(b"HTTP/1.1 200 OK\r\ncontent-length: 2, 3\r\n\r\nxx", id="two lengths"),
        pytest.param(b"HTTP/1.1 200 OK\r\nx: " + b"y" * 20_000 + b"\r\n\r\n", id="long header"),
        pytest.param(b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 1000 + b"\r\n", id="many headers"),
        pytest.param(b"SSH-2.0-OpenSSH\r\n\r\n", id="another protocol"),
        pytest.param(b"HTTP/1.1 abc\r\n\r\n", id="no status"),
    ],
)
async def test_what_is_not_http_as_asked_for_is_a_bad_answer(tmp_path: Path, said: bytes) -> None:
    async with serve(lambda _: said) as there, opened(tmp_path) as http:
        with pytest.raises(BadAnswer):
            await http.get(f"http://there.example:{there.port}/", accept=JSON)


async def test_headers_that_are_no_text_become_text(tmp_path: Path) -> None:
    said = b"HTTP/1.1 200 OK\r\nx-bytes: a\xffb\r\nx-two: 1\r\nX-Two: 2\r\ncontent-length: 0\r\n\r\n"
    async with serve(lambda _: said) as there, opened(tmp_path) as http:
        fetched = await http.get(f"http://there.example:{there.port}/", accept=JSON)
    assert fetched.headers["x-bytes"] == "a\ufffdb"
    assert fetched.headers["x-two"] == "1, 2"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Accept", "a\r\nX-Injected: 1"),
        ("X\r\nY", "1"),
        ("X Y", "1"),
        ("X", "ü"),
        ("X", "\x00"),
        ("X", "y" * 9000),
    ],
)
async def test_a_header_cannot_split_a_request(tmp_path: Path, name: str, value: str) -> None:
    # CVE-2023-42450
    async with serve(lambda _: answer(200)) as there, opened(tmp_path) as http:
        with pytest.raises(Refused):
            await http.post(f"http://there.example:{there.port}/", b"", {name: value})
        with pytest.raises(Refused):
            await http.get(
                f"http://there.example:{there.port}/", accept=JSON, signer=lambda *_: {name: value}
            )
    assert there.asked == []


async def test_nothing_that_was_set_by_one_answer_is_sent_with_the_next_request(tmp_path: Path) -> None:
    async with serve(lambda _: answer(200, set_cookie="a=b; Path=/")) as there, opened(tmp_path) as http:
        for _ in range(2):
            await http.get(f"http://there.example:{there.port}/", accept=JSON)
    assert "cookie" not in there.asked[1].headers


async def test_connections_are_kept_and_at_most_a_few_are_made_to_one_host(tmp_path: Path) -> None:
    async def slow(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.01)
        writer.write(answer(200, connection="close"))

    async with serve(lambda _: answer(202)) as there, opened(tmp_path) as http:
        for _ in range(3):
            await http.post(f"http://there.example:{there.port}/", b"{}", {})
        assert there.connections == 1
    async with serve(lambda _: slow) as there, opened(tmp_path) as http:
        url = f"http://there.example:{there.port}/"
        await asyncio.gather(*(http.get(url, accept=JSON) for _ in range(4 * MOST_PER_HOST)))
        assert len(there.asked) == 4 * MOST_PER_HOST
        assert there.most_at_once == MOST_PER_HOST


async def test_a_closed_client_can_be_used_anew(tmp_path: Path) -> None:
    async with serve(lambda _: answer(200)) as there, opened(tmp_path) as http:
        await http.close()
        for _ in range(2):
            assert (await http.get(f"http://there.example:{there.port}/", accept=JSON)).is_ok
            await http.close()
    assert there.connections == 2


async def _never(writer: asyncio.StreamWriter) -> None:
    await writer.drain()
    await asyncio.Event().wait()


async def _drip(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
    while not writer.is_closing():
        writer.write(b"x")
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("say", [_never, _drip], ids=["silence", "drip"])
async def test_a_deadline_ends_what_never_would(tmp_path: Path, say: object) -> None:
    async with serve(lambda _: say) as there, opened(tmp_path) as http:  # type: ignore[arg-type, return-value]
        with pytest.raises(TooSlow, match=r"0\.2 seconds"):
            await http.get(f"http://there.example:{there.port}/", accept=JSON, deadline=0.2)
        if say is _never:
            with pytest.raises(TooSlow):
                await http.post(f"http://there.example:{there.port}/", b"{}", {}, deadline=0.2)


async def test_who_hangs_up_or_does_not_listen_is_unreachable(tmp_path: Path) -> None:
    async def hang_up(writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with opened(tmp_path) as http:
        async with serve(lambda _: hang_up) as there:
            with pytest.raises(Unreachable):
                await http.post(f"http://there.example:{there.port}/", b"{}", {})
        with pytest.raises(Unreachable):
            await http.get(f"http://there.example:{there.port}/", accept=JSON)


async def test_a_name_that_is_not_found_is_not_asked_for_again_at_once(tmp_path: Path) -> None:
    dns = FakeDns()
    async with opened(tmp_path, dns) as http:
        for _ in range(3):
            with pytest.raises(Unreachable, match="name"):
                await http.get("http://nowhere.example/", accept=JSON)
    assert dns.asked == ["nowhere.example"]


async def test_redirects_are_followed_and_signed_anew(tmp_path: Path) -> None:
    def respond(asked: Asked) -> bytes:
        if asked.line == "GET /a HTTP/1.1":
            return answer(301, b"moved", location="/b?c=d")
        return answer(200, b"here")

    async with serve(respond) as there, opened(tmp_path) as http:
        base = f"http://there.example:{there.port}"
        fetched = await http.get(f"{base}/a", accept=JSON, signer=sign)
    assert (fetched.url, fetched.body) == (f"{base}/b?c=d", b"here")
    assert [asked.headers["signature"] for asked in there.asked] == [
        f"GET {base}/a 0",
        f"GET {base}/b?c=d 0",
    ]


async def test_redirects_end_after_three(tmp_path: Path) -> None:
    # CVE-2026-34148, CVE-2025-23221: a URL that redirects to itself, and a chain.
    count = iter(range(100))
    async with opened(tmp_path) as http:
        for location in ("/", f"/{next(count)}"):
            async with serve(lambda _, to=location: answer(302, location=to)) as there:  # type: ignore[misc]
                with pytest.raises(Refused, match="redirects"):
                    await http.get(f"http://there.example:{there.port}/", accept=JSON)
            assert len(there.asked) == 4


async def test_a_post_is_not_redirected(tmp_path: Path) -> None:
    # GHSA-f59r-8gcj-68f2
    async with serve(lambda _: answer(307, location="/elsewhere")) as there, opened(tmp_path) as http:
        fetched = await http.post(f"http://there.example:{there.port}/inbox", b"{}", {})
    assert fetched.status == 307
    assert len(there.asked) == 1


async def test_a_signature_never_goes_to_another_host(tmp_path: Path) -> None:
    # CVE-2026-77632
    dns = FakeDns(there_example=[["127.0.0.1"]], evil_example=[["127.0.0.1"]])

    def respond(asked: Asked) -> bytes:
        host, port = asked.headers["host"].split(":")
        if host == "evil.example":
            return answer(200)
        return answer(302, location=f"http://evil.example:{port}/x")

    async with serve(respond) as there, opened(tmp_path, dns) as http:
        await http.get(f"http://there.example:{there.port}/a", accept=JSON, signer=sign)
    first, second = there.asked
    assert "signature" in first.headers
    assert second.headers["host"].startswith("evil.example")
    assert "signature" not in second.headers


@pytest.mark.parametrize(
    "location",
    [
        "http://user:pass@there.example/",
        "file:///etc/passwd",
        "data:,x",
        "//[",
        "http://\\evil",
        "/a b",
        "/\u00fc",
        "http://localhost.:1/",
    ],
)
async def test_a_redirect_is_read_as_strictly_as_any_url(tmp_path: Path, location: str) -> None:
    async with serve(lambda _: answer(302, location=location)) as there, opened(tmp_path) as http:
        with pytest.raises(Refused):
            await http.get(f"http://there.example:{there.port}/", accept=JSON)
    assert len(there.asked) == 1


async def test_a_redirect_without_a_target_is_an_answer(tmp_path: Path) -> None:
    async with serve(lambda _: answer(304)) as there, opened(tmp_path) as http:
        assert (await http.get(f"http://there.example:{there.port}/", accept=JSON)).status == 304


def test_open_doors_are_told_of_at_the_start(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        client(tmp_path)
        assert caplog.messages == []
        client(tmp_path, allow_networks="127.0.0.0/8, ::1/128", insecure_http="on")
    networks, insecure = caplog.messages
    assert "STOA_ALLOW_NETWORKS" in networks
    assert "127.0.0.0/8, ::1/128" in networks
    assert "STOA_INSECURE_HTTP" in insecure


def test_every_failure_says_where_and_why() -> None:
    kinds = (Refused, Unreachable, TooSlow, TooLarge, BadAnswer)
    for kind in kinds:
        failed: NotFetched = kind("https://there.example/" + "x" * 1000, "it is so")
        assert str(failed).endswith(": it is so")
        assert len(str(failed)) < 250
