"""Votes of others in polls that are asked here (F11.2)."""

from __future__ import annotations

from stoa.core.errors import NotFound, Unprocessable
from stoa.core.statuses import polls
from stoa.db import Connection
from stoa.federation.parse.kinds import Vote
from stoa.federation.receive import posts
from stoa.federation.received import Received


async def vote(conn: Connection, r: Received) -> None:
    """One choice of the actor, by the title of the option; others come in activities of their own.

    What comes after the end, a second time, or for a poll that is not theirs to see, changes nothing;
    in polls of other servers those count.  A vote is never a post.
    """
    if not isinstance(r.activity, Vote) or posts.own_note(r) is None:
        return
    status = await posts.find(conn, r.activity.poll)
    if status is None or not status.local or status.poll_id is None:
        return
    choice = await polls.option_called(conn, status.poll_id, r.activity.name)
    if choice is None:
        return
    try:
        async with conn.savepoint():
            await polls.vote(conn, status.poll_id, r.actor_id, [choice])
    except (NotFound, Unprocessable):
        return
