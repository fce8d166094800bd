"""Doing something that may need what is not here yet: try, fetch what is missing, try again.

So whatever has effects is a plain function of the database, in one transaction, and no network is
spoken to while that is open.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from stoa.db import Connection, Database

T = TypeVar("T")

ROUNDS = 4


class Missing(Exception):
    """Stop, undo, fetch these (ids of actors, ids of statuses), and begin anew.  *fresh*: ids of actors
    who may be here, but have to be looked at now; *collections*: ids of what people recommend (FEP-7aa9).

    What cannot be had comes back among those given up; to ask for it again is an error.  *needed*:
    without it there is nothing to do, so what cannot be had just now is asked for later.
    """

    def __init__(
        self,
        *,
        actors: tuple[str, ...] = (),
        statuses: tuple[str, ...] = (),
        fresh: tuple[str, ...] = (),
        collections: tuple[str, ...] = (),
        needed: bool = False,
    ) -> None:
        self.actors = actors
        self.statuses = statuses
        self.fresh = fresh
        self.collections = collections
        self.needed = needed
        super().__init__(f"missing {', '.join(self.all)[:300]}")

    @property
    def all(self) -> tuple[str, ...]:
        """Everything that is to be fetched."""
        return (*self.actors, *self.fresh, *self.statuses, *self.collections)


class NotResolved(Exception):
    """Something elsewhere cannot be had.  *final*: nor will it be, however often one asks."""

    def __init__(self, uri: str, reason: str, *, final: bool) -> None:
        self.uri = uri
        self.reason = reason
        self.final = final
        super().__init__(f"{uri}: {reason}")


class Fetches(Protocol):
    """Who brings what is missing: fetches, checks and stores it."""

    async def actor(self, uri: str, *, fresh: bool = False) -> int:
        """The account id of the actor *uri*; with *fresh*, fetched just now.  Raises NotResolved."""

    async def status(self, uri: str, *, depth: int = 0) -> int:
        """The status id of the post *uri*.  Raises NotResolved.

        *depth*: how many posts it was asked for on the way of another.
        """

    async def featured(self, uri: str) -> int:
        """The id of the collection *uri* of somebody.  Raises NotResolved."""


Step = Callable[[Connection, frozenset[str]], Awaitable[T]]


async def settle(db: Database, fetches: Fetches, step: Step[T], *, depth: int = 0) -> T:
    """What *step* gives, in a transaction of its own, once nothing is missing that can be had.

    *step* gets the ids that were given up.  Raises NotResolved when something could not be had for
    now and *step* needs it or still wants it, or when it always wants more.
    """
    given_up: dict[str, NotResolved] = {}
    for _ in range(ROUNDS):
        try:
            async with db.write() as conn:
                return await step(conn, frozenset(given_up))
        except Missing as missing:
            for uri in missing.all:
                if uri in given_up:
                    raise given_up[uri] from None
            await _fetch(fetches, missing, given_up, depth)
            for failure in given_up.values():
                if missing.needed and not failure.final:
                    raise failure from None
    raise NotResolved("", "it needs more and more of others", final=True)


async def _fetch(fetches: Fetches, missing: Missing, given_up: dict[str, NotResolved], depth: int) -> None:
    for uri in (*missing.actors, *missing.fresh):
        try:
            await fetches.actor(uri, fresh=uri in missing.fresh)
        except NotResolved as failure:
            given_up[uri] = failure
    for uri in missing.statuses:
        try:
            await fetches.status(uri, depth=depth + 1)
        except NotResolved as failure:
            given_up[uri] = failure
    for uri in missing.collections:
        try:
            await fetches.featured(uri)
        except NotResolved as failure:
            given_up[uri] = failure
