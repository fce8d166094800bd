"""What has happened to series; `events` has them too."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SeriesChanged:
    """A series from here is there, or says something else of itself, or has its parts otherwise."""

    series_id: int


@dataclass(frozen=True, slots=True)
class SeriesGrew:
    """A series, here or elsewhere, has a part that it did not have."""

    series_id: int
    status_id: int


@dataclass(frozen=True, slots=True)
class SeriesDeleted:
    """A series of somebody here is gone."""

    series_id: int
    account_id: int
    uri: str


SeriesEvent = SeriesChanged | SeriesGrew | SeriesDeleted
