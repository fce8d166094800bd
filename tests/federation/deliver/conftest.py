"""What a house has queued for others, and people elsewhere to queue it for."""

from __future__ import annotations

import pytest

from stoa.core.house import House
from tests.federation.deliver.post_office import PostOffice
from tests.make import Make


@pytest.fixture
def office(house: House, make: Make) -> PostOffice:
    """Reads what waits to be sent."""
    return PostOffice(house, make)
