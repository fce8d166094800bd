"""A fresh house for each test, on SQLite and on PostgreSQL; and no way out of this machine."""

from __future__ import annotations

import contextlib
import gc
import io
import itertools
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

import hypothesis
import pytest

from stoa import ids
from stoa import settings as stoa_settings
from stoa.core.house import House
from stoa.db import migrate
from stoa.federation import keys
from stoa.federation.door import Door
from stoa.federation.keys import generate_rsa
from stoa.main import Assembled, assemble, main
from tests.client import Client
from tests.federation.elsewhere import Elsewhere
from tests.make import Make
from tests.postgresql import Server, serve

DATABASES = os.environ.get("TEST_DATABASES", "sqlite,postgresql").split(",")

# Nothing is timed here: a busy machine is no defect.
hypothesis.settings.register_profile("stoa", deadline=None)
hypothesis.settings.load_profile("stoa")

_real_connect = socket.socket.connect


def _loopback_only(self: socket.socket, address: Any) -> None:
    if self.family in (socket.AF_INET, socket.AF_INET6):
        host = address[0]
        if host not in ("127.0.0.1", "::1", "localhost"):
            raise OSError(f"tests stay on this machine; {host} is not it")
    _real_connect(self, address)


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    socket.socket.connect = _loopback_only  # type: ignore[method-assign, assignment]
    yield
    socket.socket.connect = _real_connect  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def _ids_of_today(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ids never go back, so a test that travels in time would take all later ones along."""
    monkeypatch.setattr(ids, "_last", 0)


@cache
def _rsa(number: int) -> str:
    return generate_rsa()


@pytest.fixture(autouse=True)
def _known_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """To make an RSA key takes longer than most tests: each finds the keys of the one before."""
    numbers = itertools.count()
    monkeypatch.setattr(keys, "generate_rsa", lambda: _rsa(next(numbers)))


def pytest_collection_finish() -> None:
    """All that was imported and collected stays: nobody need look through it for garbage."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "stoa.db"
    migrate.bring_up_to_date(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Server]:
    """A server with a migrated database called `template_stoa`."""
    with serve() as server:
        server.create("template_stoa")
        migrate.bring_up_to_date(server.url("template_stoa"))
        yield server


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated, empty database of its own."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "stoa.db")
        yield f"sqlite:///{tmp_path / 'stoa.db'}"
        return
    yield request.getfixturevalue("postgresql_server").lend("template_stoa")


@pytest.fixture
def settings_given() -> dict[str, str]:
    """Environment of the house under test; override it in a module or parametrise it."""
    return {"STOA_REGISTRATIONS": "open", "STOA_RATE_LIMITS": "off"}


@pytest.fixture
async def assembled(
    database_url: str, tmp_path: Path, settings_given: dict[str, str]
) -> AsyncIterator[Assembled]:
    environ = {"STOA_DATABASE_URL": database_url, **settings_given}
    settings = stoa_settings.load(data=tmp_path / "data", environ=environ)
    async with assemble(settings, way_out=Elsewhere) as made:
        yield made


@pytest.fixture
def house(assembled: Assembled) -> House:
    return assembled.house


@pytest.fixture
def door(assembled: Assembled) -> Door:
    """What the federation door works with; nothing runs by itself: `await door.incoming.drain()`."""
    return assembled.door


@pytest.fixture
def elsewhere(door: Door) -> Elsewhere:
    """All other servers: every way out of the house ends there."""
    assert isinstance(door.http, Elsewhere)
    return door.http


@pytest.fixture
def make(house: House) -> Make:
    """Factories for a small village."""
    return Make(house)


@pytest.fixture
def client(house: House, door: Door) -> Client:
    """Calls the program's own ASGI application, without a socket."""
    from stoa.main import application

    return Client(application(house, door))


def run_program(*arguments: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """`stoa …` as somebody would type it."""
    return subprocess.run(
        [sys.executable, "-m", "stoa.main", *arguments],
        env={"PATH": os.environ["PATH"], **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def run_cli(*arguments: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """`stoa …` with *env* as its environment, in this process: to begin one of its own takes seconds."""
    out, wrong, status = io.StringIO(), io.StringIO(), 0
    surroundings = mock.patch.dict(os.environ, {"PATH": os.environ["PATH"], **env}, clear=True)
    with surroundings, contextlib.redirect_stdout(out), contextlib.redirect_stderr(wrong):
        try:
            main([*arguments])
        except SystemExit as end:
            status = int(end.code or 0)
    return subprocess.CompletedProcess(arguments, status, out.getvalue(), wrong.getvalue())
