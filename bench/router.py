"""What our routing and our App cost, as ratios, so that the machine drops out of the figure.

    python bench/router.py            prints all of it
    python bench/router.py serve bare PORT    (or app, starlette): the servers it measures

1. Finding a route among 150: Starlette's Router against ours, in this process.
2. CPU per request under uvicorn: a bare ASGI callable, our App, and Starlette's application with
   the same 150 routes, each sending the same 60 KB of JSON to a client in this process.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request as StarletteRequest
from starlette.responses import Response
from starlette.routing import Route as StarletteRoute
from starlette.routing import Router as StarletteRouter
from starlette.types import Receive, Scope, Send

from stoa.asgi import responses
from stoa.asgi.app import App
from stoa.asgi.requests import Request
from stoa.asgi.router import Match, Route, Router

BODY = b"[" + b'{"id":"113","content":"<p>words</p>"},' * 1578 + b"{}]"
ROUNDS = 5
REQUESTS = 5000

THINGS = ("accounts", "statuses", "lists", "filters", "media", "polls", "tags", "notifications",
          "conversations", "reports")  # fmt: skip
VERBS = ("favourite", "reblog", "pin", "mute", "block", "follow", "context", "history", "source",
         "card", "bookmark", "translate", "note")  # fmt: skip
PATHS = [f"/api/v1/{thing}" for thing in THINGS]
PATHS += [f"/api/v1/{thing}/{{id}}" for thing in THINGS]
PATHS += [f"/api/v1/{thing}/{{id}}/{verb}" for thing in THINGS for verb in VERBS]
assert len(PATHS) == 150

HOME = PATHS[100]  # two thirds down the list, as timelines are in a list of 150


async def ours(request: Request) -> Response:
    return responses.json_bytes(BODY)


async def theirs(request: StarletteRequest) -> Response:
    return Response(BODY, media_type="application/json")


async def bare(scope: Scope, receive: Receive, send: Send) -> None:
    head = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(BODY))]
    await send({"type": "http.response.start", "status": 200, "headers": head})
    await send({"type": "http.response.body", "body": BODY})


def applications() -> dict[str, Any]:
    return {
        "bare": bare,
        "app": App(Router([Route("GET", path, ours) for path in PATHS])),
        "starlette": Starlette(routes=[StarletteRoute(path, theirs) for path in PATHS]),
    }


def best_microseconds(call: Callable[[], object], times: int) -> float:
    """CPU microseconds per call, best of some rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.process_time()
        for _ in range(times):
            call()
        best = min(best, (time.process_time() - started) / times)
    return best * 1e6


def compare_routers() -> None:
    """Average over all 150 routes, each asked for with an id that no route names."""
    table = Router([Route("GET", path, ours) for path in PATHS])
    reference = StarletteRouter([StarletteRoute(path, theirs) for path in PATHS])
    wanted = [path.replace("{id}", "113872164") for path in PATHS]
    scopes = [{"type": "http", "method": "GET", "path": path, "root_path": ""} for path in wanted]

    def find_theirs() -> None:
        for scope in scopes:
            for route in reference.routes:
                match, _ = route.matches(scope)
                if match.value == 2:
                    break
            else:
                raise AssertionError(scope)

    def find_ours() -> None:
        for path in wanted:
            assert type(table.match("GET", path)) is Match

    slow = best_microseconds(find_theirs, 20) / len(wanted)
    fast = best_microseconds(find_ours, 500) / len(wanted)
    print(f"find one of 150 routes: Starlette {slow:.1f} us, ours {fast:.2f} us: {slow / fast:.0f}x")


@contextmanager
def running(name: str) -> Iterator[tuple[int, int]]:
    """A server process for *name*: its process id and port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([sys.executable, __file__, "serve", name, str(port)])
    try:
        for _ in range(200):
            with socket.socket() as client:
                if client.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield process.pid, port
    finally:
        process.terminate()
        process.wait()


def cpu_seconds(pid: int) -> float:
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def ask(port: int, times: int) -> None:
    """*times* requests, one after the other on one connection, read to the last byte."""
    path = HOME.replace("{id}", "113872164")
    line = (
        f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\nUser-Agent: bench\r\n"
        "Authorization: Bearer 0123456789abcdef0123456789abcdef\r\nAccept-Language: en\r\n\r\n"
    ).encode()
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(times):
            client.sendall(line)
            received = client.recv(262144)
            while b"\r\n\r\n" not in received:
                received += client.recv(262144)
            head, _, body = received.partition(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200"), head
            left = len(BODY) - len(body)
            while left:
                left -= len(client.recv(min(left, 262144)))


def compare_servers() -> None:
    """CPU of the server process per request; the servers take turns, the best round counts."""
    names = list(applications())
    best = dict.fromkeys(names, float("inf"))
    for _ in range(ROUNDS):
        for name in names:
            with running(name) as (pid, port):
                ask(port, 200)
                before = cpu_seconds(pid)
                ask(port, REQUESTS)
                best[name] = min(best[name], (cpu_seconds(pid) - before) / REQUESTS * 1e6)
    for name in names:
        ratio = best[name] / best["bare"]
        print(f"{name:10} {best[name]:6.0f} us CPU per request, {ratio:.2f} of bare")


def serve(name: str, port: int) -> None:
    config = uvicorn.Config(
        applications()[name],
        port=port,
        log_config=None,
        access_log=False,
        proxy_headers=False,
        lifespan="off",
        loop="uvloop",
        http="httptools",
    )
    uvicorn.Server(config).run()


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        serve(sys.argv[2], int(sys.argv[3]))
    else:
        compare_routers()
        compare_servers()
