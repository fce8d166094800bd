"""Deliveries keep the promises of the way out on connections of their own."""

from __future__ import annotations

import asyncio
import ssl
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stoa.http_client import BadAnswer, Refused, TooSlow, Unreachable
from stoa.http_client import posting as module
from stoa.http_client.connecting import MOST_PER_HOST, CheckedNames
from stoa.http_client.posting import Poster
from stoa.http_client.urls import parse
from tests.http_client.serving import Asked, FakeDns, Server, answer, client, opened, serve
from tests.http_client.test_way_out import Authority


def at(there: Server, host: str = "there.example", scheme: str = "http") -> str:
    return f"{scheme}://{host}:{there.port}/inbox?a=b"


def saying(raw: bytes) -> Callable[[asyncio.StreamWriter], Any]:
    """An answer after which the connection is left open."""

    async def say(writer: asyncio.StreamWriter) -> None:
        writer.write(raw)
        await writer.drain()
        await asyncio.Event().wait()

    return say


async def test_certificates_are_checked(tmp_path: Path) -> None:
    authority = Authority()
    dns = FakeDns(there_example=[["127.0.0.1"]], other_example=[["127.0.0.1"]])
    tls = authority.serving(tmp_path, "there.example", "127.0.0.1")
    async with serve(lambda _: answer(202), tls=tls) as there:
        async with opened(tmp_path, dns, authority.trusting(), insecure_http="off") as http:
            for _ in range(2):
                assert (await http.post(at(there, scheme="https"), b"{}", {})).is_ok
            assert (await http.post(at(there, "127.0.0.1", "https"), b"{}", {})).is_ok
            assert there.connections == 2, "one for each name, kept"
            with pytest.raises(Unreachable, match="certificate"):
                await http.post(at(there, "other.example", "https"), b"{}", {})
            with pytest.raises(Refused, match="https"):
                await http.post(at(there), b"{}", {})
        async with opened(tmp_path, dns) as http:
            with pytest.raises(Unreachable, match="certificate"):
                await http.post(at(there, scheme="https"), b"{}", {})
    assert len(there.asked) == 3


async def test_a_name_is_resolved_once_and_that_address_is_used(tmp_path: Path) -> None:
    dns = FakeDns(there_example=[["127.0.0.1"], ["127.0.0.2"]])
    async with (
        serve(lambda _: answer(202, connection="close")) as there,
        opened(tmp_path, dns) as http,
    ):
        for _ in range(3):
            assert (await http.post(at(there), b"{}", {})).is_ok
        assert dns.asked == ["there.example"]
    assert there.connections == 3


async def test_of_several_addresses_only_public_ones_are_connected_to(tmp_path: Path) -> None:
    dns = FakeDns(there_example=[["::ffff:127.0.0.1", "10.0.0.1", "127.0.0.1", "169.254.169.254"]])
    async with serve(lambda _: answer(202)) as there, opened(tmp_path, dns) as http:
        assert (await http.post(at(there), b"{}", {})).is_ok
    assert there.connections == 1


async def test_no_connection_is_made_to_another_address_whoever_resolved_it() -> None:
    class Lying(CheckedNames):
        async def resolve(self, *given: Any, **more: Any) -> Any:
            return [{"host": "127.0.0.1"}]

    async def nobody(host: str) -> list[str]:
        return []

    async with serve(lambda _: answer(202)) as there:
        poster = Poster((), Lying((), nobody), ssl.create_default_context())
        with pytest.raises(Refused):
            await poster.post(parse(at(there), insecure=True), {}, b"")
        await poster.close()
    assert there.connections == 0


async def test_the_next_address_is_tried_where_one_does_not_listen(tmp_path: Path) -> None:
    dns = FakeDns(there_example=[["127.0.0.9", "127.0.0.1"]])
    wide = opened(tmp_path, dns, allow_networks="127.0.0.0/8")
    async with serve(lambda _: answer(202)) as there, wide as http:
        assert (await http.post(at(there), b"{}", {})).is_ok


async def test_a_kept_connection_that_was_closed_is_replaced(tmp_path: Path) -> None:
    async def once(writer: asyncio.StreamWriter) -> None:
        writer.write(answer(202))
        await writer.drain()
        # It says nothing of that: the next request may be on its way already.
        writer.close()

    async with serve(lambda _: once) as there, opened(tmp_path) as http:
        for _ in range(5):
            assert (await http.post(at(there), b"{}", {})).status == 202
    assert len(there.asked) == 5


async def test_a_request_that_closes_every_connection_is_not_repeated_for_ever(tmp_path: Path) -> None:
    count = 0

    async def close(writer: asyncio.StreamWriter) -> None:
        writer.close()

    def respond(asked: Asked) -> Any:
        nonlocal count
        count += 1
        return answer(202) if count == 1 else close

    async with serve(respond) as there, opened(tmp_path) as http:
        assert (await http.post(at(there), b"{}", {})).status == 202
        with pytest.raises(Unreachable, match="without an answer"):
            await http.post(at(there), b"{}", {})
    assert count == 3


async def test_at_most_a_few_connections_are_made_to_one_host(tmp_path: Path) -> None:
    async def slow(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.01)
        writer.write(answer(202, connection="close"))

    async with serve(lambda _: slow) as there, opened(tmp_path) as http:
        found = await asyncio.gather(*(http.post(at(there), b"{}", {}) for _ in range(4 * MOST_PER_HOST)))
    assert all(one.is_ok for one in found)
    assert there.most_at_once == MOST_PER_HOST


