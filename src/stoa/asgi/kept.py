"""Answers that are given again while nothing in the database has changed.

Apps ask for the same page over and over, and most seconds of a small server pass without a write.
SQLite tells in a microsecond whether anything was committed since, so such an answer costs a look-up
instead of its queries; one commit, by any process, and it is made anew.  PostgreSQL does not tell,
and nothing is kept there.
"""

from __future__ import annotations

import time
from collections.abc import Hashable

from stoa.asgi.responses import Response

BUDGET_BYTES = 16 * 1024 * 1024
# Mutes and polls end by the clock, without a write.
SECONDS = 2.0


class Kept:
    """The latest answers, for one version of one database."""

    def __init__(self) -> None:
        self._version: int | None = None
        self._used = 0
        self._answers: dict[Hashable, tuple[float, Response]] = {}

    def get(self, version: int | None, key: Hashable) -> Response | None:
        """The answer made before for *key*, if it is still right."""
        if version is None or version != self._version:
            return None
        made, answer = self._answers.get(key, (0.0, None))
        return answer if time.monotonic() - made < SECONDS else None

    def put(self, version: int | None, key: Hashable, answer: Response) -> None:
        """Keep *answer*, which was made from what the database held at *version*."""
        if version is None or answer.status_code != 200:
            return
        if version != self._version or self._used > BUDGET_BYTES:
            self._answers.clear()
            self._used = 0
            self._version = version
        self._answers[key] = (time.monotonic(), answer)
        self._used += len(bytes(answer.body))
