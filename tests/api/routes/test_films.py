"""Films, moving GIFs and sounds sent by apps: 202 at once, 206 meanwhile, then ready or refused."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from PIL import Image

from stoa import ids
from stoa.core.house import House
from stoa.core.media import film_uploads, sandbox
from stoa.core.media.model import FilmLimits
from stoa.jobs.worker import Worker
from stoa.main import handlers
from tests.client import Answer, Client
from tests.core.media import pictures, reels
from tests.make import Make, Person, lies

MEDIA = "/api/v1/media"
POST = "/api/v1/statuses"
BASE = "http://localhost:8000"
ACTIVITY = "application/activity+json"

FILM = reels.film()
SOUND = reels.film("mp3", video=None, audio="libmp3lame")


@pytest.fixture(scope="module", autouse=True)
async def workers(anyio_backend: str) -> AsyncIterator[None]:
    yield
    await sandbox.close()


async def send(
    client: Client, person: Person, data: bytes = FILM, path: str = "/api/v2/media", **form: Any
) -> Answer:
    files = {"file": ("a.bin", data, "application/octet-stream")}
    if "thumbnail" in form:
        files["thumbnail"] = ("b.png", form.pop("thumbnail"), "image/png")
    return await client.post(path, token=person.token, files=files, form=form)


async def make_ready(house: House) -> None:
    await Worker(house.db, handlers.of(house)).drain()


def waiting(house: House) -> list[Path]:
    folder = house.settings.media_folder / ".waiting"
    return sorted(folder.rglob("*")) if folder.exists() else []


@pytest.mark.parametrize(
    ("data", "kind", "content_type"),
    [(FILM, "video", "video/mp4"), (reels.gif(), "gifv", "video/mp4"), (SOUND, "audio", "audio/mpeg")],
)
async def test_a_film_is_accepted_made_ready_and_posted(
    client: Client, make: Make, house: House, data: bytes, kind: str, content_type: str
) -> None:
    alice = await make.account("alice")
    answer = await send(client, alice, data, description="a square walks", focus="0.5,0")
    assert answer.status == 202
    sent = answer.json
    assert (sent["type"], sent["url"], sent["preview_url"]) == (kind, None, None)
    meanwhile = await client.get(f"{MEDIA}/{sent['id']}", token=alice.token)
    assert meanwhile.status == 206
    assert meanwhile.json == sent
    early = await client.post(POST, token=alice.token, json={"status": "x", "media_ids": [sent["id"]]})
    assert early.status == 422
    assert "made ready" in early.json["error"]
    await make_ready(house)
    ready = (await client.get(f"{MEDIA}/{sent['id']}", token=alice.token)).ok()
    assert (ready["id"], ready["type"], ready["description"]) == (sent["id"], kind, "a square walks")
    assert ready["meta"]["focus"] == {"x": 0.5, "y": 0.0}
    assert ready["meta"]["length"].startswith("0:00:0")
    assert waiting(house) == []
    file = await client.get(ready["url"].removeprefix(BASE))
    assert (file.status, file.headers["content-type"]) == (200, content_type)
    assert file.headers["x-content-type-options"] == "nosniff"
    if kind != "audio":
        assert ready["blurhash"]
        preview = await client.get(ready["preview_url"].removeprefix(BASE))
        assert preview.headers["content-type"] == "image/webp"
    post = (await client.post(POST, token=alice.token, json={"media_ids": [ready["id"]]})).ok()
    assert post["media_attachments"] == [ready]
    [sent_on] = (await client.get(post["uri"].removeprefix(BASE), headers={"accept": ACTIVITY})).ok()[
        "attachment"
    ]
    assert (sent_on["type"], sent_on["mediaType"], sent_on["url"]) == (
        "Document",
        content_type,
        ready["url"],
    )
    assert sent_on["duration"] == f"PT{ready['meta']['original']['duration']:g}S"
    if kind != "audio":
        assert sent_on["icon"]["url"] == ready["preview_url"]
        assert (sent_on["width"], sent_on["blurhash"]) == (ready["meta"]["width"], ready["blurhash"])
        assert sent_on["focalPoint"] == [0.5, 0.0]


async def test_a_player_gets_the_part_it_asks_for(client: Client, make: Make, house: House) -> None:
    alice = await make.account("alice")
    sent = (await send(client, alice)).json
    await make_ready(house)
    url = (await client.get(f"{MEDIA}/{sent['id']}", token=alice.token)).ok()["url"].removeprefix(BASE)
    whole = await client.get(url)
    assert whole.headers["accept-ranges"] == "bytes"
    part = await client.get(url, headers={"range": "bytes=4-11"})
    assert part.status == 206
    assert part.body == whole.body[4:12]
    assert part.body.startswith(b"ftyp")
    assert part.headers["content-range"] == f"bytes 4-11/{len(whole.body)}"
    again = await send(client, alice)
    assert again.status == 202
    await make_ready(house)
    touched = lies(house, url.removeprefix("/media/"))
    os.utime(touched, (1_000_000_000, 1_000_000_000))
    going_on = {"range": "bytes=4-", "if-range": whole.headers["etag"]}
    assert (await client.get(url, headers=going_on)).status == 206
    beyond = await client.get(url, headers={"range": f"bytes={len(whole.body)}-"})
    assert beyond.status == 416


@pytest.mark.parametrize("data", [b"\0\0\0\x18ftypmp42" + b"x" * 900, FILM[:3000], b"OggS" + b"\xff" * 900])
async def test_a_film_that_cannot_be_read_is_said_to_be_so(
    client: Client, make: Make, house: House, data: bytes
) -> None:
    alice = await make.account("alice")
    sent = (await send(client, alice, data)).json
    await make_ready(house)
    answer = await client.get(f"{MEDIA}/{sent['id']}", token=alice.token)
    assert answer.status == 422
    assert "cannot be played" in answer.json["error"]
    assert waiting(house) == []
    refused = await client.post(POST, token=alice.token, json={"status": "x", "media_ids": [sent["id"]]})
    assert refused.status == 422
    assert (await client.delete(f"{MEDIA}/{sent['id']}", token=alice.token)).ok() == {}


async def test_a_film_that_is_too_large_is_refused_at_once(
    client: Client, make: Make, house: House
) -> None:
    alice = await make.account("alice")
    limit = house.settings.max_film_bytes
    assert (await client.get("/api/v2/instance")).ok()["configuration"]["media_attachments"][
        "video_size_limit"
    ] == limit
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(film_uploads, "limits_of", lambda settings: FilmLimits(max_bytes=1000))
        answer = await send(client, alice)
    assert answer.status == 422
    assert "too large" in answer.json["error"]
    assert waiting(house) == []


async def test_a_picture_of_ones_own_stands_for_a_film_or_sound(
    client: Client, make: Make, house: House
) -> None:
    alice = await make.account("alice")
    red = pictures.encoded(Image.new("RGB", (30, 40), "red"), "PNG")
    sent = (await send(client, alice, SOUND, thumbnail=red)).json
    film = (await send(client, alice)).json
    blue = {
        "thumbnail": ("b.png", pictures.encoded(Image.new("RGB", (50, 20), "blue"), "PNG"), "image/png")
    }
    await client.put(f"{MEDIA}/{film['id']}", token=alice.token, files=blue)
    await make_ready(house)
    sound = (await client.get(f"{MEDIA}/{sent['id']}", token=alice.token)).ok()
    assert sound["meta"]["small"]["size"] == "30x40"
    assert sound["blurhash"]
    assert (await client.get(sound["preview_url"].removeprefix(BASE))).status == 200
    shown = (await client.get(f"{MEDIA}/{film['id']}", token=alice.token)).ok()
    assert shown["meta"]["small"]["size"] == "50x20"
    assert shown["meta"]["original"]["width"] == 64


async def test_what_is_described_meanwhile_stays(client: Client, make: Make, house: House) -> None:
    alice = await make.account("alice")
    sent = (await send(client, alice)).json
    changed = await client.put(f"{MEDIA}/{sent['id']}", token=alice.token, json={"description": "words"})
    assert changed.ok()["description"] == "words"
    await make_ready(house)
    assert (await client.get(f"{MEDIA}/{sent['id']}", token=alice.token)).ok()["description"] == "words"


async def test_a_film_taken_away_before_it_is_ready_leaves_nothing(
    client: Client, make: Make, house: House
) -> None:
    alice = await make.account("alice")
    sent = (await send(client, alice)).json
    (await client.delete(f"{MEDIA}/{sent['id']}", token=alice.token)).ok()
    await make_ready(house)
    assert (await client.get(f"{MEDIA}/{sent['id']}", token=alice.token)).status == 404
    assert not list(house.settings.media_folder.glob("??/??/*"))
    with time_machine.travel((ids.now_ms() + 2 * 24 * 3600 * 1000) / 1000):
        await make_ready(house)
    assert waiting(house) == []


async def test_the_old_way_of_sending_waits_until_it_is_ready(
    client: Client, make: Make, house: House
) -> None:
    alice = await make.account("alice")
    worker = Worker(house.db, handlers.of(house))
    running = asyncio.create_task(worker.run())
    answer = await send(client, alice, path=MEDIA)
    worker.stop()
    await running
    assert answer.status == 200
    assert answer.json["url"]


async def test_a_restart_loses_no_film(client: Client, make: Make, house: House) -> None:
    alice = await make.account("alice")
    first = (await send(client, alice)).json
    second = (await send(client, alice, SOUND)).json
    gone = waiting(house)[0]
    gone.unlink()
    house.db.memory.pop(film_uploads.FilmUploads, None)
    await make_ready(house)
    lost = await client.get(f"{MEDIA}/{first['id']}", token=alice.token)
    assert lost.status == 422
    assert "lost" in lost.json["error"]
    assert (await client.get(f"{MEDIA}/{second['id']}", token=alice.token)).ok()["type"] == "audio"


async def test_how_many_films_of_one_person_wait_is_limited(
    client: Client, make: Make, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(film_uploads, "MAX_WAITING", 1)
    alice = await make.account("alice")
    assert (await send(client, alice)).status == 202
    answer = await send(client, alice)
    assert answer.status == 422
    assert "wait a little" in answer.json["error"]


async def test_another_persons_film_is_not_to_be_seen(client: Client, make: Make, house: House) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    sent = (await send(client, alice)).json
    assert (await client.get(f"{MEDIA}/{sent['id']}", token=bob.token)).status == 404
    assert (await client.delete(f"{MEDIA}/{sent['id']}", token=bob.token)).status == 404
