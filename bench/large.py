"""`python -m bench.large`: what reading costs as the server grows, as a ratio to a bare route.

For each size a village is written (bench/large_village.py) and the same questions are asked of it, each
time another reader, page or word, so that no answer is given a second time.  A scenario is flat if its
CPU time is the same at every size.  Results go to standard output and to bench/results-large.md, one
table for each database.

    python -m bench.large --statuses 10000,100000,1000000
    python -m bench.large --statuses 10000,300000 --postgresql
    python -m bench.large --statuses 1000000 --keep DIR      use the data in DIR again (SQLite)
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import os
import platform
import random
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from bench import load
from bench.__main__ import Result, Scenario, free_port, measure
from bench.large_village import Large, build
from bench.large_words import COMMON, RARE, SELDOM
from bench.process import Process

RESULTS = Path(__file__).parent / "results-large.md"
LATELY = 4_000  # posts: people read what is new
BARE = "bare route"


class Size(NamedTuple):
    """What was measured with so many statuses."""

    statuses: int
    results: dict[str, Result]
    bare_ms: float


def scenarios(large: Large) -> list[Scenario]:
    """All of them; none asks the same twice in a run of some seconds."""
    chance = random.Random(2)

    def by_readers(path: Callable[[], str]) -> Callable[[], Iterator[bytes]]:
        def requests() -> Iterator[bytes]:
            for token in itertools.cycle(large.readers):
                yield load.get(path(), token)

        return requests

    def by_visitors(path: Callable[[], str]) -> Callable[[], Iterator[bytes]]:
        return lambda: (load.get(path()) for _ in itertools.count())

    def page(newest: float = LATELY) -> str:
        """A page that begins at one of the newest posts; below 1: that share of all posts."""
        count = len(large.status_ids)
        first = count - (newest if newest > 1 else int(count * newest))
        return f"max_id={large.status_ids[chance.randrange(int(max(first, 200)), count)] + 1}"

    def search(words: Callable[[], str]) -> Callable[[], Iterator[bytes]]:
        return by_readers(lambda: f"/api/v2/search?type=statuses&limit=20&q={quote(words())}&{page()}")

    common, middle = large.words[3:60], large.words[300:3000]
    usual = large.authors[:200]

    def account() -> str:
        return f"/api/v1/accounts/{chance.choice(usual)}/statuses?limit=20"

    def thread() -> int:
        return chance.choice(large.threads[-4:])

    return [
        Scenario("home, newest 20", by_readers(lambda: f"/api/v1/timelines/home?limit=20&{page()}")),
        Scenario("notifications, 20", by_readers(lambda: f"/api/v1/notifications?limit=20&{page()}")),
        Scenario("grouped notifications", by_readers(lambda: f"/api/v2/notifications?{page()}")),
        Scenario("public timeline", by_visitors(lambda: f"/api/v1/timelines/public?limit=20&{page()}")),
        Scenario(
            "public timeline, anywhere in it",
            by_visitors(lambda: f"/api/v1/timelines/public?limit=20&{page(0.9)}"),
        ),
        Scenario(
            "hashtag timeline",
            by_readers(lambda: f"/api/v1/timelines/tag/tag{chance.randrange(20)}?limit=20&{page()}"),
        ),
        Scenario(
            "context of 100 answers",
            by_readers(lambda: f"/api/v1/statuses/{thread()}/context?once={chance.random()}"),
        ),
        Scenario("an account's statuses", by_readers(lambda: f"{account()}&{page()}")),
        Scenario("an account's statuses, no replies",
                 by_readers(lambda: f"{account()}&exclude_replies=true&{page()}")),
        Scenario("favourites of one's own", by_readers(lambda: f"/api/v1/favourites?limit=20&{page()}")),
        Scenario(f"search, a word in every third post ({COMMON})", search(lambda: COMMON)),
        Scenario(f"search, a word in a hundredth ({SELDOM})", search(lambda: SELDOM)),
        Scenario(f"search, a word in a two-thousandth ({RARE})", search(lambda: RARE)),
        Scenario("search, one of the commonest words", search(lambda: chance.choice(common))),
        Scenario("search, some other word", search(lambda: chance.choice(middle))),
        Scenario("search, beginning of a word", search(lambda: chance.choice(middle)[:3])),
        Scenario(
            "search, two words",
            search(lambda: f"{chance.choice(common)} {chance.choice(middle)}"),
        ),
        Scenario("search, a phrase", search(lambda: f'"{chance.choice(common)} {chance.choice(common)}"')),
        Scenario("search, a common word of one's own (from:me)", search(lambda: f"from:me {COMMON}")),
        Scenario("search, a common word in one's library", search(lambda: f"in:library {COMMON}")),
        Scenario("search, what is not there", search(lambda: f"zzyzx{chance.randrange(10**9)}")),
        Scenario(
            "search, people",
            by_readers(lambda: f"/api/v2/search?type=accounts&limit=5&q={chance.choice(large.words)[:4]}"),
        ),
        Scenario(
            "search, hashtags",
            by_readers(lambda: f"/api/v2/search?type=hashtags&limit=5&q=tag{chance.randrange(99)}"),
        ),
    ]  # fmt: skip


@contextlib.contextmanager
def _database(postgresql: bool) -> Iterator[tuple[dict[str, str], list[int]]]:
    """The settings for a database, and the process ids of its server."""
    if not postgresql:
        yield {}, []
        return
    from tests.postgresql import serve

    with serve() as server:
        server.create("large")
        url = server.url("large")
        folder = Path(url.partition("host=")[2])
        yield {"STOA_DATABASE_URL": url}, [int((folder / "postmaster.pid").read_text().split()[0])]


def run(count: int, seconds: float, only: list[str], keep: Path | None, postgresql: bool) -> Size:
    """Write a village of *count* statuses (or find it in *keep*) and ask everything of it."""
    with tempfile.TemporaryDirectory() as name, _database(postgresql) as (database, pids):
        folder = Path(name)
        data = keep or folder / "data"
        # Whatever the port: what apps are sent is kept for one address.
        address = {"STOA_BASE_URL": "http://localhost:3000"}
        environ = {"STOA_RATE_LIMITS": "off", "STOA_LOG_LEVEL": "warning", **address, **database}
        print(f"{count:,} statuses ...", flush=True)
        large = build(data, environ, count)
        port, bare_port = free_port(), free_port()
        path = {"PATH": os.environ["PATH"]}
        bare = Process(["-m", "bench.hello", str(bare_port)], bare_port, path, folder / "bare.log")
        command = ["-m", "stoa.main", "serve", "--data", str(data), "--port", str(port)]
        server = Process(command, port, path | environ, folder / "server.log", also=pids)
        route = Scenario(BARE, lambda: itertools.repeat(load.get("/")))
        try:
            results = {}
            before = measure(bare, route, seconds)
            for scenario in scenarios(large):
                if not only or any(word in scenario.name for word in only):
                    results[scenario.name] = one = measure(server, scenario, seconds)
                    share = 100 * before.cpu_ms / one.cpu_ms
                    print(f"  {one.name}: {one.cpu_ms:.3f} ms, {share:.0f} %, p99 {one.p99_ms:.1f} ms, "
                          f"{one.size:,} bytes", flush=True)  # fmt: skip
            after = measure(bare, route, seconds)
        finally:
            server.stop()
            bare.stop()
    return Size(count, results, (before.cpu_ms + after.cpu_ms) / 2)


def table(sizes: list[Size], database: str) -> str:
    """Markdown."""
    how = (
        f"{platform.machine()}, {os.cpu_count()} cores shared with the load generator, Python "
        f"{platform.python_version()}, load {os.getloadavg()[0]:.1f} at the end. For each size: CPU ms of "
        "a request (all processes, the database's too), of the bare route in the same run, p99 in ms."
    )
    lines = [
        f"## {database}",
        "",
        how,
        "",
        "| scenario | bytes |" + "".join(f" {one.statuses:,} | of bare | p99 |" for one in sizes),
        "|---|--:|" + "--:|--:|--:|" * len(sizes),
        f"| {BARE} | |" + "".join(f" {one.bare_ms:.3f} | | |" for one in sizes),
    ]
    for name in sizes[0].results:
        cells = [
            f" {found.cpu_ms:.3f} | {100 * one.bare_ms / found.cpu_ms:.0f} % | {found.p99_ms:.0f} |"
            for one in sizes
            for found in [one.results[name]]
        ]
        lines.append(f"| {name} | {sizes[-1].results[name].size:,} |" + "".join(cells))
    return "\n".join(lines) + "\n"


def store(text: str) -> None:
    """Put the table in the place of the one for the same database."""
    head = "# Results as the server grows\n\n"
    known = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else head
    top, *parts = known.split("\n## ")
    tables = {part.split("\n", 1)[0]: "## " + part.rstrip() + "\n" for part in parts}
    tables[text.split("\n", 1)[0].removeprefix("## ")] = text
    RESULTS.write_text("\n".join([top.rstrip() + "\n", *tables.values()]), encoding="utf-8")


def main() -> None:
    """Measure everything, or the scenarios whose names hold one of the words given."""
    parser = argparse.ArgumentParser(prog="python -m bench.large")
    parser.add_argument("only", nargs="*", help="words of the scenarios to measure (all)")
    parser.add_argument("--statuses", default="10000,100000,1000000", help="sizes (10000,100000,1000000)")
    parser.add_argument("--seconds", type=float, default=2.0, help="for each scenario (2)")
    parser.add_argument("--postgresql", action="store_true", help="on PostgreSQL (SQLite)")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="where the data of each size stays")
    options = parser.parse_args()
    sizes = [
        run(
            int(count),
            options.seconds,
            options.only,
            options.keep and options.keep / count,
            options.postgresql,
        )
        for count in options.statuses.split(",")
    ]
    text = table(sizes, "PostgreSQL" if options.postgresql else "SQLite")
    print("\n" + text)
    if not options.only:
        store(text)


if __name__ == "__main__":
    main()
