"""The processes that pictures are decoded in, and talking to them.

A worker is started when first needed, takes one job at a time, is replaced after a number of jobs
or as soon as anything went wrong in it, and is stopped when it has been idle.  A worker that hangs
is killed; one that crashes costs its own job and no other.  This module knows no picture: it hands
over open files and a `Job` and returns the worker's `Reply`.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import subprocess
import sys
import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from stoa.core.media._wire import FILES, MAX_MESSAGE, Failed, FilmJob, Job, Ready, Reply, frame
from stoa.core.media.model import MediaError, MediaUnavailable

log = logging.getLogger(__name__)

MEMORY = 1024 * 1024 * 1024
"""Bytes of address space of one worker.  The worst sound upload, a WebP of 33 megapixels with
alpha, takes 0.9 GB."""

FILE_SIZE = 64 * 1024 * 1024
"""Bytes of the largest file that a worker may write."""

START_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Trade:
    """What sort of worker it is, and what one gets."""

    name: Literal["pictures", "films"]
    noun: str
    memory: int
    file_size: int


PICTURES = Trade("pictures", "picture", MEMORY, FILE_SIZE)

# Decoding 4K takes 0.6 GB; a single file may be as large as an administrator lets it, job by job.
FILMS = Trade("films", "file", 1536 * 1024 * 1024, 8 * 1024 * 1024 * 1024)

_decode_reply = msgspec.json.Decoder(Reply).decode
_decode_ready = msgspec.json.Decoder(Ready).decode


class _Gone(Exception):
    """The worker closed its end, or says what no sound worker says."""


class Worker:
    """One worker process and the socket to it."""

    def __init__(self, process: subprocess.Popen[bytes], channel: socket.socket) -> None:
        self._process = process
        self._channel = channel
        self.jobs = 0

    @classmethod
    async def start(cls, trade: Trade = PICTURES) -> Worker:
        """A worker that is ready for jobs.  Raises MediaUnavailable if none can be started."""
        try:
            worker = await asyncio.to_thread(cls._spawn, trade)
        except OSError as error:
            log.error("The worker for %s cannot be started: %s", trade.name, error)
            raise MediaUnavailable(f"No {trade.noun} can be processed at the moment.") from error
        try:
            async with asyncio.timeout(START_SECONDS):
                ready = _decode_ready(await worker._receive())
        except (_Gone, OSError, msgspec.MsgspecError, TimeoutError) as error:
            status = worker.stop()
            log.error("The worker for %s ended while starting (status %s).", trade.name, status)
            raise MediaUnavailable(f"No {trade.noun} can be processed at the moment.") from error
        except BaseException:
            worker.stop()
            raise
        if not ready.confined:
            log.warning("This system cannot filter the system calls of the worker for %s.", trade.name)
        return worker

    @classmethod
    def _spawn(cls, trade: Trade) -> Worker:
        ours, theirs = socket.socketpair()
        # The worker has no use for our settings, and they hold secrets.
        environment = {"PYTHONPATH": str(Path(__file__).parents[3]), "MALLOC_ARENA_MAX": "1"}
        if "LD_LIBRARY_PATH" in os.environ:
            environment["LD_LIBRARY_PATH"] = os.environ["LD_LIBRARY_PATH"]
        command = [sys.executable, "-P", "-s", "-m", "stoa.core.media._worker"]
        arguments = [trade.name, str(theirs.fileno()), str(trade.memory), str(trade.file_size)]
        try:
            with theirs:
                # Its standard error is ours until it is ready, so that the log tells why it is not.
                process = subprocess.Popen(  # noqa: S603  our own interpreter and module
                    command + arguments,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    pass_fds=(theirs.fileno(),),
                    env=environment,
                    cwd="/",
                    start_new_session=True,  # Ctrl-C in a terminal is for the server
                )
        except BaseException:
            ours.close()
            raise
        ours.setblocking(False)
        return cls(process, ours)

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    async def ask(self, job: Job | FilmJob, descriptors: list[int]) -> Reply:
        """The worker's reply to *job*.  *descriptors*: upload, original, preview.

        Raises _Gone; the caller sets the time limit and stops a worker that did not reply.
        """
        assert len(descriptors) == FILES
        self.jobs += 1
        message = frame(job)
        # The buffer is empty (one job at a time) and holds far more than MAX_MESSAGE.
        try:
            sent = socket.send_fds(self._channel, [message], descriptors)
            if sent != len(message):
                raise _Gone("the job was not taken")
            return _decode_reply(await self._receive())
        except (OSError, msgspec.MsgspecError) as error:
            raise _Gone(str(error)) from error

    async def _receive(self) -> bytes:
        length = int.from_bytes(await self._exactly(4), "big")
        if length > MAX_MESSAGE:
            raise _Gone("a reply too long")
        return await self._exactly(length)

    async def _exactly(self, length: int) -> bytes:
        loop = asyncio.get_running_loop()
        got = b""
        while len(got) < length:
            part = await loop.sock_recv(self._channel, length - len(got))
            if not part:
                raise _Gone("no reply")
            got += part
        return got

    def kill(self) -> None:
        """End the process, whatever it does; who waits for its reply learns that it is gone."""
        self._process.kill()

    def stop(self) -> int | None:
        """End the process and forget it; its exit status (minus the signal's number)."""
        self._channel.close()
        self._process.kill()
        try:
            return self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:  # the kernel still takes it apart; it cannot come back
            return None


class Pool:
    """At most *size* workers, and a line of at most *max_waiting* jobs for them.

    Belongs to the event loop that it is first used in.
    """

    def __init__(
        self,
        *,
        size: int | None = None,
        max_jobs: int = 100,
        max_waiting: int = 64,
        idle_seconds: float = 60.0,
        trade: Trade = PICTURES,
    ) -> None:
        self._trade = trade
        # On two processors the second one is for the server.
        self._size = size or (2 if (os.cpu_count() or 1) >= 4 else 1)
        self._max_jobs = max_jobs
        self._max_waiting = max_waiting
        self._idle_seconds = idle_seconds
        self._free = asyncio.Semaphore(self._size)
        self._waiting = 0
        self._idle: list[Worker] = []
        self._busy: set[Worker] = set()
        self._bedtime: asyncio.TimerHandle | None = None
        self._closed = False

    @property
    def workers(self) -> list[Worker]:
        """The workers that run now."""
        return [*self._idle, *self._busy]

    async def run(self, job: Job | FilmJob, descriptors: list[int], *, seconds: float) -> Reply:
        """The reply to *job*; the caller keeps *descriptors* open until then, and closes them.

        Raises MediaError if the worker died of it or took more than *seconds*, MediaUnavailable
        if too many jobs wait or no worker can be started.
        """
        if self._waiting >= self._max_waiting:
            raise MediaUnavailable(
                f"Too many {self._trade.name} are being processed; try again in a minute."
            )
        self._waiting += 1
        try:
            await self._free.acquire()
        finally:
            self._waiting -= 1
        try:
            if self._closed:
                raise MediaUnavailable("The server is stopping.")
            worker = await self._take()
            self._busy.add(worker)
            try:
                reply = await self._ask(worker, job, descriptors, seconds)
            except BaseException:
                # Also when the caller gave up: the worker is in the middle of something.
                self._busy.discard(worker)
                worker.stop()
                raise
            self._busy.discard(worker)
            self._give_back(worker, reply)
            return reply
        finally:
            self._free.release()

    async def _ask(
        self, worker: Worker, job: Job | FilmJob, descriptors: list[int], seconds: float
    ) -> Reply:
        try:
            async with asyncio.timeout(seconds):
                return await worker.ask(job, descriptors)
        except TimeoutError:
            log.warning("A %s of type %s took more than %s s.", job.purpose, job.type, seconds)
            raise MediaError(f"The {self._trade.noun} takes too long to process.") from None
        except _Gone as gone:
            status = worker.stop()
            log.warning(
                "The worker ended on a %s of type %s (%s, status %s).",
                job.purpose,
                job.type,
                gone,
                status,
            )
            raise MediaError(f"The {self._trade.noun} could not be processed.") from None

    async def _take(self) -> Worker:
        if self._bedtime is not None:
            self._bedtime.cancel()
            self._bedtime = None
        while self._idle:
            worker = self._idle.pop()
            if worker.is_alive:
                return worker
            worker.stop()
        return await Worker.start(self._trade)

    def _give_back(self, worker: Worker, reply: Reply) -> None:
        sound = not isinstance(reply, Failed) or reply.reason not in ("memory", "broken")
        if worker.jobs >= self._max_jobs or not sound or self._closed:
            worker.stop()
        else:
            self._idle.append(worker)
        if self._idle and not self._busy:
            loop = asyncio.get_running_loop()
            self._bedtime = loop.call_later(self._idle_seconds, self._sleep)

    def _sleep(self) -> None:
        self._bedtime = None
        while self._idle:
            self._idle.pop().stop()

    def close(self) -> None:
        """Stop all workers, also in the middle of a job, which then fails.  No job is taken after."""
        self._closed = True
        if self._bedtime is not None:
            self._bedtime.cancel()
        self._sleep()
        for worker in self._busy:
            worker.kill()


_Pools = dict[Literal["pictures", "films"], Pool]
_pools: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Pools] = weakref.WeakKeyDictionary()


def _of_loop() -> _Pools:
    return _pools.setdefault(asyncio.get_running_loop(), {})


def pool() -> Pool:
    """The pool for pictures of the running event loop, made on first use."""
    return _of_loop().setdefault("pictures", Pool())


def films() -> Pool:
    """The pool for films and sounds of the running event loop: one after the other, for each has a
    processor to itself for minutes.
    """
    return _of_loop().setdefault("films", Pool(size=1, max_jobs=20, trade=FILMS))


async def close() -> None:
    """Stop the workers of the running event loop; for the end of the program."""
    for found in _pools.pop(asyncio.get_running_loop(), {}).values():
        found.close()
