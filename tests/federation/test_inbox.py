"""What is delivered to us is kept only if it is who it says it is."""

from __future__ import annotations

from stoa.federation.door import Door
from tests.client import Client
from tests.federation.elsewhere import Elsewhere


async def test_a_signed_activity_is_taken(client: Client, elsewhere: Elsewhere, door: Door) -> None:
    carol = elsewhere.actor()
    for scheme in ("cavage", "rfc9421"):
        answer = await elsewhere.deliver(client, carol, carol.create(), scheme=scheme)
        assert answer.status == 202, answer.text
    assert await door.incoming.drain() >= 2
