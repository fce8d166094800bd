"""A house whose files lie in a bucket keeps what a house with a folder promises; and where the bucket is
away, that is said, and nothing that was acknowledged is lost.
"""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import time_machine
from sqlalchemy import func, select

from stoa import ids
from stoa.core.house import House
from stoa.core.media import foreign, strays
from stoa.core.moderation import erase, standing
from stoa.db import Query
from stoa.db.tables import media_attachments
from stoa.ids import proxied
from stoa.jobs.worker import Worker
from stoa.main import handlers, house_commands
from stoa.main.bucket import Bucket
from tests.api.routes import test_cards, test_credentials, test_films, test_media
from tests.api.routes.test_cards import pages
from tests.api.routes.test_media import picture, workers
from tests.client import Client
from tests.federation.elsewhere import Elsewhere
from tests.main.buckets import NOBODY, environ, service, settings_given
from tests.make import Make, Person
from tests.web.pages import test_proxied, test_write
from tests.web.pages.test_proxied import PICTURE, PNG, only, post_of_carol, shows

__all__ = ["environ", "pages", "service", "settings_given", "workers"]  # fixtures

# Promises that hold wherever files lie.
test_a_picture_is_served = test_media.test_a_picture_is_ready_at_once_and_served
test_what_is_no_picture_is_refused = test_media.test_what_is_no_picture_is_refused_in_words
test_another_preview = test_media.test_another_preview_stands_for_the_picture
test_films_are_made_ready = test_films.test_a_film_is_accepted_made_ready_and_posted
test_a_picture_stands_for_a_film = test_films.test_a_picture_of_ones_own_stands_for_a_film_or_sound
test_a_film_taken_away = test_films.test_a_film_taken_away_before_it_is_ready_leaves_nothing
test_the_old_way_of_sending = test_films.test_the_old_way_of_sending_waits_until_it_is_ready
test_others_are_fetched_once = test_proxied.test_many_who_look_at_once_cost_one_fetch
test_others_lie_here_then = test_proxied.test_a_picture_is_fetched_when_somebody_looks_and_then_lies_here
test_films_of_others = test_proxied.test_films_are_kept_as_they_came_and_served_as_what_they_are
test_portraits_of_others = test_proxied.test_portraits_are_fetched_and_who_has_none_gets_ours
test_emoji_of_others = test_proxied.test_an_emoji_larger_than_256_kib_is_not_kept
test_pictures_of_cards = (
    test_cards.test_the_picture_is_described_and_has_a_blurhash_once_somebody_has_looked
)
test_a_film_on_a_page = test_write.test_a_film_is_attached_made_ready_and_shown
test_a_picture_on_a_page = test_write.test_a_picture_goes_with_its_words

_attachments = Query(select(func.count()).select_from(media_attachments))


async def lying(house: House) -> set[str]:
    """The keys of all files in the bucket; in the folder there is none."""
    assert list(house.settings.media_folder.glob("??/??/*")) == []
    return {key async for some in house.storage.all_held() for key in some}


async def work(house: House) -> None:
    await Worker(house.db, handlers.of(house)).drain()


@contextlib.contextmanager
def away(house: House) -> Iterator[None]:
    """The service does not answer for a while."""
    there = house.storage
    settings = msgspec.structs.replace(house.settings, s3_endpoint=NOBODY)
    object.__setattr__(house, "storage", Bucket(settings))
    try:
        yield
    finally:
        object.__setattr__(house, "storage", there)


def key_of(url: str) -> str:
    return url.partition("/media/")[2]


async def posted(client: Client, person: Person, data: bytes) -> str:
    """The key of a picture that *person* posts."""
    sent = (await test_media.send(client, person, data)).ok()
    body = {"media_ids": [sent["id"]]}
    (await client.post("/api/v1/statuses", token=person.token, json=body)).ok()
    return key_of(sent["url"])


