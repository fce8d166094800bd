"""A worker: a process of its own that turns open files into open files.

Started by `sandbox` as `python -m stoa.core.media._worker WHAT NUMBER MEMORY FILE_SIZE`, where WHAT is
"pictures" or "films" and NUMBER an open socket.  It loads everything, locks itself in, says so, and then
takes one job after the other until the socket ends.  It has no names of files, only the three that come
with each job.
"""

from __future__ import annotations

import os
import socket
import sys
import traceback
from collections.abc import Callable
from typing import Any

import msgspec

from stoa.core.media import _jail, _transform
from stoa.core.media._wire import FILES, MAX_MESSAGE, Failed, FilmJob, Job, Ready, Reply, frame

_SOCKET = 3


def main(arguments: list[str]) -> None:
    """Serve jobs until the other side closes the socket."""
    films = arguments[0] == "films"
    number, memory, file_size = (int(argument) for argument in arguments[1:])
    if number != _SOCKET:
        os.dup2(number, _SOCKET)
        os.close(number)
    channel = socket.socket(fileno=_SOCKET)
    decode: Callable[[bytes], Any] = msgspec.json.Decoder(FilmJob if films else Job).decode
    run: Callable[..., Reply] = _transform.run
    _transform.prepare()
    if films:
        from stoa.core.media import _film  # a large library, and of no use to pictures

        _film.prepare()
        run = _film.run
    os.dup2(1, 2)  # to nowhere: what decoders say about hostile files would fill the log
    confined = _jail.lock(memory=memory, file_size=file_size, descriptors=_SOCKET + 1 + FILES)
    channel.sendall(frame(Ready(confined)))
    while (received := _receive(channel)) is not None:
        body, descriptors = received
        channel.sendall(frame(_answer(run, decode(body), descriptors)))


def _receive(channel: socket.socket) -> tuple[bytes, list[int]] | None:
    head, descriptors, _, _ = socket.recv_fds(channel, 4, FILES)
    if len(head) < 4:
        return None
    length = int.from_bytes(head, "big")
    assert length <= MAX_MESSAGE
    assert len(descriptors) == FILES
    body = b""
    while len(body) < length:
        part = channel.recv(length - len(body))
        if not part:
            return None
        body += part
    return body, descriptors


def _answer(run: Callable[..., Reply], job: Job | FilmJob, descriptors: list[int]) -> Reply:
    _jail.allow_cpu(job.cpu_seconds)
    if isinstance(job, FilmJob):
        _jail.allow_bytes(job.max_bytes)
    with (
        open(descriptors[0], "rb") as source,
        open(descriptors[1], "r+b", buffering=0) as original,
        open(descriptors[2], "wb", buffering=0) as preview,
    ):
        try:
            done = run(job, source, original, preview)
        except _transform.Refused as refused:
            return Failed(refused.reason, str(refused)[:2000])
        except MemoryError:
            return Failed("memory")
        except Exception:
            return Failed("broken", traceback.format_exc()[-2000:])
        return done


if __name__ == "__main__":
    main(sys.argv[1:])
