"""Files in a bucket: the same promises as of the folder, and words where the service is away."""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

import pytest
from obstore.store import S3Store

from stoa import settings as stoa_settings
from stoa.core.errors import NotFound
from stoa.core.house import House
from stoa.core.media import strays
from stoa.core.media.model import MediaUnavailable
from stoa.core.media.storage import LocalStorage, key_for
from stoa.main import media_commands
from stoa.main.bucket import Bucket, require
from stoa.main.doctor import examine
from stoa.settings import Settings, SettingsError
from tests.api.routes.test_media import picture, workers
from tests.client import Client
from tests.main.buckets import NOBODY, environ, service, settings_given
from tests.make import Make

__all__ = ["environ", "service", "settings_given", "workers"]  # fixtures

BYTES = b"A file, as good as any. " * 40_000
KEY = key_for(hashlib.sha256(BYTES).hexdigest(), "jpg")
OTHER = key_for("0" * 64, "png")


@pytest.fixture
def bucket(environ: dict[str, str], tmp_path: Path) -> Bucket:
    return Bucket(stoa_settings.load(data=tmp_path, environ=environ))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source"
    path.write_bytes(BYTES)
    return path


async def read(bucket: Bucket, key: str, start: int, end: int) -> bytes:
    return b"".join([part async for part in bucket.read(key, start, end)])


async def test_a_file_is_saved_read_and_removed(bucket: Bucket, source: Path) -> None:
    await bucket.save(KEY, source)
    await bucket.save(KEY, source)
    held = await bucket.held([KEY, OTHER])
    assert list(held) == [KEY]
    assert held[KEY].size == len(BYTES)
    assert [some async for some in bucket.all_held()] == [held]
    assert await read(bucket, KEY, 0, len(BYTES)) == BYTES
    assert await read(bucket, KEY, 11, 31) == BYTES[11:31]
    await bucket.delete(KEY)
    await bucket.delete(KEY)
    assert await bucket.held([KEY]) == {}
    with pytest.raises(NotFound):
        await read(bucket, KEY, 0, 1)


async def test_a_large_file_arrives_whole(bucket: Bucket, tmp_path: Path) -> None:
    content = bytes(range(256)) * 50_000
    path = tmp_path / "film"
    path.write_bytes(content)
    key = key_for(hashlib.sha256(content).hexdigest(), "mp4")
    await bucket.save(key, path)
    assert await read(bucket, key, 0, len(content)) == content


@pytest.mark.parametrize("key", ["", "../secret", f"/{KEY}", KEY.upper(), f"{KEY}/x", "ab/cd/x.jpg"])
async def test_what_is_no_key_leads_nowhere(bucket: Bucket, source: Path, key: str) -> None:
    for deed in (bucket.save(key, source), bucket.delete(key), read(bucket, key, 0, 1)):
        with pytest.raises(NotFound):
            await deed
    with pytest.raises(NotFound):
        bucket.local(key)
    assert await bucket.held([key]) == {}


async def test_where_nobody_answers_that_is_said(tmp_path: Path, source: Path) -> None:
    environ = {
        "STOA_S3_BUCKET": "files", "STOA_S3_ENDPOINT": NOBODY,
        "STOA_S3_ACCESS_KEY": "a", "STOA_S3_SECRET_KEY": "b",
    }  # fmt: skip
    settings = stoa_settings.load(data=tmp_path, environ=environ)
    away = Bucket(settings)
    for deed in (away.save(KEY, source), away.held([KEY]), read(away, KEY, 0, 1), away.delete(KEY)):
        with pytest.raises(MediaUnavailable, match="does not answer"):
            await deed


@pytest.mark.parametrize(
    "environ",
    [
        {"STOA_S3_BUCKET": "files"},
        {"STOA_S3_BUCKET": "files", "STOA_S3_ACCESS_KEY": "a"},
        {"STOA_S3_ENDPOINT": "s3.example"},
        {"STOA_S3_PUBLIC_URL": "javascript:alert(1)"},
        {"STOA_S3_ENDPOINT": "https://user:password@s3.example"},
    ],
)
def test_settings_that_cannot_be_meant_are_refused(tmp_path: Path, environ: dict[str, str]) -> None:
    with pytest.raises(SettingsError) as refusal:
        stoa_settings.load(data=tmp_path, environ=environ)
    assert "password" not in str(refusal.value)


async def test_what_a_member_sends_lies_in_the_bucket_and_is_served_from_there(
    house: House, make: Make, client: Client
) -> None:
    alice = await make.account("alice")
    sent = await client.post(
        "/api/v2/media", token=alice.token, files={"file": ("a.png", picture(), "image/png")}
    )
    media = sent.ok()
    key = media["url"].partition("/media/")[2]
    held = await house.storage.held([key])
    assert list(house.settings.media_folder.glob("??/??/*")) == []
    whole = await client.get(f"/media/{key}")
    assert (whole.status, len(whole.body)) == (200, held[key].size)
    assert whole.headers["content-type"] == "image/png"
    part = await client.get(f"/media/{key}", headers={"range": "bytes=1-3"})
    assert (part.status, part.body) == (206, whole.body[1:4])
    assert part.headers["content-range"] == f"bytes 1-3/{held[key].size}"
    known = await client.get(f"/media/{key}", headers={"if-none-match": whole.headers["etag"]})
    assert known.status == 304
    beyond = await client.get(f"/media/{key}", headers={"range": "bytes=99999999-"})
    assert beyond.status == 416
    assert (await client.get(f"/media/{OTHER}")).status == 404


