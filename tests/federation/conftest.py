"""What the tests of the way out stand on."""

from __future__ import annotations

import pytest

from stoa.core.house import House
from tests.federation.peers import Outside


@pytest.fixture
def outside(house: House) -> Outside:
    """Other servers, and a sender that tells them things."""
    return Outside(house)
