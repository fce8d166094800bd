"""Stands where activities have their effects, for tests of the way there."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from stoa.core.house import House
from stoa.db import Connection, Query
from stoa.db.tables import incoming
from stoa.federation import remember
from stoa.federation.door import Door
from stoa.federation.missing import Missing
from stoa.federation.parse.kinds import Activity
from stoa.federation.received import Received
from tests.federation.elsewhere import Actor

_count = Query(select(func.count()).select_from(incoming))

Effect = Callable[[Connection, Received], Awaitable[None]]


class Spy:
    """What was received, in order; `effects` says what happens for an activity's id."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.effects: dict[str, Effect] = {}

    async def __call__(self, conn: Connection, received: Received) -> None:
        effect = self.effects.get(received.activity.id or "")
        if effect is not None:
            await effect(conn, received)
        self.received.append(received)

    @property
    def activities(self) -> list[Activity]:
        """What they were."""
        return [one.activity for one in self.received]

    @property
    def ids(self) -> list[str | None]:
        """Their ids."""
        return [one.id for one in self.activities]


@pytest.fixture
def spy(monkeypatch: pytest.MonkeyPatch) -> Spy:
    """In place of `receive`."""
    found = Spy()
    monkeypatch.setattr("stoa.federation.apply.receive", found)
    return found


def of(document: dict[str, Any]) -> str:
    """The id of an activity."""
    found: str = document["id"]
    return found


async def put(door: Door, actor: Actor, *activities: dict[str, Any]) -> list[str]:
    """As the inbox would, one after the other; their ids."""
    await door.resolver.actor(actor.uri)
    for one in activities:
        await door.incoming.put(json.dumps(one).encode(), one["id"], actor.uri, actor.domain)
    return [of(one) for one in activities]


async def waits(house: House) -> int:
    async with house.db.read() as conn:
        found: int = await conn.scalar(_count)
    return found


def wanting(uri: str) -> Any:
    """An effect that needs the actor *uri*."""

    async def effect(conn: Connection, received: Received) -> None:
        if uri not in received.given_up and await remember.known(conn, uri) is None:
            raise Missing(actors=(uri,))

    return effect


async def until(what: Any) -> None:
    """Wait until *what* is true; a loop of the event loop at a time."""
    for _ in range(20_000):
        if what():
            return
        await asyncio.sleep(0.001)
    raise AssertionError("waited in vain")
