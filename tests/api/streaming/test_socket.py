"""One connection, many streams: how it is opened, spoken to and ended."""

from __future__ import annotations

import pytest

from stoa.core.house import House
from tests.api.streaming.listening import listening
from tests.make import Make

pytestmark = pytest.mark.anyio


async def test_a_post_arrives_where_it_was_asked_for(house: House, make: Make) -> None:
    alice = await make.account("alice")
    async with listening(house, alice.token, "user", "public") as ear:
        post = await make.status(alice, "Good morning")
        assert await ear.ids() == [("user", "update", str(post)), ("public", "update", str(post))]
