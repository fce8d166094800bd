"""When this has happened, do these: the whole list, no other hooks.

Reactions run in order, inside the transaction of the event, so that whoever reads next sees them
and a crash leaves either all or nothing.  They only touch the database; what takes long or speaks
to the network is a job that a reaction adds (docs/decisions/0003-reactions-and-queue.md).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NamedTuple

from stoa.api import bodies
from stoa.api.streaming.tell import tell
from stoa.core import events
from stoa.core.collections import consent
from stoa.core.house import House
from stoa.core.links import look as links
from stoa.core.notifications import notify, serials
from stoa.core.push import tell as push
from stoa.core.search import index as search_index
from stoa.core.series import curate as series
from stoa.core.statuses import featured_tags
from stoa.core.timelines import conversations, fan_out
from stoa.core.trends import refresh as trends
from stoa.db import Connection
from stoa.federation import verify
from stoa.federation.deliver import (
    groups,
    hashtags,
    on_collections,
    on_people,
    on_quotes,
    on_series,
    on_statuses,
    profiles,
)


class WithHouse(NamedTuple):
    """A reaction that also needs settings or addresses."""

    run: Callable[[House, Connection, Any], Awaitable[None]]


class ForAll(NamedTuple):
    """A reaction that is run once for all events of the transaction, when those to each have run: what
    asks the same of every one asks less when it asks of them together.
    """

    react: Callable[[Connection, Sequence[Any]], Awaitable[None]] | WithHouse


Reaction = Callable[[Connection, Any], Awaitable[None]] | WithHouse | ForAll


async def look_at_links(house: House, conn: Connection, found: Sequence[Any]) -> None:
    await links.changed(conn, house.addresses.base, found)


REACTIONS: Mapping[type, Sequence[Reaction]] = {
    events.AccountCreated: [],
    events.AccountUpdated: [
        verify.after_change,
        WithHouse(profiles.updated),
    ],
    events.AccountAdmitted: [
        notify.admitted,
    ],
    events.AccountWarned: [
        notify.warned,
    ],
    events.AccountDeleted: [
        WithHouse(profiles.deleted),
    ],
    events.StatusPublished: [
        ForAll(WithHouse(bodies.keep)),
        ForAll(search_index.put),
        fan_out.into_timelines,
        conversations.add_direct,
        notify.published,
        series.grow,
        WithHouse(groups.published),
        WithHouse(on_statuses.published),
        ForAll(featured_tags.published),
        ForAll(WithHouse(look_at_links)),
        ForAll(trends.soon),
        ForAll(tell),
    ],
    events.StatusPlaced: [
        ForAll(WithHouse(bodies.keep)),
        fan_out.into_timelines,
        conversations.merge,
        WithHouse(groups.published),
        ForAll(tell),
    ],
    events.QuoteSettled: [
        ForAll(WithHouse(bodies.keep)),
        notify.quote_settled,
        WithHouse(on_statuses.edited),
        ForAll(tell),
    ],
    events.StatusEdited: [
        ForAll(WithHouse(bodies.keep)),
        ForAll(search_index.put),
        notify.edited,
        WithHouse(on_statuses.edited),
        ForAll(featured_tags.edited),
        ForAll(WithHouse(look_at_links)),
        ForAll(tell),
    ],
    events.StatusDeleted: [
        search_index.remove,
        conversations.forget_deleted,
        notify.deleted,
        WithHouse(on_statuses.deleted),
        ForAll(featured_tags.deleted),
        ForAll(tell),
    ],
    events.StatusPinned: [
        WithHouse(profiles.pinned),
    ],
    events.StatusUnpinned: [
        WithHouse(profiles.unpinned),
    ],
    events.TagFeatured: [
        WithHouse(hashtags.featured),
    ],
    events.TagUnfeatured: [
        WithHouse(hashtags.unfeatured),
    ],
    events.QuoteRevoked: [
        WithHouse(on_quotes.revoked),
    ],
    events.CardChanged: [
        ForAll(tell),
    ],
    events.StatusReblogged: [
        fan_out.into_timelines,
        notify.reblogged,
        WithHouse(on_statuses.reblogged),
        ForAll(trends.soon),
        ForAll(tell),
    ],
    events.StatusFavourited: [
        notify.favourited,
        WithHouse(on_people.favourited),
        WithHouse(groups.favourited),
        ForAll(trends.soon),
    ],
    events.StatusUnfavourited: [
        notify.unfavourited,
        WithHouse(on_people.unfavourited),
        WithHouse(groups.favourited),
    ],
    events.PollVoted: [
        WithHouse(on_people.voted),
        WithHouse(on_statuses.voted),
    ],
    events.PollClosed: [
        notify.poll_closed,
        WithHouse(on_statuses.closed),
    ],
    events.FollowRequested: [
        notify.follow_requested,
        WithHouse(on_people.follow_requested),
    ],
    events.Followed: [
        fan_out.after_follow,
        notify.followed,
        WithHouse(on_people.followed),
    ],
    events.FollowRejected: [
        fan_out.after_unfollow,
        notify.unfollowed,
        WithHouse(on_people.follow_rejected),
    ],
    events.Unfollowed: [
        fan_out.after_unfollow,
        notify.unfollowed,
        WithHouse(on_people.unfollowed),
    ],
    events.Blocked: [
        fan_out.after_block,
        consent.part,
        notify.blocked,
        WithHouse(on_people.blocked),
    ],
    events.Unblocked: [
        WithHouse(on_people.unblocked),
    ],
    events.DomainBlocked: [
        notify.domain_blocked,
    ],
    events.AccountMoved: [
        WithHouse(profiles.moved),
    ],
    events.FollowMoved: [
        fan_out.after_move,
    ],
    events.ReportFiled: [
        notify.reported,
        WithHouse(on_people.reported),
    ],
    events.Notified: [
        ForAll(tell),
        ForAll(push.told),
    ],
    events.ConversationChanged: [
        ForAll(tell),
    ],
    events.FiltersChanged: [
        ForAll(tell),
    ],
    events.NotificationsMerged: [
        ForAll(tell),
    ],
    events.RelationshipsSevered: [
        notify.severed,
    ],
    events.AnnouncementPublished: [
        ForAll(tell),
    ],
    events.AnnouncementRemoved: [
        ForAll(tell),
    ],
    events.AnnouncementReacted: [
        ForAll(tell),
    ],
    events.CollectionCreated: [
        WithHouse(on_collections.created),
    ],
    events.CollectionChanged: [
        notify.collection_changed,
        WithHouse(on_collections.changed),
    ],
    events.CollectionDeleted: [
        notify.collection_deleted,
        WithHouse(on_collections.deleted),
    ],
    events.FeatureAsked: [
        WithHouse(on_collections.asked),
    ],
    events.Featured: [
        notify.featured,
        WithHouse(on_collections.featured),
    ],
    events.Unfeatured: [
        notify.unfeatured,
        WithHouse(on_collections.unfeatured),
    ],
    events.FeatureRevoked: [
        notify.unfeatured,
        WithHouse(on_collections.revoked),
    ],
    events.SeriesChanged: [
        WithHouse(on_series.changed),
    ],
    events.SeriesGrew: [
        serials.grew,
    ],
    events.SeriesDeleted: [
        WithHouse(on_series.deleted),
    ],
    events.SeriesFollowed: [
        WithHouse(on_series.followed),
    ],
    events.SeriesUnfollowed: [
        WithHouse(on_series.unfollowed),
    ],
}


async def dispatch(house: House, conn: Connection) -> None:
    """Run the reactions to all events of this transaction, and to those that they record."""
    done = 0
    together: dict[ForAll, list[object]] = {}
    while done < len(conn.events):
        event = conn.events[done]
        done += 1
        for react in REACTIONS[type(event)]:
            if isinstance(react, ForAll):
                together.setdefault(react, []).append(event)
            elif isinstance(react, WithHouse):
                await react.run(house, conn, event)
            else:
                await react(conn, event)
    for for_all, found in together.items():
        if isinstance(for_all.react, WithHouse):
            await for_all.react.run(house, conn, found)
        else:
            await for_all.react(conn, found)
    if done < len(conn.events):
        raise RuntimeError("what is run for all events together must not record more of them")