async def test_portraits_lie_in_the_bucket_and_go_with_their_owner(
    house: House, make: Make, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    files = {
        "avatar": test_credentials.picture(),
        "header": test_credentials.picture("maroon", (1600, 900)),
    }
    own = (await client.patch(test_credentials.UPDATE, token=alice.token, files=files)).ok()
    portraits = {key_of(own["avatar"]), key_of(own["header"])}
    for key in portraits:
        assert (await client.get(f"/media/{key}")).status == 200
    shown = await posted(client, alice, picture())
    shared = await posted(client, alice, picture("blue"))
    assert await posted(client, bob, picture("blue")) == shared
    assert portraits | {shown, shared} <= await lying(house)
    async with house.db.write() as conn:
        await standing.suspend(conn, alice.id)
    hidden = [(await client.get(f"/media/{key}")).status for key in (shown, shared)]
    assert hidden == [404, 200]
    monkeypatch.setattr(strays, "UPLOADING_SECONDS", -60)
    async with house.db.write() as conn:
        await erase.erase(conn, alice.id)
    await work(house)
    left = await lying(house)
    assert shared in left
    assert left.isdisjoint({shown, *portraits})


async def test_emoji_of_the_house_lie_in_the_bucket(house: House, client: Client, tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    file.write_bytes(picture(size=(32, 32)))
    asked = argparse.Namespace(shortcode="square", file=file, category=None)
    made, _ = await house_commands.emoji_add(house, asked)
    assert key_of(made["url"]) in await lying(house)
    assert (await client.get(f"/media/{key_of(made['url'])}")).status == 200


async def test_copies_take_no_more_room_than_they_may_and_go_when_they_are_old(
    house: House, make: Make, client: Client, elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    shows(elsewhere, PICTURE, PNG)
    await post_of_carol(make)
    path = proxied("media", await only(house), PICTURE)
    assert (await client.get(path)).status == 302
    size = sum(one.size for one in (await house.storage.held(await lying(house))).values())
    assert await foreign.prune(house.db, house.storage, 14, size) == 0
    assert await foreign.prune(house.db, house.storage, None, size - 1) == 1
    assert (await client.get(path)).status == 302
    assert await foreign.prune(house.db, house.storage, -1) == 1
    monkeypatch.setattr(strays, "UPLOADING_SECONDS", -60)
    await work(house)
    assert await lying(house) == set()
    assert (await client.get(path)).status == 302
    assert elsewhere.fetched == [PICTURE] * 3


async def test_where_the_bucket_is_away_that_is_said_and_nothing_is_half_done(
    house: House, make: Make, client: Client, elsewhere: Elsewhere
) -> None:
    alice = await make.account("alice")
    shows(elsewhere, PICTURE, PNG)
    await post_of_carol(make)
    path = proxied("media", await only(house), PICTURE)
    known = await posted(client, alice, picture("lime"))
    async with house.db.read() as conn:
        before = await conn.scalar(_attachments)
    files = {"file": ("a.png", picture("red"), "image/png")}
    with away(house):
        for answer in (
            await client.post("/api/v2/media", token=alice.token, files=files),
            await client.patch(
                test_credentials.UPDATE, token=alice.token, files={"avatar": test_credentials.picture()}
            ),
            await client.get(f"/media/{known}"),
        ):
            assert answer.status == 503
            assert b"does not answer; try again" in answer.body
            assert answer.headers["retry-after"]
        later = await client.get(path)
        assert (later.status, later.headers["retry-after"]) == (503, "120")
        # What needs no file goes on.
        post = {"status": "without a picture"}
        assert (await client.post("/api/v1/statuses", token=alice.token, json=post)).status == 200
        assert (await client.get("/@alice", headers={"accept": "text/html"})).status == 200
    async with house.db.read() as conn:
        assert await conn.scalar(_attachments) == before
    assert (await client.get(f"/media/{known}")).status == 200
    assert (await client.post("/api/v2/media", token=alice.token, files=files)).status == 200


async def test_a_film_waits_until_the_bucket_is_back(house: House, make: Make, client: Client) -> None:
    alice = await make.account("alice")
    film = (await test_films.send(client, alice)).json
    where = f"{test_films.MEDIA}/{film['id']}"
    with away(house):
        await work(house)
        assert (await client.get(where, token=alice.token)).status == 206
        assert test_films.waiting(house) != []
    with time_machine.travel((ids.now_ms() + 3_600_000) / 1000):
        await work(house)
    ready = (await client.get(where, token=alice.token)).ok()
    assert key_of(ready["url"]) in await lying(house)
    assert test_films.waiting(house) == []


async def test_a_file_that_cannot_be_removed_just_now_is_removed_later(
    house: House, make: Make, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = await make.account("alice")
    answer = await test_media.send(client, alice)
    monkeypatch.setattr(strays, "UPLOADING_SECONDS", -7_200)
    with away(house):
        gone = await client.delete(f"{test_media.MEDIA}/{answer.ok()['id']}", token=alice.token)
        assert gone.status == 200
        await work(house)
    assert await lying(house) != set()
    with time_machine.travel((ids.now_ms() + 3_600_000) / 1000):
        await work(house)
    assert await lying(house) == set()
