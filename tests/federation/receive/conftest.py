"""What others deliver, all the way: signed, through the inbox, until it has had its effects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import bindparam, delete, select

from stoa.core.statuses import views
from stoa.core.statuses.model import StatusView
from stoa.db import Query, Row
from stoa.db.tables import jobs
from stoa.federation.door import Door
from stoa.federation.receive import posts
from stoa.jobs.worker import InDatabase
from stoa.main import handlers
from tests.client import Client
from tests.federation.elsewhere import Actor, Document, Elsewhere
from tests.make import Make, Person

_jobs = Query(select(jobs.c.id, jobs.c.kind, jobs.c.payload).order_by(jobs.c.id))
_done = Query(delete(jobs).where(jobs.c.id == bindparam("job")))


@dataclass
class World:
    """The house, its inbox, and everybody else."""

    door: Door
    client: Client
    elsewhere: Elsewhere
    make: Make

    async def tell(self, actor: Actor, activity: Document, *, inbox: str = "/inbox") -> None:
        """*actor* delivers *activity*, which has its effects."""
        answer = await self.elsewhere.deliver(self.client, actor, activity, inbox=inbox)
        assert answer.status == 202, answer.text
        await self.door.incoming.drain()

    async def jobs(self, *kinds: str) -> int:
        """Do all jobs of these kinds, whenever they are due, until there are none; how many."""
        table = handlers.of(self.door.house, self.door)
        done = 0
        while True:
            async with self.door.house.db.read() as conn:
                rows = [row for row in await conn.all(_jobs) if row.kind in kinds]
            if not rows:
                return done
            for row in rows:
                handler = table[row.kind]
                if isinstance(handler, InDatabase):
                    async with self.door.house.db.write() as conn:
                        await handler.run(conn, row.payload)
                else:
                    await handler.run(self.door.house.db, row.payload)
                async with self.door.house.db.write() as conn:
                    await conn.run(_done, job=row.id)
                done += 1

    async def all(self, statement: Any) -> list[Row]:
        """What the database answers."""
        async with self.door.house.db.read() as conn:
            return await conn.all(Query(statement))

    async def post(self, uri: str) -> StatusView | None:
        """The post *uri* as it is stored."""
        async with self.door.house.db.read() as conn:
            row = await posts.find(conn, uri)
            return None if row is None else await views.get(conn, row.id)

    async def account_id(self, actor: Actor) -> int:
        """The account of *actor*, met now if need be."""
        return await self.door.resolver.actor(actor.uri)

    async def follows(self, person: Person, actor: Actor) -> None:
        """*person* follows *actor*, who has agreed."""
        target = await self.account_id(actor)
        await self.make.follow(person, Person(target, actor.username, "", ""))

    async def home(self, person: Person) -> list[int]:
        """The ids in the home of *person*, newest first."""
        answer = await self.client.get("/api/v1/timelines/home", token=person.token)
        assert answer.status == 200, answer.text
        return [int(one["id"]) for one in answer.json]

    async def told(self, person: Person) -> list[tuple[str, str]]:
        """(type, uri of the status or "") of what *person* is told, newest first."""
        answer = await self.client.get("/api/v1/notifications", token=person.token)
        assert answer.status == 200, answer.text
        return [(one["type"], (one.get("status") or {}).get("uri", "")) for one in answer.json]


@pytest.fixture
def world(door: Door, client: Client, elsewhere: Elsewhere, make: Make) -> World:
    return World(door, client, elsewhere, make)
