"""One activity that is known to be its actor's, applied: the last questions, then `receive`."""

from __future__ import annotations

from typing import Any

from stoa.core import errors
from stoa.core.house import House
from stoa.core.instances import policy
from stoa.db import Connection, Row
from stoa.federation import remember, wants
from stoa.federation.deliver import forward, groups, moderators
from stoa.federation.intake import Read
from stoa.federation.missing import Missing
from stoa.federation.parse.activity import parse_activity
from stoa.federation.parse.jsonld import NotUnderstood, UnknownKind, load
from stoa.federation.parse.origins import host_of
from stoa.federation.receive import receive, unknown_kind
from stoa.federation.received import OF_SUSPENDED, Received


class Refused(Exception):
    """The activity has no effects here and never will; the message says why."""


class NotUsed(Refused):
    """It is of a *kind* that we have no use for, which is counted (F5.4)."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"nobody here knows what a {kind} is")
        self.kind = kind


async def apply(
    conn: Connection,
    house: House,
    row: Row,
    *,
    given_up: frozenset[str] = frozenset(),
    document: dict[str, Any] | None = None,
    read: Read | None = None,
) -> None:
    """The effects of *row* of `incoming`, or of *document* in its place (what its server says of it).

    *given_up*: ids that cannot be had; *read*: the body as it was read before.  Raises Refused,
    NotUsed, and Missing for what has to be fetched first.
    """
    # What its server says of it is not what others could check for themselves.
    raw = row.body if document is None else None
    try:
        if read is not None:
            document, activity = read
        else:
            document = load(row.body) if document is None else document
            activity = parse_activity(document)
    except NotUnderstood as error:
        raise Refused(error.reason) from None
    actor = await remember.known(conn, activity.actor)
    if actor is None:
        raise Missing(actors=(activity.actor,))
    if not actor.domain:
        raise Refused("it is in the name of somebody here")
    if await policy.refuses(conn, house.settings, host_of(activity.actor) or ""):
        raise Refused("this server does not speak with that one")
    if actor.suspended_at is not None and not isinstance(activity, OF_SUSPENDED):
        raise Refused("its actor is suspended here")
    relay = None if row.sender == activity.actor else await remember.known(conn, row.sender)
    if relay is not None and relay.suspended_at is not None:
        raise Refused("who passed it on is suspended here")
    kind = unknown_kind(activity)
    if kind is not None:
        raise NotUsed(kind)
    received = Received(
        house=house,
        activity=activity,
        document=document,
        actor_id=actor.id,
        given_up=given_up,
        relayed_by=None if relay is None else relay.id,
        delivered_to=row.delivered_to or None,
        at=row.received_at,
    )
    if wants.is_stale(actor):
        await wants.actor(conn, actor.id)
    try:
        if raw is not None:
            await forward.end(conn, received, raw)
            if await moderators.decided(conn, received):
                return
        before = len(conn.events)
        await receive(conn, received)
        if raw is not None:
            await forward.reply(conn, received, raw)
            if len(conn.events) > before:  # what comes again is not said again
                await groups.received(conn, received)
    except UnknownKind as error:
        raise NotUsed(f"{type(activity).__name__} of {error.kind}") from None
    except NotUnderstood as error:
        raise Refused(error.reason) from None
    except (errors.NotFound, errors.Forbidden, errors.Unprocessable, errors.TooMany) as error:
        raise Refused(str(error) or type(error).__name__) from None
