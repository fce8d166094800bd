"""What activities of others do here: one function for each kind, called with a transaction open."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from stoa.db import Connection
from stoa.federation.parse import kinds
from stoa.federation.parse.kinds import Activity, Other
from stoa.federation.receive import (
    answers,
    blocks,
    boosts,
    deletes,
    edits,
    flags,
    follows,
    groups,
    likes,
    moves,
    pins,
    posts,
    requests,
    undo,
    votes,
)
from stoa.federation.received import Received

RECEIVE: Mapping[type[Activity], Callable[[Connection, Received], Awaitable[None]]] = {
    kinds.Create: posts.create,
    kinds.Vote: votes.vote,
    kinds.Update: edits.update,
    kinds.Delete: deletes.delete,
    kinds.Add: pins.add,
    kinds.Remove: pins.remove,
    kinds.Follow: follows.follow,
    kinds.Accept: answers.accept,
    kinds.Reject: answers.reject,
    kinds.Like: likes.like,
    kinds.Announce: boosts.announce,
    kinds.Block: blocks.block,
    kinds.Flag: flags.flag,
    kinds.Move: moves.move,
    kinds.Undo: undo.undo,
    kinds.Request: requests.request,
    kinds.Lock: groups.lock,
}


def unknown_kind(activity: Activity) -> str | None:
    """What an activity calls itself that has no effects here; None for one that may have some."""
    if type(activity) in RECEIVE:
        return None
    return activity.type if isinstance(activity, Other) else type(activity).__name__


async def receive(conn: Connection, received: Received) -> None:
    """The effects of an activity; none for a kind that we have no use for."""
    act = RECEIVE.get(type(received.activity))
    if act is not None:
        await act(conn, received)
