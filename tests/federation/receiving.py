"""Stands where activities have their effects, for tests of the way there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from stoa.db import Connection
from stoa.federation.parse.kinds import Activity
from stoa.federation.receive.received import Received

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
