"""How much of the world one cause may have us fetch.

An activity names actors, who name others, whose posts name more: without an end to it a few made-up
servers under one wildcard name keep everybody busy for ever (CVE-2022-46405).
"""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from collections.abc import Iterator
from contextvars import ContextVar

from stoa import ids
from stoa.federation.missing import NotResolved

# federation.md section 16, after Mastodon.
MAX_ACTORS = 400
MAX_POSTS = 1_000
MAX_SUBDOMAINS = 10
WINDOW_MS = 5 * 60 * 1000

_MAX_REGISTRABLE = 10_000
# Under these two-letter domains people register a label further down (co.uk, com.br, ac.jp).
_SECOND_LEVELS = frozenset(
    str.split("ac co com edu gen gob gouv gov govt gv ltd me mil net ne nom or org plc sch")
)


class Budget:
    """What is left for one cause."""

    def __init__(self, actors: int = MAX_ACTORS, posts: int = MAX_POSTS) -> None:
        self.actors = actors
        self.posts = posts

    def spend_actor(self, uri: str) -> None:
        """One new actor less.  Raises NotResolved."""
        if self.actors <= 0:
            raise NotResolved(uri, "one activity brings too many strangers", final=False)
        self.actors -= 1

    def spend_post(self, uri: str) -> None:
        """One new post less.  Raises NotResolved."""
        if self.posts <= 0:
            raise NotResolved(uri, "one activity brings too many posts", final=False)
        self.posts -= 1


_current: ContextVar[Budget | None] = ContextVar("stoa_budget", default=None)


@contextlib.contextmanager
def spending(budget: Budget | None = None) -> Iterator[Budget]:
    """What is fetched in this block, however deep, has one budget: that of the block around it if
    there is one, else *budget*, else a new one.
    """
    around = _current.get()
    if around is not None:
        yield around
        return
    mine = budget or Budget()
    token = _current.set(mine)
    try:
        yield mine
    finally:
        _current.reset(token)


class Subdomains:
    """How many servers under one registered name we meet in one window of time."""

    def __init__(self) -> None:
        self._met: OrderedDict[str, tuple[int, set[str]]] = OrderedDict()

    def meet(self, host: str) -> None:
        """Note that *host*, not known yet, is met.  Raises NotResolved where its neighbours were
        already too many.
        """
        name = registrable(host)
        since, met = self._met.pop(name, (0, set()))
        if ids.now_ms() - since >= WINDOW_MS:
            since, met = ids.now_ms(), set()
        self._met[name] = since, met
        if len(self._met) > _MAX_REGISTRABLE:
            self._met.popitem(last=False)
        if host in met or host == name:
            return
        if len(met) >= MAX_SUBDOMAINS:
            raise NotResolved(f"https://{host}", "too many new servers of one name at once", final=False)
        met.add(host)


def registrable(host: str) -> str:
    """The name that somebody registered for *host*, as near as can be told without a list of all
    registries; an address of numbers is its own.
    """
    bare = host.partition(":")[0] if not host.startswith("[") else host
    labels = bare.split(".")
    if host.startswith("[") or labels[-1].isdigit() or len(labels) < 3:
        return bare
    deep = len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVELS
    return ".".join(labels[-3:] if deep else labels[-2:])
