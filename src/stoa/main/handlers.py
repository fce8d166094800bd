"""What the worker runs: kind of job → handler."""

from __future__ import annotations

from stoa.core.house import House
from stoa.jobs.worker import Handlers


def of(house: House) -> Handlers:
    """The handlers of *house*."""
    return {}
