"""What has happened to series; `events` has them too."""

from __future__ import annotations

from dataclasses import dataclass, field


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
    """A series of somebody here is gone; *followers* heard of it, *was_open*: so might everybody."""

    series_id: int
    account_id: int
    uri: str
    followers: tuple[int, ...] = field(default=(), compare=False)
    was_open: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class SeriesFollowed:
    """*account_id*, here or elsewhere, wants to be told of new parts of a series, here or elsewhere."""

    series_id: int
    account_id: int


@dataclass(frozen=True, slots=True)
class SeriesUnfollowed:
    """And no longer does."""

    series_id: int
    account_id: int


SeriesEvent = SeriesChanged | SeriesGrew | SeriesDeleted | SeriesFollowed | SeriesUnfollowed
