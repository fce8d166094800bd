"""What other processes on the same database have written: heard of by LISTEN, on PostgreSQL."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from stoa.api.streaming.hub import Hub
from stoa.api.streaming.news import News
from stoa.api.streaming.tell import CHANNEL, heard
from stoa.core.house import House

log = logging.getLogger("stoa.streaming")


def hub_of(house: House) -> Hub:
    """The hub of this process, made if this is the first time that somebody asks."""
    hub = Hub.find(house.db.memory)
    if hub is None:

        async def elsewhere(told: Callable[[Sequence[News]], None]) -> None:
            def read(letter: str) -> None:
                try:
                    told(heard(letter, house.db.memory))
                except ValueError:
                    log.warning("another process tells what this one does not understand")

            await house.db.listen(CHANNEL, read)

        hub = house.db.memory[Hub] = Hub(house, elsewhere)
    return hub
