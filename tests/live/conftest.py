"""One server for the tests of a module; those that kill theirs start their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.live.serving import Server, serving


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("live")) as running:
        yield running
