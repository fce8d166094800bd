"""Files for posts: sent, described, used, taken away, and never lost while somebody shows them."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from PIL import Image

from stoa import ids
from stoa.core.house import House
from stoa.core.media import sandbox, strays
from stoa.jobs.worker import Worker
from stoa.main import handlers
from tests.client import Answer, Client
from tests.core.media import pictures
from tests.make import Make, Person, lies

MEDIA = "/api/v1/media"
POST = "/api/v1/statuses"
BASE = "http://localhost:8000"


@pytest.fixture(scope="module", autouse=True)
async def workers(anyio_backend: str) -> AsyncIterator[None]:
    yield
    await sandbox.close()


def picture(colour: str = "red", size: tuple[int, int] = (64, 48)) -> bytes:
    return pictures.encoded(Image.new("RGB", size, colour), "PNG")


async def send(
    client: Client, person: Person, data: bytes | None = None, path: str = "/api/v2/media", **form: Any
) -> Answer:
    files = {"file": ("a.png", data or picture(), "image/png")}
    return await client.post(path, token=person.token, files=files, form=form)


async def fetch(client: Client, url: str) -> Answer:
    return await client.get(url.removeprefix(BASE))


def on_disk(house: House) -> list[Path]:
    folder = house.settings.media_folder
    return sorted(path for path in folder.rglob("*.*") if path.is_file() and ".incoming" not in path.parts)


def let_time_pass(house: House) -> None:
    for path in on_disk(house):
        os.utime(path, (1_000_000_000, 1_000_000_000))


@pytest.mark.parametrize("path", ["/api/v1/media", "/api/v2/media"])
async def test_a_picture_is_ready_at_once_and_served(client: Client, make: Make, path: str) -> None:
    alice = await make.account("alice")
    made = (await send(client, alice, path=path, description="a wall", focus="0.5,-0.25")).ok()
    assert made["type"] == "image"
    assert made["description"] == "a wall"
    assert made["meta"]["focus"] == {"x": 0.5, "y": -0.25}
    assert made["meta"]["original"] == {"width": 64, "height": 48, "size": "64x48", "aspect": 64 / 48}
    assert made["meta"]["small"]["width"] == 64
    assert made["blurhash"]
    file = await fetch(client, made["url"])
    assert file.status == 200
    assert file.headers["content-type"] == "image/png"
    assert file.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in file.headers["content-security-policy"]
    assert "immutable" in file.headers["cache-control"]
    assert (await client.get(f"{MEDIA}/{made['id']}", token=alice.token)).ok() == made


async def test_what_is_no_picture_is_refused_in_words(client: Client, make: Make, house: House) -> None:
    alice = await make.account("alice")
    answer = await send(client, alice, b"<html><script>alert(1)</script>")
    assert answer.status == 422
    assert "not a picture" in answer.json["error"]
    assert (await client.post(MEDIA, token=alice.token, form={"file": "text"})).status == 422
    assert (await client.post(MEDIA, token=alice.token)).status == 422
    assert on_disk(house) == []


@pytest.mark.parametrize(
    "form",
    [
        {"focus": "left"}, {"focus": "2,0"}, {"focus": "0"}, {"focus": "nan,nan"}, {"focus": "0,0,0"},
        {"description": "d" * 1501},
    ],
)  # fmt: skip
async def test_descriptions_and_focal_points_have_their_limits(
    client: Client, make: Make, form: dict[str, Any]
) -> None:
    alice = await make.account("alice")
    assert (await send(client, alice, **form)).status == 422
    made = (await send(client, alice, description="d" * 1500)).ok()
    path = f"{MEDIA}/{made['id']}"
    assert (await client.put(path, token=alice.token, form=form)).status == 422
    assert (await client.get(path, token=alice.token)).ok() == made


async def test_a_description_is_changed_until_the_post_and_with_it_afterwards(
    client: Client, make: Make
) -> None:
    alice, eve = await make.account("alice"), await make.account("eve")
    made = (await send(client, alice)).ok()
    path = f"{MEDIA}/{made['id']}"
    change = {"description": "new", "focus": "-1,1"}
    for method in ("GET", "PUT", "DELETE"):
        assert (await client.request(method, path, token=eve.token, form=change)).status == 404
        assert (await client.request(method, path, form=change)).status == 401
    changed = (await client.put(path, token=alice.token, form=change)).ok()
    assert (changed["description"], changed["meta"]["focus"]) == ("new", {"x": -1.0, "y": 1.0})
    only_focus = (await client.put(path, token=alice.token, form={"focus": "0,0"})).ok()
    assert only_focus["description"] == "new"
    body: dict[str, Any] = {"status": "look", "media_ids": [made["id"]]}
    status = (await client.post(POST, token=alice.token, json=body)).ok()
    assert (await client.put(path, token=alice.token, form=change)).status == 422
    assert (await client.delete(path, token=alice.token)).status == 422
    body["media_attributes"] = [{"id": made["id"], "description": "newest", "focus": "0.1,0.2"}]
    edited = (await client.put(f"{POST}/{status['id']}", token=alice.token, json=body)).ok()
    assert edited["media_attachments"][0]["description"] == "newest"
    assert edited["edited_at"] is not None
    history = (await client.get(f"{POST}/{status['id']}/history")).ok()
    assert [one["media_attachments"][0]["description"] for one in history] == ["new", "newest"]


async def test_another_preview_stands_for_the_picture(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    files = {
        "file": ("a.png", picture(), "image/png"),
        "thumbnail": ("t.png", picture("blue", (10, 10)), "image/png"),
    }
    made = (await client.post("/api/v2/media", token=alice.token, files=files)).ok()
    assert made["meta"]["small"]["size"] == "10x10"
    assert made["meta"]["original"]["size"] == "64x48"
    thumbnail = {"thumbnail": ("t.png", picture("green", (12, 12)), "image/png")}
    changed = (await client.put(f"{MEDIA}/{made['id']}", token=alice.token, files=thumbnail)).ok()
    assert changed["meta"]["small"]["size"] == "12x12"
    assert changed["preview_url"] != made["preview_url"]
    assert changed["url"] == made["url"]


async def test_a_file_is_used_once_and_by_its_owner(client: Client, make: Make) -> None:
    alice, eve = await make.account("alice"), await make.account("eve")
    made = (await send(client, alice)).ok()
    body = {"status": "look", "media_ids": [made["id"]]}
    assert (await client.post(POST, token=eve.token, json=body)).status == 422
    twice = {**body, "media_ids": [made["id"], made["id"]]}
    assert (await client.post(POST, token=alice.token, json=twice)).status == 422
    status = (await client.post(POST, token=alice.token, json=body)).ok()
    assert [one["id"] for one in status["media_attachments"]] == [made["id"]]
    assert (await client.post(POST, token=alice.token, json=body)).status == 422
    later = {"status": "x", "media_ids": [made["id"]], "scheduled_at": ids.iso(ids.now_ms() + 600_000)}
    assert (await client.post(POST, token=alice.token, json=later)).status == 422


async def test_files_stand_in_the_order_given_also_after_an_edit(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    made = [(await send(client, alice, picture(colour))).ok()["id"] for colour in ("red", "blue", "lime")]
    body: dict[str, Any] = {"status": "look", "media_ids": [made[1], made[0]]}
    status = (await client.post(POST, token=alice.token, json=body)).ok()
    assert [one["id"] for one in status["media_attachments"]] == [made[1], made[0]]
    body["media_ids"] = [made[2], made[1]]
    edited = (await client.put(f"{POST}/{status['id']}", token=alice.token, json=body)).ok()
    assert [one["id"] for one in edited["media_attachments"]] == [made[2], made[1]]
    history = (await client.get(f"{POST}/{status['id']}/history")).ok()
    assert [[file["id"] for file in one["media_attachments"]] for one in history] == [
        [made[1], made[0]], [made[2], made[1]],
    ]  # fmt: skip
    for file in history[0]["media_attachments"]:
        assert (await fetch(client, file["url"])).status == 200
    none = (await client.put(f"{POST}/{status['id']}", token=alice.token, json={"status": "look"})).ok()
    assert none["media_attachments"] == []


async def test_a_deleted_post_gives_its_files_back_for_another_one(
    client: Client, make: Make, house: House
) -> None:
    alice = await make.account("alice")
    made = (await send(client, alice)).ok()
    body = {"status": "look", "media_ids": [made["id"]]}
    status = (await client.post(POST, token=alice.token, json=body)).ok()
    gone = (await client.delete(f"{POST}/{status['id']}", token=alice.token)).ok()
    assert [one["id"] for one in gone["media_attachments"]] == [made["id"]]
    again = (await client.post(POST, token=alice.token, json=body)).ok()
    path = f"{POST}/{again['id']}?delete_media=true"
    (await client.delete(path, token=alice.token)).ok()
    assert (await client.post(POST, token=alice.token, json=body)).status == 422
    let_time_pass(house)
    (await send(client, alice, picture("blue"))).ok()
    await Worker(house.db, handlers.of(house)).drain()
    assert (await fetch(client, made["url"])).status == 404


async def test_the_same_bytes_are_stored_once_and_stay_while_anybody_shows_them(
    client: Client, make: Make, house: House
) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    one, two = (await send(client, alice)).ok(), (await send(client, bob)).ok()
    assert one["url"] == two["url"]
    count = len(on_disk(house))
    let_time_pass(house)
    (await client.delete(f"{MEDIA}/{one['id']}", token=alice.token)).ok()
    await Worker(house.db, handlers.of(house)).drain()
    assert len(on_disk(house)) == count
    let_time_pass(house)
    (await client.delete(f"{MEDIA}/{two['id']}", token=bob.token)).ok()
    await Worker(house.db, handlers.of(house)).drain()
    assert on_disk(house) == []


async def test_a_file_just_sent_again_outlives_its_removal(
    client: Client, make: Make, house: House
) -> None:
    alice = await make.account("alice")
    one = (await send(client, alice)).ok()
    let_time_pass(house)
    (await client.delete(f"{MEDIA}/{one['id']}", token=alice.token)).ok()
    # Saved again, its row not written yet: as if the upload were still under way.
    key = one["url"].partition("/media/")[2]
    await house.storage.save(key, lies(house, key))
    await Worker(house.db, handlers.of(house)).drain()
    assert lies(house, key).exists()


async def test_what_nobody_used_for_a_day_is_swept_away_and_nothing_else(
    client: Client, make: Make, house: House
) -> None:
    alice = await make.account("alice")
    used, waiting, unused = [
        (await send(client, alice, picture(colour))).ok() for colour in ("red", "blue", "lime")
    ]
    body = {"status": "x", "media_ids": [used["id"]]}
    (await client.post(POST, token=alice.token, json=body)).ok()
    later = {"media_ids": [waiting["id"]], "scheduled_at": ids.iso(ids.now_ms() + 3 * 86_400_000)}
    (await client.post(POST, token=alice.token, json=later)).ok()
    stray = house.settings.media_folder / "ab" / "cd" / f"abcd{'0' * 60}.png"
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"left by a crash")
    let_time_pass(house)
    with time_machine.travel((ids.now_ms() + 2 * 86_400_000) / 1000):
        await strays.sweep(house.db, house.storage)
        for file, status in ((used, 200), (waiting, 200), (unused, 404)):
            assert (await fetch(client, file["url"])).status == status
            assert (await client.get(f"{MEDIA}/{file['id']}", token=alice.token)).status == status
    assert not stray.exists()


@pytest.mark.parametrize(
    "path", ["/media/../stoa.db", "/media/ab/cd/x.png", "/media/%2e%2e/stoa.db", "/media/ab%2fcd/x"]
)
async def test_no_address_leads_out_of_the_folder(client: Client, path: str) -> None:
    assert (await client.get(path)).status == 404


async def test_sending_files_needs_the_scope_for_it(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    token = await make.token(alice, "read write:statuses")
    files = {"file": ("a.png", picture(), "image/png")}
    assert (await client.post(MEDIA, token=token, files=files)).status == 403
    assert (await client.post(MEDIA, files=files)).status == 401
