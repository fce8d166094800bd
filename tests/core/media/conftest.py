"""One event loop and one pool of workers for each module of tests here."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from stoa.core.media import sandbox


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module", autouse=True)
async def workers(anyio_backend: str) -> AsyncIterator[None]:
    yield
    await sandbox.close()