async def test_strays_are_swept_and_what_is_needed_stays(
    house: House, make: Make, client: Client, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = await make.account("alice")
    sent = await client.post(
        "/api/v2/media", token=alice.token, files={"file": ("a.png", picture(), "image/png")}
    )
    key = sent.ok()["url"].partition("/media/")[2]
    await house.storage.save(KEY, source)
    await strays.sweep(house.db, house.storage)
    assert set(await house.storage.held([key, KEY])) == {key, KEY}
    monkeypatch.setattr(strays, "UPLOADING_SECONDS", -60)
    await strays.sweep(house.db, house.storage)
    assert set(await house.storage.held([key, KEY])) == {key}


async def test_files_are_copied_there_and_back(house: House, source: Path) -> None:
    folder = LocalStorage(house.settings.media_folder)
    await folder.save(KEY, source)
    result, said = await media_commands.copy(house, argparse.Namespace(back=False))
    assert result == {"copied": 1, "there": 0}
    assert "1 files were copied into the bucket" in said
    assert (await media_commands.copy(house, argparse.Namespace(back=False)))[0]["there"] == 1
    await folder.delete(KEY)
    assert (await media_commands.copy(house, argparse.Namespace(back=True)))[0]["copied"] == 1
    assert folder.local(KEY).read_bytes() == BYTES


def test_the_doctor_tries_the_bucket(
    sqlite_template: Path, environ: dict[str, str], tmp_path: Path
) -> None:
    def found(settings: Settings) -> tuple[bool, str]:
        (one,) = [finding for finding in examine(settings) if finding.name.startswith("bucket")]
        return one.ok, one.sentence

    url = f"sqlite:///{sqlite_template}"
    given = {**environ, "STOA_DATABASE_URL": url}
    assert found(stoa_settings.load(data=tmp_path, environ=given))[0]
    given["STOA_S3_BUCKET"] = "nobodys"
    ok, sentence = found(stoa_settings.load(data=tmp_path, environ=given))
    assert not ok
    assert "NoSuchBucket: The specified bucket does not exist" in sentence
    assert "secret" not in sentence


async def test_a_server_opens_only_if_it_can_look_into_its_bucket(
    environ: dict[str, str], tmp_path: Path
) -> None:
    await require(stoa_settings.load(data=tmp_path, environ={}))
    await require(stoa_settings.load(data=tmp_path, environ=environ))
    for wrong, said in (
        ({"STOA_S3_BUCKET": "nobodys"}, "NoSuchBucket: The specified bucket does not exist"),
        ({"STOA_S3_ENDPOINT": NOBODY}, NOBODY),
    ):
        with pytest.raises(SettingsError, match=r"STOA_S3_BUCKET is .*cannot be looked into") as refusal:
            await require(stoa_settings.load(data=tmp_path, environ={**environ, **wrong}))
        assert said in str(refusal.value)
        assert "\n" not in str(refusal.value)


async def test_browsers_are_told_by_the_bucket_what_a_file_is(
    bucket: Bucket, service: str, environ: dict[str, str], source: Path
) -> None:
    reader = S3Store(
        "files",
        prefix=environ["STOA_S3_PREFIX"],
        config={"endpoint": service, "access_key_id": "anybody", "secret_access_key": "else"},
        client_options={"allow_http": True},
    )
    # Also where the machine's own list of types does not know it.
    for ending, kind in (("webp", "image/webp"), ("m4a", "audio/mp4"), ("flac", "audio/flac")):
        key = f"{KEY.partition('.')[0]}.{ending}"
        await bucket.save(key, source)
        told = (await reader.get_async(key)).attributes
        assert told["Content-Type"] == kind
        assert "immutable" in told["Cache-Control"]


@pytest.fixture
def public_url(settings_given: dict[str, str]) -> str:
    settings_given["STOA_S3_PUBLIC_URL"] = "https://files.example/stoa"
    return settings_given["STOA_S3_PUBLIC_URL"]


async def test_browsers_are_sent_to_the_public_address(
    public_url: str, house: House, make: Make, client: Client, source: Path
) -> None:
    await house.storage.save(KEY, source)
    answer = await client.get(f"/media/{KEY}")
    assert (answer.status, answer.headers["location"]) == (302, f"{public_url}/{KEY}")
    page = await client.get("/about", headers={"accept": "text/html"})
    policy = page.headers["content-security-policy"]
    assert "img-src 'self' https://files.example;" in policy
    assert "media-src 'self' https://files.example;" in policy
