"""Neighbours with inboxes, and the letters that wait for them.  Nothing is sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import select

from stoa import ids
from stoa.core.house import House
from stoa.core.relationships import follow
from stoa.db import Query, insert
from stoa.db.tables import deliveries, jobs, outgoing, remote_actors
from stoa.federation.own_keys import OwnKeys
from stoa.jobs.worker import Worker
from stoa.main import handlers
from tests.make import Make, Person

DAY_MS = 86_400_000

_add_actor = insert(remote_actors, "account_id", "host", "inbox", "shared_inbox", "followers", "fetched_at")
_letters = Query(
    select(
        outgoing.c.id, outgoing.c.account_id, outgoing.c.body, outgoing.c.about, outgoing.c.kind
    ).order_by(outgoing.c.id)
)
_addressed = Query(
    select(deliveries.c.outgoing_id, deliveries.c.inbox, deliveries.c.host, deliveries.c.headers).order_by(
        deliveries.c.inbox
    )
)
_forget_deliveries = Query(deliveries.delete())
_forget = Query(outgoing.delete())
_waiting = Query(select(jobs.c.kind, jobs.c.payload, jobs.c.run_at).order_by(jobs.c.run_at, jobs.c.id))


@dataclass(frozen=True)
class Letter:
    """An activity, the account that signs, and the inboxes it waits for."""

    account_id: int
    document: dict[str, Any]
    inboxes: list[str]
    headers: dict[str, dict[str, str]]
    about: str | None
    kind: str


class PostOffice:
    """Bound to the house of the test."""

    def __init__(self, house: House, make: Make) -> None:
        self.house = house
        self.make = make
        self.worker = Worker(house.db, handlers.of(house))

    async def neighbour(
        self, acct: str = "carol@there.example", *, follows: Person | None = None, shared: bool = True,
        **columns: Any,
    ) -> int:  # fmt: skip
        """The account id of somebody on another server, perhaps a follower of somebody here, who then
        has keys: what is said first would come last if it alone had to wait for them.
        """
        account_id = await self.make.remote(acct, **columns)
        username, domain = acct.split("@")
        uri = f"https://{domain}/users/{username}"
        async with self.house.db.write() as conn:
            await conn.run(
                _add_actor, account_id=account_id, host=domain, inbox=f"{uri}/inbox",
                shared_inbox=f"https://{domain}/inbox" if shared else None,
                followers=f"{uri}/followers", fetched_at=ids.now_ms(),
            )  # fmt: skip
        if follows is not None:
            await self.with_keys(follows)
            await self.followed(follows, account_id)
            await self.clear()
        return account_id

    async def followed(
        self, who: Person, by: int, uri: str | None = "https://there.example/follows/1"
    ) -> None:
        """*by*, who lives elsewhere, follows *who*."""
        async with self.house.db.write() as conn:
            await follow.follow(conn, by, who.id, uri=uri)

    async def with_keys(self, *people: Person | int) -> None:
        """Have the keys of *people* (0: the server) made."""
        for one in people:
            await OwnKeys(self.house.db, self.house.addresses).of(one if isinstance(one, int) else one.id)

    async def work(self, *, later: int = 0) -> None:
        """Do the jobs that are due (or will be, *later* milliseconds from now)."""
        # Some jobs make others, which are due a moment later.
        await self.worker.drain(at=ids.now_ms() + 2000 + later)

    async def letters(self, *, work: bool = True, later: int = 0) -> list[Letter]:
        """What waits to be sent, in the order in which it was queued."""
        if work:
            await self.work(later=later)
        async with self.house.db.read() as conn:
            addressed = await conn.all(_addressed)
            found = await conn.all(_letters)
        return [
            Letter(
                account_id=row.account_id,
                document=orjson.loads(row.body),
                inboxes=[one.inbox for one in addressed if one.outgoing_id == row.id],
                headers={
                    one.inbox: one.headers for one in addressed if one.outgoing_id == row.id and one.headers
                },
                about=row.about,
                kind=row.kind,
            )
            for row in found
            if any(one.outgoing_id == row.id for one in addressed)
        ]

    async def letter(self, *, later: int = 0) -> Letter:
        """The only one that waits."""
        (found,) = await self.letters(later=later)
        return found

    async def clear(self, *, later: int = DAY_MS) -> None:
        """Everything that is due (or will be, *later* milliseconds from now) is done and delivered."""
        await self.work(later=later)
        async with self.house.db.write() as conn:
            await conn.run(_forget_deliveries)
            await conn.run(_forget)

    async def jobs(self) -> list[Any]:
        """(kind, payload, run_at) of what is still to do."""
        async with self.house.db.read() as conn:
            return await conn.all(_waiting)
