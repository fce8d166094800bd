"""Polls: made, voted in, changed, closed.  The only writes to `polls` and what hangs on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from stoa import ids
from stoa.core import events
from stoa.core.errors import NotFound, Unprocessable
from stoa.core.policy.draft import PollDraft
from stoa.core.statuses.visibility import require_visible
from stoa.db import Connection, Query, insert
from stoa.db.tables import poll_options, poll_votes, polls
from stoa.jobs import queue

CLOSE = "close_poll"
"""The kind of job that closes a poll; its payload is {"poll_id": …, "end": …}."""

_add = insert(
    polls, "id", "status_id", "multiple", "hide_totals", "votes_count", "voters_count", "expires_at"
)
_add_option = insert(poll_options, "poll_id", "position", "title", "votes_count")
_get = Query(
    select(
        polls.c.id,
        polls.c.status_id,
        polls.c.multiple,
        polls.c.hide_totals,
        polls.c.expires_at,
        polls.c.closed_at,
    ).where(polls.c.id == bindparam("poll"))
)
_titles = Query(
    select(poll_options.c.title)
    .where(poll_options.c.poll_id == bindparam("poll"))
    .order_by(poll_options.c.position)
)
_choices_of = Query(
    select(poll_votes.c.position).where(
        poll_votes.c.poll_id == bindparam("poll"), poll_votes.c.account_id == bindparam("account")
    )
)
_add_vote = insert(poll_votes, "poll_id", "account_id", "position", ignore=True)
# Nothing is changed: on PostgreSQL the row is locked, so that votes of one poll queue up.
_lock = Query(
    update(polls).where(polls.c.id == bindparam("poll")).values(voters_count=polls.c.voters_count)
)
_count_voters = Query(
    update(polls)
    .where(polls.c.id == bindparam("poll"))
    .values(
        voters_count=polls.c.voters_count + bindparam("voters"),
        votes_count=polls.c.votes_count + bindparam("votes"),
    )
)
_count_option = Query(
    update(poll_options)
    .where(poll_options.c.poll_id == bindparam("poll"), poll_options.c.position == bindparam("place"))
    .values(votes_count=poll_options.c.votes_count + 1)
)
_set_option = Query(
    update(poll_options)
    .where(poll_options.c.poll_id == bindparam("poll"), poll_options.c.position == bindparam("place"))
    .values(votes_count=bindparam("votes"))
)
_set_totals = Query(
    update(polls)
    .where(polls.c.id == bindparam("poll"))
    .values(votes_count=bindparam("votes"), voters_count=bindparam("voters"))
)
_remove = Query(delete(polls).where(polls.c.id == bindparam("poll")))
_change = Query(
    update(polls)
    .where(polls.c.id == bindparam("poll"))
    .values(hide_totals=bindparam("hidden"), expires_at=bindparam("end"), closed_at=None)
)
_close = Query(
    update(polls)
    .where(polls.c.id == bindparam("poll"), polls.c.closed_at.is_(None))
    .values(closed_at=bindparam("now"))
)


async def add(conn: Connection, status_id: int, draft: PollDraft) -> int:
    """A poll of the status, which will close by itself; its id."""
    poll_id = ids.new_id()
    votes = [draft.votes[i] if i < len(draft.votes) else 0 for i in range(len(draft.options))]
    end = ends_at(draft)
    await conn.run(
        _add,
        id=poll_id,
        status_id=status_id,
        multiple=draft.multiple,
        hide_totals=draft.hide_totals,
        votes_count=sum(votes),
        voters_count=sum(votes) if draft.voters is None else draft.voters,
        expires_at=end,
    )
    await conn.run_many(
        _add_option,
        [
            {"poll_id": poll_id, "position": place, "title": title, "votes_count": votes[place]}
            for place, title in enumerate(draft.options)
        ],
    )
    if end is None or end > ids.now_ms():  # of one that comes when it is over nobody here has to hear
        await _close_at(conn, poll_id, end)
    return poll_id


def ends_at(draft: PollDraft) -> int | None:
    """When the poll is over if it begins now, in unix milliseconds; None for never."""
    if draft.expires_in is not None:
        return ids.now_ms() + draft.expires_in * 1000
    return draft.expires_at


async def _close_at(conn: Connection, poll_id: int, end: int | None) -> None:
    await queue.remove(conn, f"poll:{poll_id}")
    if end is not None:
        payload = {"poll_id": poll_id, "end": end}
        await queue.add(conn, CLOSE, payload, run_at=end, unique_key=f"poll:{poll_id}")


async def remove(conn: Connection, poll_id: int) -> None:
    """The poll and its votes are gone."""
    await conn.run(_remove, poll=poll_id)
    await queue.remove(conn, f"poll:{poll_id}")


async def titles(conn: Connection, poll_id: int) -> list[str]:
    """What there is to choose from."""
    return await conn.scalars(_titles, poll=poll_id)


async def get(conn: Connection, poll_id: int) -> Any:
    """The row of a poll (id, status_id, multiple, hide_totals, expires_at).  Raises NotFound."""
    row = await conn.first(_get, poll=poll_id)
    if row is None:
        raise NotFound
    return row


async def change(conn: Connection, poll_id: int, draft: PollDraft) -> None:
    """Another end, or totals shown or hidden; votes stay, or are those another server counts."""
    end = ends_at(draft)
    if draft.votes:
        await _recount(conn, poll_id, draft)
        before = await get(conn, poll_id)
        # Its server tells of each new count; nobody wants to be told of the end each time.
        if before.expires_at == end or (before.closed_at and end is not None and end <= ids.now_ms()):
            return
    await conn.run(_change, poll=poll_id, hidden=draft.hide_totals, end=end)
    await _close_at(conn, poll_id, end)


async def tally(conn: Connection, poll_id: int, draft: PollDraft) -> bool:
    """What another server counts in its poll, and when that ends; False where the options are others."""
    poll = await get(conn, poll_id)
    if poll.multiple != draft.multiple or await titles(conn, poll_id) != list(draft.options):
        return False
    await change(conn, poll_id, draft)
    return True


async def option_called(conn: Connection, poll_id: int, title: str) -> int | None:
    """The position of the option with that title, of several the first; None if there is none."""
    return next((place for place, one in enumerate(await titles(conn, poll_id)) if one == title), None)


async def _recount(conn: Connection, poll_id: int, draft: PollDraft) -> None:
    for place, votes in enumerate(draft.votes):
        await conn.run(_set_option, poll=poll_id, place=place, votes=votes)
    total = sum(draft.votes)
    voters = total if draft.voters is None else draft.voters
    await conn.run(_set_totals, poll=poll_id, votes=total, voters=voters)


async def require_visible_poll(conn: Connection, poll_id: int, viewer_id: int | None) -> tuple[Any, int]:
    """The row of a poll, and the id of who asks in it.

    Raises NotFound, also where the viewer may not see its status.
    """
    poll = await get(conn, poll_id)
    status = await require_visible(conn, poll.status_id, viewer_id)
    return poll, status.account_id


async def vote(conn: Connection, poll_id: int, account_id: int, choices: Sequence[int]) -> None:
    """The account chooses options by position, from 0.

    Where several may be chosen, more can be added later.  Raises NotFound, or Unprocessable in the
    words apps know (reference/clients.md, "Errors clients read verbatim").
    """
    poll, author_id = await require_visible_poll(conn, poll_id, account_id)
    await conn.run(_lock, poll=poll_id)
    if poll.expires_at is not None and poll.expires_at <= ids.now_ms():
        raise Unprocessable("Validation failed: The poll has already ended")
    if author_id == account_id:
        raise Unprocessable("Validation failed: You cannot vote in your own polls")
    wanted = list(dict.fromkeys(choices))
    options = len(await titles(conn, poll_id))
    if not wanted or any(not 0 <= choice < options for choice in wanted):
        raise Unprocessable("Validation failed: The chosen vote option does not exist")
    if len(wanted) > 1 and not poll.multiple:
        raise Unprocessable("Validation failed: Only one option can be chosen in this poll")
    before = set(await conn.scalars(_choices_of, poll=poll_id, account=account_id))
    if before and (not poll.multiple or before & set(wanted)):
        raise Unprocessable("Validation failed: You have already voted on this poll")
    for choice in wanted:
        await conn.run(_add_vote, poll_id=poll_id, account_id=account_id, position=choice)
        await conn.run(_count_option, poll=poll_id, place=choice)
    await conn.run(_count_voters, poll=poll_id, voters=0 if before else 1, votes=len(wanted))
    await events.record(conn, events.PollVoted(poll_id, account_id, tuple(wanted)))


async def close(conn: Connection, payload: Any) -> None:
    """Job: the time of a poll is over.  Harmless for one that is gone, closed, or goes on."""
    poll_id = payload["poll_id"]
    row = await conn.first(_get, poll=poll_id)
    if row is None or row.expires_at != payload["end"]:  # its author gave it another end
        return
    if await conn.run(_close, poll=poll_id, now=ids.now_ms()):
        await events.record(conn, events.PollClosed(poll_id))
