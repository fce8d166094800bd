"""Lines that stay open, with and without a transport that the server lends."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.types import Message
from websockets.frames import Frame

from stoa.asgi import live
from stoa.asgi.live import Line, event_part, text_frame

pytestmark = pytest.mark.anyio


class Transport:
    """What a server lends; *waiting* bytes are not gone yet."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.waiting = 0
        self.closing = self.aborted = False

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def get_write_buffer_size(self) -> int:
        return self.waiting

    def is_closing(self) -> bool:
        return self.closing

    def abort(self) -> None:
        self.aborted = True


class Peer:
    """The other side of ASGI, which takes messages when it *reads*."""

    def __init__(self) -> None:
        self.sent: list[Any] = []
        self.reads = asyncio.Event()
        self.reads.set()
        self.gone = False

    async def send(self, message: Message) -> None:
        await self.reads.wait()
        if self.gone:
            raise OSError("gone")
        self.sent.append(message)


async def turns(count: int = 20) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


def _unframed(data: bytes) -> bytes:
    """The payload, read by another implementation."""

    def take(length: int) -> Any:
        nonlocal data
        part, data = data[:length], data[length:]
        yield from ()
        return part

    reading = Frame.parse(take, mask=False)
    with pytest.raises(StopIteration) as found:
        next(reading)
    frame: Frame = found.value.value
    assert frame.fin
    assert data == b""
    return bytes(frame.data)


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536, 200_000])
def test_a_frame_is_what_others_read(size: int) -> None:
    text = b"x" * size
    parcel = text_frame(text)
    assert _unframed(parcel.wire) == text
    assert parcel.message["text"] == text.decode()


async def test_messages_go_out_in_order_without_waiting() -> None:
    peer = Peer()
    line = Line(peer.send, is_socket=False)
    for number in range(5):
        line.put(event_part(b"%d" % number))
    assert peer.sent == []
    await turns()
    assert [message["body"] for message in peer.sent] == [b"0", b"1", b"2", b"3", b"4"]
    assert not line.is_busy


async def test_too_much_that_waits_ends_the_line() -> None:
    peer = Peer()
    line = Line(peer.send, is_socket=True)
    peer.reads.clear()
    while not line.ended:
        line.put(text_frame(b"x" * 100_000))
        await asyncio.sleep(0)
        assert line._weight <= live.MOST_BYTES
    peer.reads.set()
    await turns()
    assert peer.sent == [
        {"type": "websocket.close", "code": 1013, "reason": "This connection reads too slowly."}
    ]
    line.put(text_frame(b"late"))
    await turns()
    assert len(peer.sent) == 1


async def test_one_message_may_be_larger_than_what_may_wait() -> None:
    peer = Peer()
    line = Line(peer.send, is_socket=True)
    line.put(text_frame(b"x" * (live.MOST_BYTES + 1)))
    await turns()
    assert len(peer.sent) == 1
    assert not line.ended


async def test_a_lent_transport_is_written_to_at_once() -> None:
    peer, transport = Peer(), Transport()
    line = Line(peer.send, is_socket=True, transport=transport)
    parcel = text_frame(b"hello")
    line.put(parcel)
    assert transport.written == [parcel.wire]
    transport.closing = True
    line.put(parcel)
    assert len(transport.written) == 1


async def test_who_does_not_even_take_the_goodbye_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "GOODBYE_SECONDS", 0.01)
    peer, transport = Peer(), Transport()
    peer.reads.clear()
    ended = asyncio.Event()

    async def owner() -> None:
        line = Line(peer.send, is_socket=True, transport=transport)
        transport.waiting = live.MOST_BYTES
        line.put(text_frame(b"one too many"))
        assert line.ended
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            ended.set()

    task = asyncio.create_task(owner())
    await asyncio.wait_for(ended.wait(), 10)
    await task
    assert transport.aborted
    assert transport.written == []


async def test_a_peer_that_is_gone_is_no_error() -> None:
    peer = Peer()
    line = Line(peer.send, is_socket=False)
    peer.gone = True
    line.put(event_part(b"hello"))
    await turns()
    assert line.ended
    line.put(event_part(b"hello"))
    line.end()
    line.release()
    assert peer.sent == []
