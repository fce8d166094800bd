"""The App behind a real server on a real socket: what only a wire can show."""

import asyncio
import gzip
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
import uvicorn
from starlette.websockets import WebSocket
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from stoa.asgi import responses
from stoa.asgi.app import App
from stoa.asgi.errors import HTTPError
from stoa.asgi.files import file
from stoa.asgi.requests import MIB, Request, Upload
from stoa.asgi.responses import Response
from stoa.asgi.router import Route, Router, SocketRoute

BIG = b"[" + b"1," * 30_000 + b"1]"


async def echo(request: Request) -> Response:
    form = await request.form(upload_limit=4 * MIB)
    shown = {k: v.size if isinstance(v, Upload) else v for k, v in form.items()}
    return responses.json(shown)


async def big(request: Request) -> Response:
    return responses.json_bytes(BIG)


async def shout(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_json([socket.path_params["name"], socket.scope["client_ip"]])
    async for word in socket.iter_text():
        await socket.send_text(word.upper())


async def members(socket: WebSocket) -> None:
    raise HTTPError(401, "The access token is invalid")


async def stumble(socket: WebSocket) -> None:
    await socket.accept()
    raise RuntimeError("stumbled")


def make(folder: Path) -> App:
    async def media(request: Request) -> Response:
        return file(folder / request.params["name"], "video/mp4")

    return App(
        Router(
            [
                Route("POST", "/api/echo", echo),
                Route("GET", "/api/big", big),
                Route("GET", "/media/{name}", media),
            ]
        ),
        sockets=[
            SocketRoute("/api/stream/{name}", shout),
            SocketRoute("/api/stumble", stumble),
            SocketRoute("/api/members", members),
        ],
        upload_folder=folder,
    )


def served(app: App, use: Callable[[int], Awaitable[Any]]) -> Any:
    """What *use* makes of *app*, given its port."""

    async def run() -> Any:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen()  # who connects before the server is up just waits
            config = uvicorn.Config(
                app, log_config=None, proxy_headers=False, ws="websockets-sansio", lifespan="on"
            )
            server = uvicorn.Server(config)
            task = asyncio.create_task(server.serve(sockets=[listener]))
            try:
                return await asyncio.wait_for(use(listener.getsockname()[1]), 20)
            finally:
                server.should_exit = True
                await task

    return asyncio.run(run())


async def talk(port: int, sent: bytes) -> bytes:
    """Everything the server says to *sent* until it closes the line."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    try:
        return await reader.read()
    finally:
        writer.close()


def raw(line: str, body: bytes = b"", *headers: str) -> bytes:
    head = [f"{line} HTTP/1.1", "Host: localhost", "Connection: close", *headers]
    return "\r\n".join([*head, "", ""]).encode() + body


def parted(answer: bytes) -> tuple[int, str, bytes]:
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split(b" ")[1]), head.decode().lower(), body


def test_chunked_bodies_arrive(tmp_path: Path) -> None:
    sent = raw(
        "POST /api/echo",
        b'5\r\n{"a":\r\n3\r\n 1}\r\n0\r\n\r\n',
        "Transfer-Encoding: chunked",
        "Content-Type: application/json",
    )
    status, _, body = parted(served(make(tmp_path), lambda port: talk(port, sent)))
    assert (status, orjson.loads(body)) == (200, {"a": 1})


def test_a_refusal_reaches_a_client_that_is_still_sending(tmp_path: Path) -> None:
    large = b"x" * (3 * MIB)
    sent = raw("POST /api/echo", large, f"Content-Length: {len(large)}",
               "Content-Type: application/json")  # fmt: skip
    status, head, body = parted(served(make(tmp_path), lambda port: talk(port, sent)))
    assert status == 413
    assert "connection: close" in head
    assert orjson.loads(body) == {"error": "The body is larger than 1 MiB."}


def test_an_upload_goes_through_the_disk_and_leaves_nothing(tmp_path: Path) -> None:
    body = (
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        + b"x" * (2 * MIB)
        + b"\r\n--b--\r\n"
    )
    sent = raw("POST /api/echo", body, f"Content-Length: {len(body)}",
               "Content-Type: multipart/form-data; boundary=b")  # fmt: skip
    status, _, answer = parted(served(make(tmp_path), lambda port: talk(port, sent)))
    assert (status, orjson.loads(answer)) == (200, {"file": 2 * MIB})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "headers",
    [
        ["Content-Length: 2", "Content-Length: 3"],
        ["Content-Length: 2", "Transfer-Encoding: chunked"],
    ],
)
def test_contradicting_lengths_are_refused(tmp_path: Path, headers: list[str]) -> None:
    sent = raw("POST /api/echo", b"{}", "Content-Type: application/json", *headers)
    status, _, _ = parted(served(make(tmp_path), lambda port: talk(port, sent)))
    assert status == 400


def test_head_and_gzip_are_right_on_the_wire(tmp_path: Path) -> None:
    async def use(port: int) -> list[bytes]:
        return [
            await talk(port, raw("HEAD /api/big")),
            await talk(port, raw("GET /api/big", b"", "Accept-Encoding: gzip")),
        ]

    head, packed = served(make(tmp_path), use)
    status, headers, body = parted(head)
    assert (status, body) == (200, b"")
    assert f"content-length: {len(BIG)}" in headers
    assert "\r\ndate: " in headers
    assert gzip.decompress(parted(packed)[2]) == BIG


def test_a_file_is_not_read_on_for_a_client_that_left(tmp_path: Path) -> None:
    (tmp_path / "film").write_bytes(b"x" * (64 * MIB))

    async def use(port: int) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(raw("GET /media/film"))
        await reader.readexactly(1000)
        writer.transport.abort()
        # The server goes on serving others, and ends in time when told to.
        return await talk(port, raw("HEAD /media/film"))

    status, headers, _ = parted(served(make(tmp_path), use))
    assert status == 200
    assert f"content-length: {64 * MIB}" in headers


def test_sockets_are_routed_and_know_who_asks(tmp_path: Path) -> None:
    async def use(port: int) -> tuple[Any, Any]:
        async with connect(
            f"ws://127.0.0.1:{port}/api/stream/user",
            additional_headers={"X-Forwarded-For": "198.51.100.7"},
            proxy=None,
        ) as client:
            told = orjson.loads(await client.recv())
            await client.send("hello")
            return told, await client.recv()

    assert served(make(tmp_path), use) == (["user", "198.51.100.7"], "HELLO")


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        ("/api/nothing", 404, "Not found"),
        ("/api/members", 401, "The access token is invalid"),
    ],
)
def test_a_socket_that_is_refused_gets_an_http_answer(
    tmp_path: Path, path: str, status: int, message: str
) -> None:
    async def use(port: int) -> tuple[int, Any]:
        with pytest.raises(InvalidStatus) as caught:
            await connect(f"ws://127.0.0.1:{port}{path}", proxy=None)
        response = caught.value.response
        return response.status_code, orjson.loads(response.body or b"{}")

    assert served(make(tmp_path), use) == (status, {"error": message})


def test_a_socket_that_fails_is_closed_with_1011(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def use(port: int) -> Any:
        async with connect(f"ws://127.0.0.1:{port}/api/stumble", proxy=None) as client:
            with pytest.raises(ConnectionClosed) as caught:
                await client.recv()
        assert caught.value.rcvd is not None
        return caught.value.rcvd.code

    assert served(make(tmp_path), use) == 1011
    assert "stumbled" in caplog.text
