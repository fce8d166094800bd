"""Files by their hash: whole or absent, once, and never outside the folder."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
from pathlib import Path

import pytest

from stoa.core.errors import NotFound
from stoa.core.media.model import MediaUnavailable
from stoa.core.media.storage import LocalStorage, key_for

pytestmark = pytest.mark.anyio

BYTES = b"not really a picture" * 1000
SHA = hashlib.sha256(BYTES).hexdigest()
KEY = f"{SHA[:2]}/{SHA[2:4]}/{SHA}.jpg"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source"
    path.write_bytes(BYTES)
    return path


@pytest.fixture
def storage(tmp_path: Path) -> LocalStorage:
    return LocalStorage(tmp_path / "media")


def files(tmp_path: Path) -> list[str]:
    folder = tmp_path / "media"
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


async def test_a_file_is_saved_shown_and_removed(
    storage: LocalStorage, source: Path, tmp_path: Path
) -> None:
    assert key_for(SHA, "jpg") == KEY
    await storage.save(KEY, source)
    assert storage.local(KEY).read_bytes() == BYTES
    assert files(tmp_path) == [KEY]
    await storage.delete(KEY)
    assert files(tmp_path) == []
    await storage.delete(KEY)


async def test_the_same_bytes_are_stored_once(storage: LocalStorage, source: Path, tmp_path: Path) -> None:
    await storage.save(KEY, source)
    first = storage.local(KEY).stat()
    await asyncio.gather(*(storage.save(KEY, source) for _ in range(8)))
    assert files(tmp_path) == [KEY]
    assert storage.local(KEY).stat().st_ino == first.st_ino


async def test_many_at_once_leave_one_file(storage: LocalStorage, source: Path, tmp_path: Path) -> None:
    await asyncio.gather(*(storage.save(KEY, source) for _ in range(8)))
    assert files(tmp_path) == [KEY]
    assert storage.local(KEY).read_bytes() == BYTES


async def test_a_file_that_lost_its_end_is_replaced(storage: LocalStorage, source: Path) -> None:
    await storage.save(KEY, source)
    os.truncate(storage.local(KEY), 5)
    await storage.save(KEY, source)
    assert storage.local(KEY).read_bytes() == BYTES


async def test_a_web_server_may_read_what_is_saved(storage: LocalStorage, source: Path) -> None:
    os.chmod(source, 0o600)
    await storage.save(KEY, source)
    mask = os.umask(0o022)
    os.umask(mask)
    assert storage.local(KEY).stat().st_mode & 0o777 == 0o666 & ~mask


@pytest.mark.parametrize(
    "key",
    [
        "",
        "/",
        "../stoa.db",
        f"../media/{KEY}",
        f"/etc/{KEY}",
        "/etc/passwd",
        f"{KEY}/../../../../etc/passwd",
        f"{KEY}\n",
        f"{KEY}\0",
        f"{KEY}.html/..",
        KEY.replace("/", "\\"),
        KEY.replace("/", "%2f"),
        KEY.replace("/", "//"),
        KEY.upper(),
        f"{SHA[:2]}/../{SHA}.jpg",
        f"00/00/{SHA}.jpg",
        f"{SHA[:2]}/{SHA[2:4]}/{SHA}",
        f"{SHA[:2]}/{SHA[2:4]}/{SHA}.",
        f"{SHA[:2]}/{SHA[2:4]}/{SHA}.tar.gz",
        f"{SHA[:2]}/{SHA[2:4]}/{SHA}.j/g",
        ".incoming/0123456789abcdef",
        KEY.replace(SHA[:2], "\u0661\u0662", 1),
    ],
)
async def test_what_is_not_a_key_leads_nowhere(
    key: str, storage: LocalStorage, source: Path, tmp_path: Path
) -> None:
    with pytest.raises(NotFound):
        storage.local(key)
    assert await storage.held([key]) == {}
    with pytest.raises(NotFound):
        await storage.save(key, source)
    with pytest.raises(NotFound):
        await storage.delete(key)
    assert sorted(os.listdir(tmp_path)) == ["source"]


@pytest.mark.parametrize(
    ("sha", "extension"), [("abc", "jpg"), (SHA, "../x"), (SHA.upper(), "jpg"), (SHA, "")]
)
def test_a_key_is_made_of_a_hash_and_an_ending_only(sha: str, extension: str) -> None:
    with pytest.raises(ValueError, match="do not make a key"):
        key_for(sha, extension)


@pytest.mark.parametrize("step", ["fsync", "mkdir", "replace"])
async def test_a_full_disk_leaves_nothing_behind(
    step: str, storage: LocalStorage, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(*anything: object, **more: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        if step == "fsync":
            patched.setattr(os, "fsync", no_room)
        else:
            patched.setattr(Path, step, no_room)
        with pytest.raises(MediaUnavailable, match=r"^The server's disk is full; the file was not"):
            await storage.save(KEY, source)
    assert files(tmp_path) == []
    await storage.save(KEY, source)
    assert storage.local(KEY).read_bytes() == BYTES


async def test_other_trouble_is_not_called_a_full_disk(storage: LocalStorage, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await storage.save(KEY, tmp_path / "gone")
    assert files(tmp_path) == []
