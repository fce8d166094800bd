"""What of all that is delivered concerns anybody here (F5.3).

Kept is what
1. somebody here asked to see: they follow the author, the series that it is a part of, or the group that
   passed it on, or the house asked a relay for it;
2. is addressed to somebody here, or names them, or came to their own inbox;
3. answers or quotes a post of somebody who lives here or is followed from here.
Anything else is nobody's business, and would only fill the disk.
"""

from __future__ import annotations

from sqlalchemy import and_, bindparam, exists, or_, select

from stoa.core.house import House
from stoa.core.series import remember as series
from stoa.db import Connection, Query, any_of
from stoa.db.tables import accounts, follows, relays, remote_actors, statuses
from stoa.federation.parse.note import RemoteNote
from stoa.federation.parse.origins import same_origin

_follower = accounts.alias("follower")
# Where the follower lives is asked as a value, not by a join, and of one account at a time: a planner
# that has seen a small house would read all accounts or follows, and go on so when there are many.
_lives_here = (
    select(_follower.c.domain).where(_follower.c.id == follows.c.follower_id).scalar_subquery() == ""
)
_followed = Query(
    select(follows.c.id).where(follows.c.target_id == bindparam("account"), _lives_here).limit(1)
)
_relayed = Query(
    select(relays.c.id)
    .select_from(
        accounts.join(remote_actors, remote_actors.c.account_id == accounts.c.id).join(
            relays,
            or_(
                relays.c.actor == accounts.c.uri,
                # Of Mastodon's kind only the inbox is known.
                and_(
                    relays.c.actor.is_(None),
                    or_(
                        relays.c.inbox == remote_actors.c.inbox,
                        relays.c.inbox == remote_actors.c.shared_inbox,
                    ),
                ),
            ),
        )
    )
    .where(accounts.c.id == bindparam("account"), relays.c.state == "accepted")
)
_people = Query(
    select(accounts.c.id)
    .where(
        or_(any_of(accounts.c.uri, "uris"), any_of(accounts.c.url, "uris")),
        accounts.c.domain == "",
        accounts.c.suspended_at.is_(None),
    )
    .limit(1)
)
_known = Query(
    select(statuses.c.id)
    .where(
        any_of(statuses.c.uri, "uris"),
        or_(
            statuses.c.local,
            exists().where(follows.c.target_id == statuses.c.account_id, _lives_here),
        ),
    )
    .limit(1)
)


async def is_followed(conn: Connection, *account_ids: int) -> bool:
    """Whether somebody here follows one of the accounts."""
    for account_id in account_ids:
        if await conn.scalar(_followed, account=account_id) is not None:
            return True
    return False


async def is_relay(conn: Connection, account_id: int) -> bool:
    """Whether the account is a relay that we asked, and that agreed."""
    return await conn.scalar(_relayed, account=account_id) is not None


async def reaches_us(conn: Connection, house: House, addressed: tuple[str, ...]) -> bool:
    """Whether somebody who lives here is among *addressed* (ids and pages of actors)."""
    ours = [one for one in addressed if same_origin(one, house.addresses.base)]
    return bool(ours) and await conn.scalar(_people, uris=ours) is not None


async def concerns_us(
    conn: Connection,
    house: House,
    note: RemoteNote,
    author_id: int,
    *,
    relayed_by: int | None = None,
    delivered_to: int | None = None,
) -> bool:
    """Whether *note*, which came unasked, is kept."""
    carriers = (author_id,) if relayed_by is None else (author_id, relayed_by)
    if delivered_to is not None or await is_followed(conn, *carriers):
        return True
    if note.series is not None and await series.is_followed(conn, author_id, note.series):
        return True
    addressed = (*note.addressed, *note.unseen, *(one.href for one in note.mentions))
    if await reaches_us(conn, house, addressed):
        return True
    named = [one for one in (note.in_reply_to, note.quote.id if note.quote else None) if one is not None]
    if named and await conn.scalar(_known, uris=named) is not None:
        return True
    return relayed_by is not None and await is_relay(conn, relayed_by)
