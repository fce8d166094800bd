"""Whoever speaks nonsense to the WebSocket harms nobody: no error is logged, nothing is kept of them, and
those beside them hear everything.
"""

from __future__ import annotations

import contextlib
import json
import random
import socket
import struct
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stoa.core.house import House
from tests.api.streaming.listening import hub, listening
from tests.live.serving import Server, serving
from tests.live.test_clients import register, signed_in
from tests.live.test_streaming import PATIENCE_SECONDS, open_socket
from tests.make import Make

CONNECTIONS = 12
MESSAGES = 120
TIMES = 6
"""How often each of the hostile beginnings is tried on a real server."""
SPARE_FILES = 12
"""So many more files may be open afterwards: of the database, not of those who came."""

_NAMES = (
    "user", "public", "hashtag", "list", "direct", "user:notification", "public:local", "nonsense", "",
    "user ", "USER", "public:", "hashtag:", "list:1", "\0", "ü", "x" * 300, "__class__", "user\nuser",
)  # fmt: skip
_ODD: tuple[Any, ...] = (
    None, True, 0, -1, 1.5, 2**63, 10**400, "", "x", "#", "9" * 30, "-1", "\ud800", [], {}, ["user"],
    {"stream": "user"}, [[[[]]]],
)  # fmt: skip
_RAW = (
    "", " ", "ping", "{", "}", "nul", '{"type"', '{"type":"subscribe",}', "[" * 4_000, '{"a":' * 800,
    "[" * 1_500 + "]" * 1_500, '{"a":' * 600 + "1" + "}" * 600, '{"type":"subscribe","stream":' * 100,
    '"' + "\\u0000" * 500 + '"', "1e999999", "-" * 4_096, "\ufeff{}", "NaN", '{"type":"subscribe"}' * 2,
)  # fmt: skip


def _message(rng: random.Random) -> str:
    if rng.random() < 0.3:
        return rng.choice(_RAW)
    said: dict[str, Any] = {}
    for name in ("type", "stream", "tag", "list", "access_token"):
        if rng.random() < 0.75:
            said[name] = rng.choice(_ODD)
    if rng.random() < 0.8:
        said["type"] = rng.choice(("subscribe", "subscribe", "unsubscribe", "dance"))
    if rng.random() < 0.8:
        said["stream"] = rng.choice(_NAMES)
    if rng.random() < 0.5:
        said["tag"] = f"t{rng.randrange(1_000)}"
    return json.dumps(said)


