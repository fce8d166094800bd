"""What the worker runs: kind of job → handler."""

from __future__ import annotations

from stoa.core.auth import letters
from stoa.core.house import House
from stoa.jobs.worker import Handlers, OnNetwork


def of(house: House) -> Handlers:
    """The handlers of *house*."""
    return {
        **{kind: OnNetwork(write) for kind, write in letters.jobs(house.settings, house.mailer).items()},
    }
