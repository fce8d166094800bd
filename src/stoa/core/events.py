"""What has happened, said once, in the transaction in which it happened.

A verb ends with `record`.  What follows from an event stands in `stoa.reactions`, nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass

from stoa.db import Connection


@dataclass(frozen=True, slots=True)
class AccountCreated:
    """Somebody has an account here now (confirmed and approved or not), or was met on another server."""

    account_id: int


@dataclass(frozen=True, slots=True)
class AccountUpdated:
    """A profile shows something else than before."""

    account_id: int


@dataclass(frozen=True, slots=True)
class StatusPublished:
    """A status is there that was not; boosts are StatusReblogged."""

    status_id: int


@dataclass(frozen=True, slots=True)
class StatusEdited:
    """Text, warning, media or poll of a status changed."""

    status_id: int


@dataclass(frozen=True, slots=True)
class StatusDeleted:
    """A status is gone; the row too, so what others need of it is in here."""

    status_id: int
    account_id: int
    uri: str
    local: bool
    reblog_of_id: int | None


@dataclass(frozen=True, slots=True)
class StatusReblogged:
    """*status_id* is the boost, a status of its own; *original_id* what was boosted."""

    status_id: int
    original_id: int
    account_id: int


@dataclass(frozen=True, slots=True)
class StatusFavourited:
    """*account_id* likes *status_id*."""

    status_id: int
    account_id: int


@dataclass(frozen=True, slots=True)
class StatusUnfavourited:
    """And no longer does."""

    status_id: int
    account_id: int


@dataclass(frozen=True, slots=True)
class PollVoted:
    """*account_id* has voted, with all its choices."""

    poll_id: int
    account_id: int


@dataclass(frozen=True, slots=True)
class PollClosed:
    """The time of a poll is over."""

    poll_id: int


@dataclass(frozen=True, slots=True)
class FollowRequested:
    """*follower_id* asks to follow *target_id*."""

    follower_id: int
    target_id: int


@dataclass(frozen=True, slots=True)
class Followed:
    """*follower_id* follows *target_id* from now on."""

    follower_id: int
    target_id: int


@dataclass(frozen=True, slots=True)
class FollowRejected:
    """*target_id* turned the request of *follower_id* down."""

    follower_id: int
    target_id: int


@dataclass(frozen=True, slots=True)
class Unfollowed:
    """*follower_id* no longer follows *target_id*, by whoever's wish."""

    follower_id: int
    target_id: int


@dataclass(frozen=True, slots=True)
class Blocked:
    """*account_id* blocks *target_id*; follows both ways have ended."""

    account_id: int
    target_id: int


@dataclass(frozen=True, slots=True)
class Unblocked:
    """*account_id* no longer blocks *target_id*."""

    account_id: int
    target_id: int


Event = (
    AccountCreated
    | AccountUpdated
    | StatusPublished
    | StatusEdited
    | StatusDeleted
    | StatusReblogged
    | StatusFavourited
    | StatusUnfavourited
    | PollVoted
    | PollClosed
    | FollowRequested
    | Followed
    | FollowRejected
    | Unfollowed
    | Blocked
    | Unblocked
)


async def record(conn: Connection, event: Event) -> None:
    """Remember *event*; its reactions run before this transaction commits."""
    conn.events.append(event)
