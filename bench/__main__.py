"""`python -m bench`: each scenario's rate, latency and CPU per request, against a bare route.

The bare route (bench/hello.py) is measured before and after, on the same HTTP server with the same
settings; its share of CPU is the figure to compare, since rates depend on what else a machine does.
Results go to standard output and to bench/results.md.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import platform
import socket
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from bench import load
from bench.process import Process
from bench.village import AUTHORS, FOLLOWERS, Village, build

RESULTS = Path(__file__).parent / "results.md"


class Scenario(NamedTuple):
    """What is sent; *most* bounds those that write."""

    name: str
    requests: Callable[[], Iterator[bytes]]
    most: int | None = None


class Result(NamedTuple):
    """One line of the table."""

    name: str
    rate: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float
    size: int


def scenarios(village: Village, host: str) -> list[Scenario]:
    """All of them; *host* is what handles end in."""
    # Every request asks for another page, so that no answer can be given a second time.
    pages = [f"max_id={one + 1}" for one in village.status_ids[len(village.status_ids) // 2 :]]

    def home() -> Iterator[bytes]:
        asked = itertools.product(pages, village.readers)
        for page, token in itertools.cycle(asked):
            yield load.get(f"/api/v1/timelines/home?limit=20&{page}", token)

    def home_page() -> Iterator[bytes]:
        for page, cookie in itertools.cycle(itertools.product(pages, village.cookies)):
            yield load.get(f"/?{page}", accept="text/html", cookie=f"stoa_session={cookie}")

    def public() -> Iterator[bytes]:
        for page in itertools.cycle(pages):
            yield load.get(f"/api/v1/timelines/public?limit=20&{page}")

    def same(request: bytes) -> Callable[[], Iterator[bytes]]:
        return lambda: itertools.repeat(request)

    def posts() -> Iterator[bytes]:
        for place in itertools.count():
            body = json.dumps({"status": f"{place}: the water is rising, slowly.", "language": "en"})
            yield load.post("/api/v1/statuses", body.encode(), village.popular)

    def again(path: str, token: str | None = village.reader) -> Callable[[], Iterator[bytes]]:
        return same(load.get(path, token))

    page = load.get(f"/@{village.author}/{village.long_post}", accept="text/html")
    actor = f"/ap/users/{village.author_id}"

    def document(path: str) -> Callable[[], Iterator[bytes]]:
        return same(load.get(path, accept="application/activity+json"))

    # What everybody may read is given without looking at who signed; whose server it is, is looked at.
    signature = (
        'keyId="https://there.example/actor#main-key",algorithm="rsa-sha256",'
        f'headers="(request-target) host date",signature="{"A" * 344}"'
    )
    signed = load.get(
        actor, accept="application/activity+json", signature=signature, date="Sun, 22 Nov 2026 21:00:00 GMT"
    )

    def notes() -> Iterator[bytes]:
        # Those of one author; each is made once in a minute.
        for status_id in itertools.cycle(village.status_ids[::AUTHORS]):
            yield load.get(f"{actor}/statuses/{status_id}", accept="application/activity+json")

    return [
        Scenario("home timeline, 20, another page each time", home),
        Scenario("home timeline, 20, the same page again", again("/api/v1/timelines/home")),
        Scenario("home page of the web, 20, another page each time", home_page),
        Scenario("public timeline, 20, visitor, another page each time", public),
        Scenario("context of 100 replies", again(f"/api/v1/statuses/{village.thread}/context")),
        Scenario("one status", again(f"/api/v1/statuses/{village.long_post}")),
        Scenario("notifications, 20", again("/api/v1/notifications?limit=20")),
        Scenario("verify_credentials", again("/api/v1/accounts/verify_credentials")),
        Scenario("search", again("/api/v2/search?q=gauge&type=statuses")),
        Scenario("instance v2", again("/api/v2/instance", None)),
        Scenario("permalink page, visitor", same(page)),
        Scenario("actor document", document(actor)),
        Scenario("actor document, signed fetch", same(signed)),
        Scenario("note document", document(f"{actor}/statuses/{village.long_post}")),
        Scenario("note document, another each time", notes),
        Scenario("WebFinger", document(f"/.well-known/webfinger?resource=acct:{village.author}@{host}")),
        Scenario(f"post a status to {FOLLOWERS:,} local followers, until all is done", posts, most=300),
    ]


def measure(server: Process, scenario: Scenario, seconds: float) -> Result:
    """Warm up, then run."""
    if scenario.most is None:
        asyncio.run(load.run(server.port, scenario.requests, seconds=min(0.5, seconds)))
    before = server.settled_cpu_seconds()
    run = asyncio.run(load.run(server.port, scenario.requests, seconds=seconds, most=scenario.most))
    used = server.settled_cpu_seconds() - before
    return Result(
        scenario.name,
        run.rate,
        run.percentile(0.5) * 1000,
        run.percentile(0.99) * 1000,
        used * 1000 / run.requests,
        run.size,
    )


def table(results: list[Result], hello_cpu: float, server_lines: list[str]) -> str:
    """Markdown."""
    how = (
        f"{platform.machine()}, {os.cpu_count()} cores shared with the load generator, "
        f"Python {platform.python_version()}, SQLite; {load.CONNECTIONS} connections, keep-alive. "
        "CPU counts all processes of the server and what they do afterwards. *Of bare* is the CPU of a "
        "bare ASGI route on the same server in the same run, divided by that of the scenario."
    )
    lines = [
        "# Results",
        "",
        how,
        "",
        "| scenario | bytes | requests/s | p50 ms | p99 ms | CPU ms | of bare |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    lines += [
        f"| {one.name} | {one.size:,} | {one.rate:,.0f} | {one.p50_ms:.2f} | {one.p99_ms:.2f} "
        f"| {one.cpu_ms:.3f} | {100 * hello_cpu / one.cpu_ms:.0f} % |"
        for one in results
    ]
    return "\n".join([*lines, "", *server_lines, ""])


def main() -> None:
    """Measure everything, or the scenarios whose names hold a word given."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("only", nargs="*", help="words of the scenarios to measure (all)")
    parser.add_argument("--seconds", type=float, default=3.0, help="for each scenario (3)")
    parser.add_argument("--statuses", type=int, default=2000, help="posts on the server (2000)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environ = {"STOA_RATE_LIMITS": "off", "STOA_LOG_LEVEL": "warning", "STOA_REGISTRATIONS": "open"}
        print(f"Writing {options.statuses} posts ...", flush=True)
        port, hello_port = free_port(), free_port()
        village = build(folder / "data", environ | {"STOA_PORT": str(port)}, options.statuses)
        path = {"PATH": os.environ["PATH"]}
        hello = Process(["-m", "bench.hello", str(hello_port)], hello_port, path, folder / "hello.log")
        command = ["-m", "stoa.main", "serve", "--data", str(folder / "data"), "--port", str(port)]
        server = Process(command, port, path | environ, folder / "server.log")
        try:
            idle = server.memory_bytes()
            bare = Scenario("bare route", lambda: itertools.repeat(load.get("/")))
            results = [measure(hello, bare, options.seconds)]
            print(_line(results[0]), flush=True)
            for scenario in scenarios(village, f"localhost:{port}"):
                if not options.only or any(word in scenario.name for word in options.only):
                    results.append(measure(server, scenario, options.seconds))
                    print(_line(results[-1]), flush=True)
            results.append(measure(hello, bare._replace(name="bare route, once more"), options.seconds))
            print(_line(results[-1]), flush=True)
            after = server.memory_bytes()
        finally:
            server.stop()
            hello.stop()
    ends = [
        f"- From the start of the process to the first answer: {server.start_seconds:.2f} s.",
        f"- Resident memory: {idle / 2**20:.0f} MiB idle, {after / 2**20:.0f} MiB after all of this.",
    ]
    text = table(results, (results[0].cpu_ms + results[-1].cpu_ms) / 2, ends)
    print("\n" + text)
    if not options.only:
        before = RESULTS.read_text(encoding="utf-8").splitlines() if RESULTS.exists() else []
        streaming = [line for line in before if line.startswith("- Streaming:")]  # bench/streaming.py
        RESULTS.write_text("\n".join([text.rstrip(), *streaming, ""]), encoding="utf-8")


def _line(one: Result) -> str:
    return f"{one.name}: {one.rate:,.0f}/s, {one.cpu_ms:.3f} ms CPU"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
