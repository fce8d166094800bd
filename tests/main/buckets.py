"""A service of buckets on this machine, for the tests."""

from __future__ import annotations

import hashlib
import logging
import urllib.request
from collections.abc import Iterator

import pytest
from moto.server import ThreadedMotoServer

NOBODY = "http://127.0.0.1:9"
"""Where no service answers."""


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    """The address of a service of buckets on this machine, with one that is called `files`."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    address = f"http://127.0.0.1:{port}"
    urllib.request.urlopen(urllib.request.Request(f"{address}/files", method="PUT"), timeout=30).close()
    try:
        yield address
    finally:
        server.stop()


@pytest.fixture
def environ(service: str, request: pytest.FixtureRequest) -> dict[str, str]:
    """Settings of a bucket, in which nothing lies yet."""
    return {
        "STOA_S3_BUCKET": "files",
        "STOA_S3_ENDPOINT": service,
        "STOA_S3_ACCESS_KEY": "somebody",
        "STOA_S3_SECRET_KEY": "secret",
        "STOA_S3_PREFIX": hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:16],
    }


@pytest.fixture
def settings_given(environ: dict[str, str]) -> dict[str, str]:
    """A house whose files lie in the bucket."""
    return {"STOA_REGISTRATIONS": "open", "STOA_RATE_LIMITS": "off", **environ}
