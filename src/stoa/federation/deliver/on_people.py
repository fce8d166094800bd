"""What people do with people and posts elsewhere: follows, blocks, favourites, votes, reports.

Small deeds with one addressee: queued in the transaction in which they happen.  What somebody
elsewhere did is not told to anybody; nor is what two people here do.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import bindparam, select

from stoa import ids
from stoa.core import events
from stoa.core.house import House
from stoa.core.relationships import store as relationships
from stoa.db import Connection, Query, any_of
from stoa.db.tables import accounts, collections, poll_options, polls, remote_actors, reports, statuses
from stoa.db.tables.base import Id
from stoa.federation.deliver.send import send
from stoa.federation.own_keys import INSTANCE
from stoa.federation.render import activity

Document = dict[str, Any]

_people = Query(
    select(accounts.c.id, accounts.c.uri, accounts.c.domain, accounts.c.deleted_at, remote_actors.c.inbox)
    .select_from(accounts.outerjoin(remote_actors, remote_actors.c.account_id == accounts.c.id))
    .where(any_of(accounts.c.id, "ids"))
)
_status = Query(
    select(statuses.c.uri, statuses.c.account_id).where(statuses.c.id == bindparam("status", type_=Id))
)
_poll = Query(
    select(statuses.c.uri, statuses.c.account_id)
    .select_from(polls.join(statuses, statuses.c.id == polls.c.status_id))
    .where(polls.c.id == bindparam("poll", type_=Id))
)
_options = Query(
    select(poll_options.c.position, poll_options.c.title).where(
        poll_options.c.poll_id == bindparam("poll", type_=Id)
    )
)


class Pair(NamedTuple):
    """Somebody here, and somebody elsewhere whom it concerns."""

    account_id: int
    actor: str
    other: str
    inbox: str


async def _across(conn: Connection, house: House, here: int, there: int) -> Pair | None:
    """The two, if the first lives here and the second elsewhere; else there is nobody to tell."""
    if house.settings.federation == "off":
        return None
    found = {row.id: row for row in await conn.all(_people, ids=[here, there])}
    one, other = found.get(here), found.get(there)
    if one is None or other is None or one.domain or not other.domain or other.inbox is None:
        return None
    if one.deleted_at is not None:  # they have said their last words
        return None
    return Pair(here, one.uri, other.uri, other.inbox)


async def _tell(
    conn: Connection, house: House, pair: Pair, document: Document, about: str | None = None
) -> None:
    await send(
        conn,
        house,
        document,
        account_id=pair.account_id,
        inboxes=[pair.inbox],
        kind=document["type"],
        about=about,
    )


async def follow_requested(house: House, conn: Connection, event: events.FollowRequested) -> None:
    """Somebody here wants to follow somebody elsewhere: Follow, under an id that is kept."""
    pair = await _across(conn, house, event.follower_id, event.target_id)
    if pair is None:
        return
    follow_id = house.addresses.deed(pair.actor, "follows", ids.new_id())
    await relationships.name(conn, event.follower_id, event.target_id, follow_id)
    await _tell(conn, house, pair, activity.follow(follow_id, pair.actor, pair.other), follow_id)


async def followed(house: House, conn: Connection, event: events.Followed) -> None:
    """Somebody elsewhere follows somebody here: Accept."""
    await answer_follow(conn, house, event.follower_id, event.target_id, event.uri, yes=True)


async def follow_rejected(house: House, conn: Connection, event: events.FollowRejected) -> None:
    """Somebody here turned somebody elsewhere down: Reject."""
    await answer_follow(conn, house, event.follower_id, event.target_id, event.uri, yes=False)


async def answer_follow(
    conn: Connection, house: House, follower_id: int, target_id: int, uri: str | None, *, yes: bool
) -> None:
    """Accept or Reject the Follow *uri* of somebody elsewhere who follows, or asks to follow, somebody
    here; nothing for others.
    """
    pair = await _across(conn, house, target_id, follower_id)
    if pair is None:
        return
    wanted: Document = {"id": uri, "type": "Follow", "actor": pair.other, "object": pair.actor}
    name, say = ("accepts", activity.accept) if yes else ("rejects", activity.reject)
    answer_id = house.addresses.deed(pair.actor, name, ids.new_id())
    await _tell(conn, house, pair, say(answer_id, pair.actor, wanted), uri)


async def unfollowed(house: House, conn: Connection, event: events.Unfollowed) -> None:
    """A follow ended by the wish of somebody here: Undo of one's own, Reject of another's."""
    if event.by_target:
        await answer_follow(conn, house, event.follower_id, event.target_id, event.uri, yes=False)
        return
    pair = await _across(conn, house, event.follower_id, event.target_id)
    if pair is None:
        return
    follow_id = event.uri or house.addresses.deed(pair.actor, "follows", ids.new_id())
    wanted = activity.follow(follow_id, pair.actor, pair.other)
    undo_id = house.addresses.deed(pair.actor, "undos", ids.new_id())
    await _tell(conn, house, pair, activity.undo(wanted, undo_id), follow_id)


async def blocked(house: House, conn: Connection, event: events.Blocked) -> None:
    """Block."""
    pair = await _across(conn, house, event.account_id, event.target_id)
    if pair is not None:
        said = _block(house, pair, event.block_id)
        await _tell(conn, house, pair, said, said["id"])


async def unblocked(house: House, conn: Connection, event: events.Unblocked) -> None:
    """Undo of a Block."""
    pair = await _across(conn, house, event.account_id, event.target_id)
    if pair is not None:
        said = _block(house, pair, event.block_id)
        undo_id = house.addresses.deed(pair.actor, "undos", ids.new_id())
        await _tell(conn, house, pair, activity.undo(said, undo_id), said["id"])


def _block(house: House, pair: Pair, number: int) -> Document:
    return activity.block(house.addresses.deed(pair.actor, "blocks", number), pair.actor, pair.other)


async def favourited(house: House, conn: Connection, event: events.StatusFavourited) -> None:
    """Like."""
    found = await _like(conn, house, event)
    if found is not None:
        pair, said = found
        await _tell(conn, house, pair, said, said["id"])


async def unfavourited(house: House, conn: Connection, event: events.StatusUnfavourited) -> None:
    """Undo of a Like."""
    found = await _like(conn, house, event)
    if found is not None:
        pair, said = found
        undo_id = house.addresses.deed(pair.actor, "undos", ids.new_id())
        await _tell(conn, house, pair, activity.undo(said, undo_id), said["id"])


async def _like(
    conn: Connection, house: House, event: events.StatusFavourited | events.StatusUnfavourited
) -> tuple[Pair, Document] | None:
    status = await conn.first(_status, status=event.status_id)
    pair = None if status is None else await _across(conn, house, event.account_id, status.account_id)
    if status is None or pair is None:
        return None
    like_id = house.addresses.deed(pair.actor, "likes", event.favourite_id)
    return pair, activity.like(like_id, pair.actor, status.uri, pair.other)


async def voted(house: House, conn: Connection, event: events.PollVoted) -> None:
    """A vote in a poll elsewhere: one Create for each choice (F11.2)."""
    poll = await conn.first(_poll, poll=event.poll_id)
    pair = None if poll is None else await _across(conn, house, event.account_id, poll.account_id)
    if poll is None or pair is None:
        return
    titles = {row.position: row.title for row in await conn.all(_options, poll=event.poll_id)}
    for choice in event.choices:
        vote_id = house.addresses.deed(pair.actor, "votes", ids.new_id())
        said = activity.vote(vote_id, pair.actor, poll.uri, pair.other, titles[choice])
        await _tell(conn, house, pair, said)


_report = Query(
    select(reports.c.comment, reports.c.status_ids, reports.c.collection_ids).where(
        reports.c.id == bindparam("report", type_=Id)
    )
)
_uris = Query(select(statuses.c.uri).where(any_of(statuses.c.id, "ids")).order_by(statuses.c.id))

_collection_uris = Query(
    select(collections.c.uri).where(any_of(collections.c.id, "ids")).order_by(collections.c.id)
)


async def reported(house: House, conn: Connection, event: events.ReportFiled) -> None:
    """Flag, to the server of whoever was reported, if the reporter wants it to know.  It is not said
    who that was: the server speaks.
    """
    if not event.forward or house.settings.federation == "off":
        return
    people = await conn.all(_people, ids=[event.target_id])
    report = await conn.first(_report, report=event.report_id)
    if not people or report is None or not people[0].domain or people[0].inbox is None:
        return
    target, speaker = people[0], house.addresses.instance_actor
    posts = await conn.scalars(_uris, ids=report.status_ids) if report.status_ids else []
    if report.collection_ids:
        posts += await conn.scalars(_collection_uris, ids=report.collection_ids)
    said = activity.flag(
        house.addresses.deed(speaker, "reports", event.report_id),
        speaker,
        [target.uri, *posts],
        report.comment,
    )
    await send(conn, house, said, account_id=INSTANCE, inboxes=[target.inbox], kind="Flag")
