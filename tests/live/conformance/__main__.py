"""`python -m tests.live.conformance [--postgresql]`: 1 if anything is missing or wrong."""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
import time
from pathlib import Path

from tests.live.conformance.run import conformance
from tests.postgresql import serve


def main() -> int:
    """Run it and print what came of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--silent", action="store_true", help="name what was never sent and never said")
    given = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        urls = ["", ""]
        if given.postgresql:
            server = stack.enter_context(serve())
            for name in ("here", "there"):
                server.create(name)
            urls = [server.url(name) for name in ("here", "there")]
        findings = conformance(Path(folder), urls)
    print(findings.summary())
    if given.silent:
        print("never sent:", *findings.unsent, sep="\n  ")
        print("never said:", *findings.silent(), sep="\n  ")
    print(f"{time.monotonic() - started:.0f} s")
    return 1 if findings.failures else 0


if __name__ == "__main__":
    sys.exit(main())
