"""The worker processes: what they may do, and what happens when one goes wrong."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from stoa.core.media import process, sandbox
from stoa.core.media._wire import Done, Job
from stoa.core.media.model import Limits, MediaError, MediaUnavailable

from .pictures import encoded, put, quartered

pytestmark = pytest.mark.anyio

JOB = Job(
    type="PNG",
    purpose="picture",
    max_pixels=1_000_000,
    max_frames=10,
    max_animation_pixels=1_000_000,
    cpu_seconds=20,
)


@pytest.fixture
def upload(tmp_path: Path) -> Path:
    return put(tmp_path, encoded(quartered(), "PNG"))


@pytest.fixture
async def pool(anyio_backend: str) -> AsyncIterator[sandbox.Pool]:
    made = sandbox.Pool(size=1, max_jobs=3, max_waiting=2, idle_seconds=3600)
    yield made
    made.close()


async def run(pool: sandbox.Pool, upload: Path, seconds: float = 60.0) -> Done:
    with (
        upload.open("rb") as source,
        tempfile.TemporaryFile() as original,
        tempfile.TemporaryFile() as preview,
    ):
        files = [source.fileno(), original.fileno(), preview.fileno()]
        reply = await pool.run(JOB, files, seconds=seconds)
    assert isinstance(reply, Done)
    return reply


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110  processes have no asyncio.Event
            await asyncio.sleep(0.01)


async def held(pool: sandbox.Pool, upload: Path) -> sandbox.Worker:
    """The worker of *pool*, stopped: it takes a job and does nothing until it is let go."""
    await run(pool, upload)
    (worker,) = pool.workers
    os.kill(worker.pid, signal.SIGSTOP)
    return worker


async def test_one_worker_serves_many_jobs_and_is_then_replaced(pool: sandbox.Pool, upload: Path) -> None:
    assert pool.workers == []
    served = []
    for _ in range(3):
        await run(pool, upload)
        served.append([worker.pid for worker in pool.workers])
    assert served[0] == served[1] != []
    assert served[2] == []
    await run(pool, upload)
    assert [worker.pid for worker in pool.workers] != served[0]


async def test_jobs_at_the_same_time_all_get_their_own_answer(tmp_path: Path) -> None:
    sizes = [(10 + at, 20) for at in range(12)]
    paths = [put(tmp_path, encoded(quartered(size), "PNG"), f"{size[0]}") for size in sizes]
    made = await asyncio.gather(*(process.picture(path) for path in paths))
    assert [(each.width, each.height) for each in made] == sizes


async def test_a_worker_killed_in_its_job_costs_that_job_alone(pool: sandbox.Pool, upload: Path) -> None:
    worker = await held(pool, upload)
    job = asyncio.create_task(run(pool, upload))
    await until(lambda: worker.jobs == 2)
    os.kill(worker.pid, signal.SIGKILL)
    with pytest.raises(MediaError, match=r"^The picture could not be processed\.$"):
        await job
    assert (await run(pool, upload)).width == 64
    assert worker not in pool.workers


async def test_a_worker_that_hangs_is_killed(pool: sandbox.Pool, upload: Path) -> None:
    worker = await held(pool, upload)
    with pytest.raises(MediaError, match=r"^The picture takes too long to process\.$"):
        await run(pool, upload, seconds=0.1)
    with pytest.raises(ProcessLookupError):
        os.kill(worker.pid, 0)
    assert (await run(pool, upload)).width == 64


async def test_closing_in_the_middle_of_a_job_ends_it(pool: sandbox.Pool, upload: Path) -> None:
    worker = await held(pool, upload)
    jobs = [asyncio.create_task(run(pool, upload)) for _ in range(2)]
    await until(lambda: worker.jobs == 2)
    pool.close()
    with pytest.raises(MediaError):
        await jobs[0]
    with pytest.raises(MediaUnavailable, match="stopping"):
        await jobs[1]
    assert not worker.is_alive
    assert pool.workers == []


async def test_a_worker_that_died_while_idle_is_not_given_a_job(pool: sandbox.Pool, upload: Path) -> None:
    await run(pool, upload)
    (worker,) = pool.workers
    os.kill(worker.pid, signal.SIGKILL)
    await until(lambda: not worker.is_alive)
    assert (await run(pool, upload)).width == 64


async def test_a_caller_who_leaves_takes_the_half_done_job_along(tmp_path: Path) -> None:
    path = put(tmp_path, encoded(quartered(), "PNG"))
    worker = await held(sandbox.pool(), path)
    before = worker.jobs
    job = asyncio.create_task(process.picture(path))
    await until(lambda: worker.jobs > before)
    assert len(os.listdir(tmp_path)) == 3
    job.cancel()
    with pytest.raises(asyncio.CancelledError):
        await job
    assert os.listdir(tmp_path) == ["upload"]
    assert not worker.is_alive
    assert (await process.picture(path)).width == 64


async def test_the_line_has_an_end(pool: sandbox.Pool, upload: Path) -> None:
    worker = await held(pool, upload)
    waiting = [asyncio.create_task(run(pool, upload)) for _ in range(3)]
    await until(lambda: worker.jobs == 2)  # one is served, two wait
    with pytest.raises(MediaUnavailable, match="Too many pictures"):
        await run(pool, upload)
    os.kill(worker.pid, signal.SIGCONT)
    assert [done.width for done in await asyncio.gather(*waiting)] == [64, 64, 64]
    assert (await run(pool, upload)).width == 64


async def test_an_idle_worker_goes_home(upload: Path) -> None:
    pool = sandbox.Pool(size=1, idle_seconds=0.01)
    await run(pool, upload)
    (worker,) = pool.workers
    await until(lambda: pool.workers == [])
    assert not worker.is_alive
    await run(pool, upload)
    pool.close()


async def test_closing_stops_the_workers_and_a_worker_without_server_stops_itself(upload: Path) -> None:
    await process.picture(upload)
    (worker,) = sandbox.pool().workers
    await sandbox.close()
    assert not worker.is_alive
    alone = await sandbox.Worker.start()
    alone._channel.close()
    await until(lambda: not alone.is_alive)
    assert alone.stop() == 0


async def test_a_worker_that_cannot_start_is_the_servers_trouble(
    pool: sandbox.Pool, upload: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for program in ("/bin/false", "/nowhere/python"):
        with monkeypatch.context() as patched:
            patched.setattr(sys, "executable", program)
            with pytest.raises(MediaUnavailable, match="No picture can be processed at the moment"):
                await run(pool, upload)
    assert (await run(pool, upload)).width == 64


TRUE = (
    b'{"type":"Done","mime":"image/png","animated":false,"width":9,"height":9,'
    b'"preview_mime":null,"preview_width":9,"preview_height":9,'
    b'"blurhash":"L0000000fQfQfQfQfQfQfQfQfQfQ","colour":"#000000"}'
)


@pytest.mark.parametrize(
    "said",
    [
        TRUE.replace(b"image/png", b"text/html"),
        TRUE.replace(b'"width":9', b'"width":99999999'),
        TRUE.replace(b"#000000", b'\\"><script>'),
        TRUE.replace(b"L0000000", b"<script>"),
        b'{"type":"Failed","reason":"<script>"}',
        b"not json",
        b"[" * 5000,
        b"x" * 9000,
        None,
    ],
)
async def test_a_worker_that_lies_is_stopped(
    said: bytes | None, upload: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a hostile file could make of the worker, played by a process that does nothing."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    liar = sandbox.Worker(subprocess.Popen(["/bin/sleep", "600"]), ours)  # noqa: ASYNC220
    pool = sandbox.Pool(size=1)

    async def start(trade: sandbox.Trade) -> sandbox.Worker:
        return liar

    monkeypatch.setattr(sandbox.Worker, "start", start)
    if said is not None:
        theirs.sendall(len(said).to_bytes(4, "big") + said)
    theirs.shutdown(socket.SHUT_WR)
    with pytest.raises(MediaError, match=r"^The picture could not be processed\.$"):
        await run(pool, upload)
    assert not liar.is_alive
    assert pool.workers == []
    theirs.close()


async def test_a_worker_that_writes_something_else_is_found_out(
    tmp_path: Path, upload: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    liar = sandbox.Worker(subprocess.Popen(["/bin/sleep", "600"]), ours)  # noqa: ASYNC220
    pool = sandbox.Pool(size=1)

    async def start(trade: sandbox.Trade) -> sandbox.Worker:
        return liar

    monkeypatch.setattr(sandbox.Worker, "start", start)
    monkeypatch.setattr(sandbox, "pool", lambda: pool)

    def lie() -> None:
        _, descriptors, _, _ = socket.recv_fds(theirs, 8192, 3)
        os.write(descriptors[1], b"<html><script>alert(1)</script>")
        for descriptor in descriptors:
            os.close(descriptor)
        theirs.sendall(len(TRUE).to_bytes(4, "big") + TRUE)

    told = asyncio.create_task(asyncio.to_thread(lie))
    with pytest.raises(MediaError, match=r"^The picture could not be processed\.$"):
        await process.picture(upload, limits=Limits())
    await told
    assert os.listdir(tmp_path) == ["upload"]
    pool.close()
    theirs.close()


def environment(pid: int) -> set[str]:
    lines = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    return {line.partition(b"=")[0].decode() for line in lines}


async def test_a_worker_knows_none_of_our_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STOA_DATABASE_URL", "postgresql://stoa:secret@db/stoa")
    worker = await sandbox.Worker.start()
    names = environment(worker.pid)
    worker.stop()
    assert names - {"", "LD_LIBRARY_PATH"} == {"PYTHONPATH", "MALLOC_ARENA_MAX"}
