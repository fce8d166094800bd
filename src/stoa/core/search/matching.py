"""Posts that hold some words, newest first, as PostgreSQL finds them with little work.

Its index of words knows no order: it gives all posts with a word, to be sorted.  For common words the
newest posts are looked through instead, until there are enough.  The first stretch tells how common
the words are, and so which way is shorter from there on.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, BindParameter, Integer, Text, bindparam, text

from stoa.db import Connection, Query
from stoa.db.query import Row

STRETCH = 500  # posts looked through before it is known how common the words are
MOST = 8_000
GATHERED = 1_000
USUAL = 40  # so many are wanted mostly; a half is not for the viewer

_BETWEEN = "status_id < :before AND status_id > :min_id"
_MATCHES = "words @@ CAST(CAST(:words AS text) AS tsquery)"
_bound: list[BindParameter[Any]] = [
    bindparam("before", type_=BigInteger),
    bindparam("min_id", type_=BigInteger),
    bindparam("words", type_=Text),
    bindparam("limit", type_=Integer),
]
_look_through = Query(
    text(
        f"SELECT count(*), min(status_id), "
        f"array_agg(status_id ORDER BY status_id DESC) FILTER (WHERE {_MATCHES}) "
        f"FROM (SELECT status_id, words FROM status_search WHERE {_BETWEEN} "
        f"ORDER BY status_id DESC LIMIT :limit) AS newest"
    ).bindparams(*_bound)
)
# Materialised: else the planner may walk along the ids after all, however rare the words.
_gather = Query(
    text(
        f"WITH found AS MATERIALIZED (SELECT status_id FROM status_search WHERE {_MATCHES} AND {_BETWEEN}) "
        f"SELECT status_id FROM found ORDER BY status_id DESC LIMIT :limit"
    ).bindparams(*_bound)
)
# As many as there were when PostgreSQL last counted.
_size = Query(text("SELECT CAST(reltuples AS bigint) FROM pg_class WHERE oid = 'status_search'::regclass"))


class Matches:
    """Ids of the posts between *min_id* and *before* with *words*; *rare* ones are not looked for among
    the newest.
    """

    def __init__(self, conn: Connection, words: str, *, min_id: int, before: int, rare: bool) -> None:
        self._conn = conn
        self._words = words
        self._min_id = min_id
        self._before = before
        self._gathering = rare
        self._most = GATHERED if rare else STRETCH
        self._seen = self._hits = 0
        self.ended = False

    async def some(self) -> list[int]:
        """The next of them, newest first; there may be none in a stretch, and yet more to come."""
        if self._seen and not self._gathering:
            self._gathering = await self._is_shorter_to_gather()
            self._most = GATHERED if self._gathering else min(self._most * 2, MOST)
        return await (self._gather() if self._gathering else self._look_through())

    async def _gather(self) -> list[int]:
        found: list[int] = await self._conn.scalars(_gather, **self._asked())
        self.ended = len(found) < self._most
        self._before = found[-1] if found else self._before
        self._most *= 10
        return found

    async def _look_through(self) -> list[int]:
        row: Row = await self._conn.first(_look_through, **self._asked())
        count, last, hits = row
        self.ended = count < self._most
        self._before = last or self._before
        self._seen += count
        self._hits += len(hits or ())
        return list(hits or ())

    async def _is_shorter_to_gather(self) -> bool:
        posts = max(await self._conn.scalar(_size) or 0, self._seen)
        # Both as numbers of posts: what holds the words, and what stands between enough that do.
        share = self._hits / self._seen
        return not share or posts * share < USUAL / share

    def _asked(self) -> dict[str, object]:
        return {
            "words": self._words,
            "before": self._before,
            "min_id": self._min_id,
            "limit": self._most,
        }
