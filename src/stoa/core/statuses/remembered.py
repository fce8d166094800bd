"""Statuses that were read lately, given out again as long as their version is the same."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping

import msgspec

from stoa.core.accounts import views as account_views
from stoa.core.statuses import views
from stoa.core.statuses.model import StatusView
from stoa.db import Connection

BUDGET = 24 * 1024 * 1024
"""Characters of text and HTML kept for a database."""
_AROUND = 1_000  # what a status takes besides


class Remembered:
    """In `conn.memory`; the longest unused make room."""

    def __init__(self, budget: int = BUDGET) -> None:
        self._budget = budget
        self._used = 0
        self._kept: OrderedDict[int, StatusView] = OrderedDict()

    def get(self, status_id: int, version: int) -> StatusView | None:
        """The status, if that version of it is here."""
        found = self._kept.get(status_id)
        if found is None or found.version != version:
            return None
        self._kept.move_to_end(status_id)
        return found

    def put(self, view: StatusView) -> None:
        """Keep *view* in the place of what is known of it, but not with files: these are made ready, or
        fetched from elsewhere, without another version.
        """
        if view.media:
            return
        before = self._kept.pop(view.id, None)
        self._kept[view.id] = view
        self._used += _size(view) - (_size(before) if before is not None else 0)
        while self._used > self._budget:
            _, gone = self._kept.popitem(last=False)
            self._used -= _size(gone)


def _size(view: StatusView) -> int:
    return len(view.content) + len(view.text) + _AROUND


async def load(conn: Connection, versions: Mapping[int, int]) -> dict[int, StatusView]:
    """id → status, of those that exist, whose *versions* the caller has just read; their authors as they
    are now.
    """
    memory: Remembered = conn.memory.setdefault(Remembered, Remembered())
    found: dict[int, StatusView] = {}
    for status_id, version in versions.items():
        view = memory.get(status_id, version)
        if view is not None:
            found[status_id] = view
    authors = await account_views.load(conn, {view.account.id for view in found.values()}) if found else {}
    for view in list(found.values()):
        author = authors.get(view.account.id)
        if author is None:
            del found[view.id]
        elif author != view.account:
            found[view.id] = msgspec.structs.replace(view, account=author)
    missing = [status_id for status_id in versions if status_id not in found]
    read = await views.load(conn, missing) if missing else {}
    if not conn.writing:
        for view in read.values():
            memory.put(view)
    return found | read