async def test_only_so_many_connections_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_IDLE", 2)
    names = {f"a{number}_example": [["127.0.0.1"]] for number in range(6)}
    async with serve(lambda _: answer(202)) as there, opened(tmp_path, FakeDns(**names)) as http:
        for number in range(6):
            await http.post(at(there, f"a{number}.example"), b"{}", {})
        assert http._poster is not None
        assert len(http._poster._idle) == len(http._poster._open) == 2


@pytest.mark.parametrize(
    ("said", "status", "body"),
    [
        pytest.param(b"HTTP/1.1 103 Early\r\nlink: x\r\n\r\n" + answer(202, b"ok"), 202, b"ok", id="hints"),
        pytest.param(b"HTTP/1.1 100 Go\r\n\r\n" + answer(404), 404, b"", id="go on"),
        pytest.param(answer(202, b"x" * 100_000), 202, b"", id="long"),
        pytest.param(answer(202, b"x", content_encoding="gzip"), 202, b"", id="packed"),
        pytest.param(answer(410, b"", content_length="100"), 410, b"", id="slow"),
        pytest.param(b"HTTP/1.1 204 None\r\n\r\n", 204, b"", id="none"),
        pytest.param(
            b"HTTP/1.1 202 Said\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\nzz", 202, b"", id="broken"
        ),
    ],
)
async def test_the_status_counts_whatever_comes_with_it(
    tmp_path: Path, said: bytes, status: int, body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ASIDE_SECONDS", 0.05)
    async with serve(lambda _: saying(said)) as there, opened(tmp_path) as http:
        fetched = await http.post(at(there), b"{}", {})
    assert (fetched.status, fetched.body) == (status, body)


async def test_an_answer_may_end_with_its_connection(tmp_path: Path) -> None:
    async def until_the_end(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 202 Said\r\n\r\nok")

    async with serve(lambda _: until_the_end) as there, opened(tmp_path) as http:
        for _ in range(2):
            assert (await http.post(at(there), b"{}", {})).body == b"ok"
    assert there.connections == 2


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(b"SSH-2.0-OpenSSH\r\n", id="not HTTP"),
        pytest.param(b"HTTP/1.1 202 Said\r\nx: " + b"y" * 100_000, id="endless head"),
        pytest.param(b"HTTP/1.1 202 Said\r\nx: a\r\n b\r\ncontent-length: 0\r\n\r\n", id="folded"),
        pytest.param(b"HTTP/1.1 101 Now\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n", id="upgrade"),
    ],
)
async def test_what_is_no_answer_is_said_to_be_none(tmp_path: Path, said: bytes) -> None:
    async with serve(lambda _: saying(said)) as there, opened(tmp_path) as http:
        with pytest.raises((BadAnswer, TooSlow)):
            await http.post(at(there), b"{}", {}, deadline=2)


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(answer(202) + answer(404), id="two answers"),
        pytest.param(answer(202) + b"more", id="more than was stated"),
        pytest.param(answer(202, connection="close"), id="close"),
    ],
)
async def test_what_follows_an_answer_is_no_answer_to_the_next_request(tmp_path: Path, said: bytes) -> None:
    async with serve(lambda _: said) as there, opened(tmp_path) as http:
        for _ in range(3):
            assert (await http.post(at(there), b"{}", {})).status == 202
    assert there.connections == 3


async def test_one_that_gave_up_leaves_nothing_for_the_next(tmp_path: Path) -> None:
    said: list[Any] = [saying(b"HTTP/1.1 "), answer(202)]
    came = asyncio.Event()

    def respond(asked: Asked) -> Any:
        came.set()
        return said.pop(0)

    async with serve(respond) as there, opened(tmp_path) as http:
        first = asyncio.create_task(http.post(at(there), b"{}", {}))
        await came.wait()
        first.cancel()
        await asyncio.wait([first])
        assert (await http.post(at(there), b"{}", {})).status == 202
    assert there.connections == 2


async def test_a_closed_client_can_be_used_anew(tmp_path: Path) -> None:
    async with serve(lambda _: answer(202)) as there, opened(tmp_path) as http:
        for _ in range(2):
            assert (await http.post(at(there), b"{}", {})).is_ok
            await http.close()
    assert there.connections == 2


async def test_deliveries_too_go_through_a_proxy_that_was_named(tmp_path: Path) -> None:
    dns = FakeDns()
    async with serve(lambda _: answer(202)) as proxy:
        http = client(tmp_path, dns, http_proxy=f"http://127.0.0.1:{proxy.port}", insecure_http="on")
        assert (await http.post("http://there.example/inbox", b"{}", {})).status == 202
        await http.close()
    assert proxy.asked[0].line == "POST http://there.example/inbox HTTP/1.1"
    assert dns.asked == []


@pytest.mark.skipif(sys.platform == "win32", reason="there is no uvloop")
def test_the_loop_of_the_server_serves_as_well(tmp_path: Path) -> None:
    import uvloop

    async def deliver() -> list[int]:
        authority = Authority()
        tls = authority.serving(tmp_path, "there.example")
        trusting = opened(tmp_path, tls=authority.trusting())
        async with serve(lambda _: answer(202), tls=tls) as there, trusting as http:
            found = [await http.post(at(there, scheme="https"), b"x" * 300_000, {}) for _ in range(3)]
        assert there.connections == 1
        return [one.status for one in found]

    assert uvloop.run(deliver()) == [202] * 3