async def test_nonsense_is_passed_over_and_nothing_of_it_stays(
    house: House, make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    rng = random.Random(1)
    alice, eve = await make.account("alice"), await make.account("eve")
    async with listening(house, alice.token, "public") as ear:
        for _ in range(CONNECTIONS):
            async with listening(house, eve.token, rng.choice(("user", "nonsense", "list"))) as hers:
                for _ in range(MESSAGES):
                    await hers.say_raw(_message(rng))
                if rng.random() < 0.3:
                    hers.hear({"type": "websocket.receive", "bytes": rng.randbytes(100)})
                post = await make.status(alice, "Undisturbed")
                assert ("public", "update", str(post)) in await ear.ids()
        there = hub(house)
        assert len(there.listeners) == 1
    assert not there.listeners
    assert [one.getMessage() for one in caplog.records if one.levelname in ("ERROR", "CRITICAL")] == []


def _frame(
    opcode: int, payload: bytes = b"", *, first: int = 0x80, masked: bool = True, size: bytes | None = None
) -> bytes:
    """A frame of RFC 6455, section 5.2, as wrong as it is asked for; *first*: FIN and the three bits."""
    if size is None:
        short = len(payload) < 126
        size = bytes([len(payload)]) if short else b"\x7e" + struct.pack("!H", len(payload))
    key = b"abcd" if masked else b""
    body = bytes(one ^ key[n % 4] for n, one in enumerate(payload)) if masked else payload
    return bytes([first | opcode, size[0] | (0x80 if masked else 0)]) + size[1:] + key + body


def _bomb() -> bytes:
    """Much out of little, as `permessage-deflate` would unpack it."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(b" " * 8_000_000) + packer.flush(zlib.Z_SYNC_FLUSH)
    return packed[:-4]


def _subscriptions() -> bytes:
    said = (
        json.dumps({"type": "subscribe", "stream": "hashtag", "tag": f"t{one}"}).encode()
        for one in range(450)
    )
    return b"".join(_frame(1, one) for one in said)


HOSTILE: dict[str, bytes] = {
    "reserved bits": _frame(1, b"{}", first=0xF0),
    "unknown opcode": _frame(3, b"{}"),
    "unknown control": _frame(11, b""),
    "not masked": _frame(1, b"{}", masked=False),
    "long ping": _frame(9, b"x" * 200),
    "ping in parts": _frame(9, b"x", first=0),
    "a part of nothing": _frame(0, b"{}"),
    "a beginning in a beginning": _frame(1, b"{", first=0) + _frame(1, b"}"),
    "no UTF-8": _frame(1, b"\xff\xfe\xc0"),
    "no UTF-8 in a farewell": _frame(8, struct.pack("!H", 1000) + b"\xff"),
    "a farewell of no number": _frame(8, struct.pack("!H", 999)),
    "half a farewell": _frame(8, b"\x03"),
    "more than there is": _frame(1, b"x" * 100, size=b"\x7f" + struct.pack("!Q", 2**40)),
    "more than can be": _frame(1, b"", size=b"\x7f" + struct.pack("!Q", 2**64 - 1)),
    "a length at length": _frame(1, b"{}", size=b"\x7f" + struct.pack("!Q", 2)),
    "half a head": b"\x81",
    "nothing": b"",
    "bytes": _frame(2, bytes(range(100))),
    "many parts": _frame(1, b"[", first=0) + _frame(0, b"[", first=0) * 6_000,
    "empty parts": _frame(1, b"", first=0) + _frame(0, b"", first=0) * 6_000,
    "pings": _frame(9, b"x") * 3_000,
    "words": _frame(1, b"ping") * 700,
    "subscriptions": _subscriptions(),
    "deep": _frame(1, b"[" * 4_000) + _frame(1, b'{"type":' * 400),
    "large": _frame(1, b"x" * 60_000) * 20,
    "a bomb": _frame(1, _bomb(), first=0xC0),
    "another language": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
}


def _attack(server: Server, token: str, sent: bytes, *, waits: bool) -> None:
    """Open a line, send what is *sent*, and leave; *waits*: not before the other side does."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE_SECONDS) as line:
        line.sendall(
            f"GET /api/v1/streaming?stream=public HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {'A' * 22}==\r\n"
            "Sec-WebSocket-Extensions: permessage-deflate\r\n"
            f"Authorization: Bearer {token}\r\n\r\n".encode()
        )
        assert line.recv(12) == b"HTTP/1.1 101"
        with contextlib.suppress(ConnectionError):
            line.sendall(sent)
            if waits:
                line.shutdown(socket.SHUT_WR)
                while line.recv(65_536):
                    pass


def _files(server: Server) -> int:
    assert server.process is not None
    return len(list(Path(f"/proc/{server.process.pid}/fd").iterdir()))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with serving(tmp_path) as running:
        yield running


def test_broken_frames_harm_nobody(server: Server) -> None:
    for name in ("alice", "eve"):
        register(server, name)
    alice, eve = signed_in(server, "alice"), signed_in(server, "eve")
    with open_socket(server, str(alice.access_token), "public", max_size=None) as ear:
        before = _files(server)
        for name, sent in HOSTILE.items():
            for number in range(TIMES):
                _attack(server, str(eve.access_token), sent, waits=number > 1)
            post = alice.status_post(f"After {name}")
            heard = json.loads(ear.recv(timeout=PATIENCE_SECONDS))
            assert (heard["event"], json.loads(heard["payload"])["id"]) == ("update", str(post.id))
        deadline = time.monotonic() + PATIENCE_SECONDS
        while _files(server) > before + SPARE_FILES:
            assert time.monotonic() < deadline, "lines are still open"
            time.sleep(0.05)
    assert server.stop() == 0
    logged = (server.data.parent / "server.log").read_text()
    assert "Traceback" not in logged
    assert "ERROR" not in logged
