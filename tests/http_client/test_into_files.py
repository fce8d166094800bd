"""What is large goes into a file: whole, within its limit, and without being held in memory."""

from __future__ import annotations

import gzip
import tracemalloc
from pathlib import Path

import pytest

from stoa.http_client import TooLarge
from tests.http_client.serving import answer, opened, serve

ACCEPT = "video/*"


@pytest.mark.parametrize("packed", [False, True])
async def test_a_body_goes_into_a_file(tmp_path: Path, packed: bool) -> None:
    film = bytes(range(256)) * 2_000
    said = answer(200, gzip.compress(film), content_encoding="gzip") if packed else answer(200, film)
    async with serve(lambda _: said) as there, opened(tmp_path) as http:
        with (tmp_path / "film").open("wb") as into:
            found = await http.get(
                f"http://there.example:{there.port}/", accept=ACCEPT, limit_bytes=1_000_000, into=into
            )
    assert (found.status, found.body) == (200, b"")
    assert (tmp_path / "film").read_bytes() == film


async def test_no_more_is_written_than_allowed(tmp_path: Path) -> None:
    said = answer(200, gzip.compress(bytes(50_000_000)), content_encoding="gzip")
    async with serve(lambda _: said) as there, opened(tmp_path) as http:
        with (tmp_path / "film").open("wb") as into, pytest.raises(TooLarge):
            await http.get(
                f"http://there.example:{there.port}/", accept=ACCEPT, limit_bytes=100_000, into=into
            )
    assert (tmp_path / "film").stat().st_size <= 100_001


async def test_what_is_refused_is_not_written(tmp_path: Path) -> None:
    async with serve(lambda _: answer(404, b"There is no such film.")) as there, opened(tmp_path) as http:
        with (tmp_path / "film").open("wb") as into:
            found = await http.get(f"http://there.example:{there.port}/", accept=ACCEPT, into=into)
    assert found.status == 404
    assert (tmp_path / "film").read_bytes() == b""


async def test_a_film_is_not_held_in_memory(tmp_path: Path) -> None:
    said = answer(200, gzip.compress(bytes(40_000_000)), content_encoding="gzip")
    async with serve(lambda _: said) as there, opened(tmp_path) as http:
        url = f"http://there.example:{there.port}/"
        await http.get(url, accept=ACCEPT, limit_bytes=50_000_000)  # once for what is imported
        with (tmp_path / "film").open("wb") as into:
            tracemalloc.start()
            try:
                await http.get(url, accept=ACCEPT, limit_bytes=50_000_000, into=into)
                _, peak = tracemalloc.get_traced_memory()
            finally:
                tracemalloc.stop()
    assert (tmp_path / "film").stat().st_size == 40_000_000
    assert peak < 5_000_000
