"""When this has happened, do these: the whole list, no other hooks.

Reactions run in order, inside the transaction of the event, so that whoever reads next sees them
and a crash leaves either all or nothing.  They only touch the database; what takes long or speaks
to the network is a job that a reaction adds (docs/decisions/0003-queue.md).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from stoa.core import events
from stoa.db import Connection

Reaction = Callable[[Connection, Any], Awaitable[None]]

REACTIONS: Mapping[type, Sequence[Reaction]] = {
    events.AccountCreated: [],
    events.AccountUpdated: [],
    events.StatusPublished: [],
    events.StatusEdited: [],
    events.StatusDeleted: [],
    events.StatusReblogged: [],
    events.StatusFavourited: [],
    events.StatusUnfavourited: [],
    events.PollVoted: [],
    events.PollClosed: [],
    events.FollowRequested: [],
    events.Followed: [],
    events.FollowRejected: [],
    events.Unfollowed: [],
    events.Blocked: [],
    events.Unblocked: [],
}


async def dispatch(conn: Connection) -> None:
    """Run the reactions to all events of this transaction, and to those that they record."""
    done = 0
    while done < len(conn.events):
        event = conn.events[done]
        done += 1
        for react in REACTIONS[type(event)]:
            await react(conn, event)
