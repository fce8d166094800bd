"""`python -m tests.fuzz --calls 50000 --seed 1 [--postgresql] [--pages]`: 1 if anything broke."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from stoa import settings as stoa_settings
from stoa.db import migrate
from stoa.main import assemble
from tests.federation.elsewhere import Elsewhere
from tests.fuzz import calls, pages
from tests.fuzz.run import Outcome, run
from tests.postgresql import serve


def main() -> int:
    """Run it and print what came of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--calls", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--pages", action="store_true", help="pages and documents instead of the API")
    given = parser.parse_args()
    logging.getLogger("stoa").propagate = False
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, _database(Path(folder), given.postgresql) as url:
        outcome = asyncio.run(_run(url, Path(folder) / "data", given.calls, given.seed, given.pages))
    _show(outcome, time.monotonic() - started)
    return 1 if outcome.failures else 0


@contextlib.contextmanager
def _database(folder: Path, postgresql: bool) -> Iterator[str]:
    if not postgresql:
        url = f"sqlite:///{folder / 'stoa.db'}"
        migrate.bring_up_to_date(url)
        yield url
        return
    with serve() as server:
        server.create("fuzz")
        migrate.bring_up_to_date(server.url("fuzz"))
        yield server.url("fuzz")


async def _run(url: str, data: Path, count: int, seed: int, of_pages: bool) -> Outcome:
    environ = {"STOA_DATABASE_URL": url, "STOA_REGISTRATIONS": "open", "STOA_RATE_LIMITS": "off"}
    async with assemble(stoa_settings.load(data=data, environ=environ), way_out=Elsewhere) as made:
        known = pages.operations(made) if of_pages else calls.operations()
        return await run(
            made, count, seed, known=known, told=lambda number: print(number, end=" ", flush=True)
        )


def _show(outcome: Outcome, seconds: float) -> None:
    print()
    seen: Counter[str] = Counter()
    for failure in outcome.failures:
        last = failure.logged[0].strip().splitlines()[-3:] if failure.logged else [failure.what]
        seen["\n".join(last)] += 1
        if seen["\n".join(last)] == 1:
            print(failure, "\n", file=sys.stderr)
    count = sum(outcome.statuses.values())
    print(f"{count} calls of {len(outcome.called)} operations in {seconds:.0f} s")
    print(f"{len(outcome.worked)} operations answered with success at least once")
    print("never with success:", ", ".join(sorted(set(outcome.called) - outcome.worked)) or "none")
    print("answers:", dict(sorted(outcome.statuses.items())))
    print(f"failures: {len(outcome.failures)}, of {len(seen)} kinds")


if __name__ == "__main__":
    sys.exit(main())
