"""One server for the tests of a module; those that kill theirs start their own."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator

import pytest

from tests.conftest import DATABASES
from tests.live.fediverse import Servers, fediverse
from tests.live.serving import Server, serving

_numbers = itertools.count()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("live")) as running:
        yield running


@pytest.fixture(scope="module", params=DATABASES)
def servers(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Three servers that start empty."""
    urls = ["", "", ""]
    if request.param == "postgresql":
        postgresql = request.getfixturevalue("postgresql_server")
        names = [f"live_{os.getpid()}_{next(_numbers)}" for _ in urls]
        for name in names:
            postgresql.create(name, template="template_stoa")
        urls = [postgresql.url(name) for name in names]
    with fediverse(tmp_path_factory.mktemp("fediverse"), urls) as running:
        yield running
