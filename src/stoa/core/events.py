"""What has happened, said once, in the transaction in which it happened.

A verb ends with `record`.  What follows from an event stands in `stoa.reactions`, nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from stoa.core.announcement_events import AnnouncementEvent
from stoa.core.announcement_events import AnnouncementPublished as AnnouncementPublished
from stoa.core.announcement_events import AnnouncementReacted as AnnouncementReacted
from stoa.core.announcement_events import AnnouncementRemoved as AnnouncementRemoved
from stoa.core.collection_events import CollectionChanged as CollectionChanged
from stoa.core.collection_events import CollectionCreated as CollectionCreated
from stoa.core.collection_events import CollectionDeleted as CollectionDeleted
from stoa.core.collection_events import CollectionEvent
from stoa.core.collection_events import FeatureAsked as FeatureAsked
from stoa.core.collection_events import Featured as Featured
from stoa.core.collection_events import FeatureRevoked as FeatureRevoked
from stoa.core.collection_events import Unfeatured as Unfeatured
from stoa.core.series_events import SeriesChanged as SeriesChanged
from stoa.core.series_events import SeriesDeleted as SeriesDeleted
from stoa.core.series_events import SeriesEvent
from stoa.core.series_events import SeriesFollowed as SeriesFollowed
from stoa.core.series_events import SeriesGrew as SeriesGrew
from stoa.core.series_events import SeriesUnfollowed as SeriesUnfollowed
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
class AccountAdmitted:
    """Somebody new has confirmed their address, and was let in."""

    account_id: int


@dataclass(frozen=True, slots=True)
class AccountWarned:
    """The moderators have done something about *account_id*, who lives here, and tell them so."""

    account_id: int
    warning_id: int


@dataclass(frozen=True, slots=True)
class AccountDeleted:
    """*account_id*, who lived here, is gone for good; what they left is removed after this."""

    account_id: int


@dataclass(frozen=True, slots=True)
class StatusPublished:
    """A status is there that was not; boosts are StatusReblogged.

    *orphan*: it answers what is not here (yet).  *belated*: it was looked for long after it was
    written, so nobody is told of it.
    """

    status_id: int
    orphan: bool = False
    belated: bool = False


@dataclass(frozen=True, slots=True)
class StatusPlaced:
    """What a status answers has come, after it: the conversation *before* is part of another now.

    *belated*: too long after it for timelines.
    """

    status_id: int
    conversation_id: int
    before: int
    belated: bool = False


@dataclass(frozen=True, slots=True)
class QuoteSettled:
    """Whether a status may quote what it quotes has been found out, or is otherwise than before."""

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
    visibility: str = field(default="direct", compare=False)
    created_at: int = field(default=0, compare=False)
    title: str | None = field(default=None, compare=False)
    poll_id: int | None = field(default=None, compare=False)
    mentioned: tuple[int, ...] = field(default=(), compare=False)  # accounts, here and elsewhere
    # Accounts of other servers that know of it (statuses/reach).
    reached: tuple[int, ...] = field(default=(), compare=False)
    # Who may be shown it at this moment: owners of homes and lists in which it or a boost of it stood, and
    # its hashtags (their keys).
    timelines: tuple[int, ...] = field(default=(), compare=False)
    tags: tuple[str, ...] = field(default=(), compare=False)
    has_media: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class StatusPinned:
    """*account_id*, who lives here, shows a status of theirs first."""

    account_id: int
    status_id: int


@dataclass(frozen=True, slots=True)
class StatusUnpinned:
    """And no longer does."""

    account_id: int
    status_id: int


@dataclass(frozen=True, slots=True)
class TagFeatured:
    """*account_id*, who lives here, shows a hashtag on their profile."""

    account_id: int
    name: str


@dataclass(frozen=True, slots=True)
class TagUnfeatured:
    """And no longer does."""

    account_id: int
    name: str


@dataclass(frozen=True, slots=True)
class QuoteRevoked:
    """*account_id*, the author of *status_id*, no longer wants to be quoted by *quoting_id*."""

    account_id: int
    status_id: int
    quoting_id: int


@dataclass(frozen=True, slots=True)
class CardChanged:
    """The status shows another card, or none any more."""

    status_id: int


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
    favourite_id: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class StatusUnfavourited:
    """And no longer does."""

    status_id: int
    account_id: int
    favourite_id: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class PollVoted:
    """*account_id* has voted: *choices* are the positions chosen now."""

    poll_id: int
    account_id: int
    choices: tuple[int, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class PollClosed:
    """The time of a poll is over."""

    poll_id: int


@dataclass(frozen=True, slots=True)
class FollowRequested:
    """*follower_id* asks to follow *target_id*; *uri* is that of a Follow from elsewhere."""

    follower_id: int
    target_id: int
    uri: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Followed:
    """*follower_id* follows *target_id* from now on; *uri* is that of the Follow, if it travelled."""

    follower_id: int
    target_id: int
    uri: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class FollowRejected:
    """*target_id* turned the request of *follower_id* down."""

    follower_id: int
    target_id: int
    uri: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Unfollowed:
    """*follower_id* no longer follows *target_id*, or no longer asks to, by the wish of either."""

    follower_id: int
    target_id: int
    by_target: bool = False
    uri: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Blocked:
    """*account_id* blocks *target_id*; follows both ways have ended."""

    account_id: int
    target_id: int
    block_id: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class DomainBlocked:
    """*account_id* wants to hear of nobody on *domain*; follows with them end after it."""

    account_id: int
    domain: str


@dataclass(frozen=True, slots=True)
class Unblocked:
    """*account_id* no longer blocks *target_id*."""

    account_id: int
    target_id: int
    block_id: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class AccountMoved:
    """*account_id* goes on as *target_id*; either may live here or elsewhere."""

    account_id: int
    target_id: int


@dataclass(frozen=True, slots=True)
class FollowMoved:
    """*follower_id*, who followed *account_id*, follows (or asks to follow) *target_id* now; the old
    follow is about to end.
    """

    follower_id: int
    account_id: int
    target_id: int


@dataclass(frozen=True, slots=True)
class ReportFiled:
    """*account_id* has told the moderators of *target_id*; *forward*: and wants the server of the
    reported to know, without their name.
    """

    report_id: int
    account_id: int
    target_id: int
    forward: bool = False


@dataclass(frozen=True, slots=True)
class Notified:
    """Somebody is told of something: (account, notification) of each."""

    told: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class ConversationChanged:
    """The conversation *conversation_id* has a new last post for *account_id*."""

    account_id: int
    conversation_id: int


@dataclass(frozen=True, slots=True)
class FiltersChanged:
    """What *account_id* does not want to read is otherwise than before."""

    account_id: int


@dataclass(frozen=True, slots=True)
class NotificationsMerged:
    """What had been kept from *account_id*, and was accepted, stands among their notifications now."""

    account_id: int


@dataclass(frozen=True, slots=True)
class RelationshipsSevered:
    """*account_id* lost followers, or people they followed, with a server or an account."""

    account_id: int
    severance_id: int


Event = (
    AccountCreated
    | AccountUpdated
    | AccountAdmitted
    | AccountWarned
    | AccountDeleted
    | StatusPublished
    | StatusPlaced
    | QuoteSettled
    | StatusEdited
    | StatusDeleted
    | StatusPinned
    | StatusUnpinned
    | TagFeatured
    | TagUnfeatured
    | QuoteRevoked
    | CardChanged
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
    | DomainBlocked
    | AccountMoved
    | FollowMoved
    | ReportFiled
    | Notified
    | ConversationChanged
    | FiltersChanged
    | NotificationsMerged
    | RelationshipsSevered
    | AnnouncementEvent
    | CollectionEvent
    | SeriesEvent
)


async def record(conn: Connection, event: Event) -> None:
    """Remember *event*; its reactions run before this transaction commits."""
    conn.events.append(event)
