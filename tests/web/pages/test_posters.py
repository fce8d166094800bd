"""The picture that stands for a film of another server: a file of its own, fetched by itself."""

from __future__ import annotations

import os
import time

from sqlalchemy import select

from stoa.core.house import House
from stoa.core.media import foreign
from stoa.core.policy.draft import RemoteMedia
from stoa.db import Query
from stoa.db.tables import media_attachments
from stoa.http_client import Fetched
from stoa.ids import proxied
from tests.client import Client
from tests.core.media.pictures import encoded, quartered
from tests.federation.elsewhere import Elsewhere
from tests.make import Make, lies
from tests.web.browsing import Browser

FILM, POSTER = "https://f.example/f.mp4", "https://f.example/f.png"
BYTES = {
    FILM: b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41" + bytes(5_000),
    POSTER: encoded(quartered((80, 60)), "PNG"),
}
_row = Query(select(media_attachments.c.id, media_attachments.c.key, media_attachments.c.preview_key))


async def test_a_film_and_its_picture_are_two_files(
    house: House, make: Make, client: Client, elsewhere: Elsewhere
) -> None:
    elsewhere.documents |= {url: Fetched(200, url, {}, body) for url, body in BYTES.items()}
    carol = await make.remote("carol@there.example")
    film = RemoteMedia(url=FILM, kind="video", mime="video/mp4", preview_url=POSTER)
    status_id = await make.status(
        carol, "", uri="https://there.example/1", content="<p>A</p>", media=(film,)
    )
    async with house.db.read() as conn:
        [row] = await conn.all(_row)
    poster = proxied("poster", row.id, POSTER)
    [file] = (await client.get(f"/api/v1/statuses/{status_id}")).ok()["media_attachments"]
    assert file["preview_url"] == house.addresses.base + poster
    assert file["preview_remote_url"] == POSTER
    page = await Browser(house).open(f"/@carol@there.example/{status_id}")
    assert f'poster="{poster}"' in page.answer.text

    for path in (poster, proxied("media", row.id, FILM), poster):
        found = await client.get(path)
        assert (await client.get(found.headers["location"])).status == 200
    async with house.db.read() as conn:
        [row] = await conn.all(_row)
    assert row.key.endswith(".mp4")
    assert row.preview_key is not None
    page = await Browser(house).open(f"/@carol@there.example/{status_id}")
    assert f'poster="/media/{row.preview_key}"' in page.answer.text

    old = time.time() - 15 * 24 * 3600
    os.utime(lies(house, row.preview_key), (old, old))
    assert await foreign.prune(house.db, house.storage, 14) == 1
    async with house.db.read() as conn:
        [row] = await conn.all(_row)
    assert row.key.endswith(".mp4")
    assert row.preview_key is None
