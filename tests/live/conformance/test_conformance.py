"""Everything that is documented, on a real server: called, and its answers looked at to the last field."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.conftest import DATABASES
from tests.live.conformance.run import conformance


@pytest.mark.parametrize("database", DATABASES)
def test_every_endpoint_and_every_entity_is_as_documented(
    database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    urls = ["", ""]
    if database == "postgresql":
        postgresql = request.getfixturevalue("postgresql_server")
        names = [f"conformance_{os.getpid()}_{name}" for name in ("here", "there")]
        for name in names:
            postgresql.create(name, template="template_stoa")
        urls = [postgresql.url(name) for name in names]
    findings = conformance(tmp_path, urls)
    assert findings.failures == [], findings.summary()
