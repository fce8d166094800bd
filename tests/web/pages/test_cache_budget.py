"""Copies of others' files take no more room than they may."""

from __future__ import annotations

from stoa.core.media import foreign
from stoa.ids import proxied
from stoa.main import Assembled
from tests.client import Client
from tests.federation.elsewhere import Elsewhere
from tests.make import Make, lies
from tests.web.pages.test_proxied import PICTURE, PNG, _keys, only, post_of_carol, shows


async def test_the_oldest_copies_go_when_there_are_too_many(
    assembled: Assembled, make: Make, client: Client, elsewhere: Elsewhere
) -> None:
    house = assembled.house
    shows(elsewhere, PICTURE, PNG)
    await post_of_carol(make)
    path = proxied("media", await only(house), PICTURE)
    assert (await client.get(path)).status == 302
    async with house.db.read() as conn:
        [row] = await conn.all(_keys)
    size = sum(lies(house, key).stat().st_size for key in {row.key, row.preview_key})
    assert await foreign.prune(house.db, house.storage, 14, size) == 0
    assert await foreign.prune(house.db, house.storage, None, size - 1) == 1
    assert (await client.get(path)).status == 302
