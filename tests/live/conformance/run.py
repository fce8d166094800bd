"""All of it, in order."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.live.conformance import instance, later, moderation, notices, people, posts, streams
from tests.live.conformance.findings import Findings
from tests.live.conformance.house import Village, village

DEEDS: tuple[Callable[[Village], None], ...] = (
    instance.furnished, people.profiles, people.relationships, people.lists,
    posts.media, posts.kinds, posts.reading, later.trends, posts.doing, later.year, posts.filters,
    posts.collections, instance.described, instance.announced, instance.apps, instance.push,
    moderation.reports, later.elsewhere, streams.streams, streams.sockets, later.shut_out, later.judged,
    moderation.gates, moderation.figures, notices.changes, notices.notifications, moderation.members,
)  # fmt: skip


def conformance(folder: Path, databases: list[str]) -> Findings:
    """What came of every deed, on two servers with *databases*."""
    findings = Findings()
    with village(folder, databases, findings) as made:
        for deed in DEEDS:
            try:
                deed(made)
            except (
                TypeError,
                LookupError,
                ValueError,
                AttributeError,
                StopIteration,
                AssertionError,
            ) as error:
                # What it went on with was not there: what failed before is told already, what did
                # not happen is told as never called.
                findings.wrong(deed.__name__, f"could not go on: {error!r}")
    return findings
