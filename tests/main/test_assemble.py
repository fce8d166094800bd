"""What the doors have in common."""

from __future__ import annotations

import pytest

from stoa.core.statuses import favourite
from stoa.db import Conflict
from tests.client import Client
from tests.make import Make


async def test_who_loses_a_race_for_a_row_is_asked_to_come_again(
    client: Client, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lose(*_: object, **__: object) -> None:
        raise Conflict("deadlock detected")

    alice = await make.account("alice")
    status_id = await make.status(alice)
    monkeypatch.setattr(favourite, "favourite", lose)
    answer = await client.post(f"/api/v1/statuses/{status_id}/favourite", token=alice.token)
    assert (answer.status, answer.headers["retry-after"]) == (503, "1")
    assert "deadlock" not in answer.text
