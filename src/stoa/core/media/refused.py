"""Files of servers whose files are not wanted any more, or again.

What is attached to posts of theirs becomes a link to where it lies, and a picture once more when the
decision ends; copies go with the first.  Their emoji are forgotten until they are used anew.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, bindparam, case, delete, literal_column, or_, select, update

from stoa.core.media import strays
from stoa.db import Connection, Query, any_of
from stoa.db.tables import accounts, custom_emojis, media_attachments, remote_actors

PEOPLE = 50
FILES = 500


class Settled(NamedTuple):
    """*statuses* look different now; go on with the accounts after *after* (None: that was all)."""

    statuses: set[int]
    after: int | None


_media = media_attachments.c
_people = Query(
    select(accounts.c.id, accounts.c.domain, remote_actors.c.host)
    .select_from(accounts.join(remote_actors, remote_actors.c.account_id == accounts.c.id))
    .where(
        accounts.c.id > bindparam("after"),
        or_(any_of(accounts.c.domain, "servers"), any_of(remote_actors.c.host, "servers")),
    )
    .order_by(accounts.c.id)
    .limit(literal_column(str(PEOPLE)))
)
_family: Any = case(
    (_media.mime.like("image/%"), "image"),
    (_media.mime.like("video/%"), "video"),
    (_media.mime.like("audio/%"), "audio"),
    else_="unknown",
)


def _of(*conditions: Any) -> Query:
    return Query(
        select(_media.id, _media.status_id, _media.key, _media.preview_key, _family.label("family"))
        .where(any_of(_media.account_id, "people"), _media.remote_url.is_not(None), *conditions)
        .limit(bindparam("most", type_=BigInteger))
    )


_shown = _of(_media.kind != "unknown")
_hidden = _of(_media.kind == "unknown", _family != "unknown")
_become = Query(
    update(media_attachments)
    .where(_media.id == bindparam("media_id"))
    .values(kind=bindparam("new_kind"), key=None, preview_key=None, bytes=0)
)
_kept_emojis = Query(
    select(custom_emojis.c.key, custom_emojis.c.static_key).where(
        any_of(custom_emojis.c.domain, "servers"), custom_emojis.c.key.is_not(None)
    )
)
_forget_emojis = Query(delete(custom_emojis).where(any_of(custom_emojis.c.domain, "servers")))


async def settle_some(
    conn: Connection, servers: Iterable[str], refused: Collection[str], after: int
) -> Settled:
    """Bring what some people on *servers* attached, those with ids above *after*, in step with the
    decision that *refused* of them are.
    """
    people = await conn.all(_people, servers=sorted(servers), after=after)
    unwanted = [one.id for one in people if one.domain in refused or one.host in refused]
    others = sorted({one.id for one in people} - set(unwanted))
    to_hide = await conn.all(_shown, people=unwanted, most=FILES)
    to_show = await conn.all(_hidden, people=others, most=FILES)
    for row in to_hide:
        await conn.run(_become, media_id=row.id, new_kind="unknown")
    for row in to_show:
        await conn.run(_become, media_id=row.id, new_kind=row.family)
    changed = [*to_hide, *to_show]
    await strays.look_at(conn, [key for row in changed for key in (row.key, row.preview_key) if key])
    statuses = {row.status_id for row in changed if row.status_id is not None}
    if len(to_hide) == FILES or len(to_show) == FILES:
        return Settled(statuses, after)
    return Settled(statuses, people[-1].id if len(people) == PEOPLE else None)


async def forget_emojis(conn: Connection, servers: Iterable[str]) -> None:
    """Nobody on *servers* has emoji of their own until they use one anew."""
    names = sorted(servers)
    kept = await conn.all(_kept_emojis, servers=names)
    await conn.run(_forget_emojis, servers=names)
    await strays.look_at(conn, [key for row in kept for key in row if key])
