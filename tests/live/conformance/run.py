"""All of it, in order."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.live.conformance import people
from tests.live.conformance.findings import Findings
from tests.live.conformance.house import Village, village

DEEDS: tuple[Callable[[Village], None], ...] = (people.profiles, people.relationships, people.lists)


def conformance(folder: Path, databases: list[str]) -> Findings:
    """What came of every deed, on two servers with *databases*."""
    findings = Findings()
    with village(folder, databases, findings) as made:
        for deed in DEEDS:
            try:
                deed(made)
            except (TypeError, KeyError, IndexError) as error:
                # What it went on with was not there: what failed before is told already, what did
                # not happen is told as never called.
                findings.wrong(deed.__name__, f"could not go on: {error!r}")
    return findings
