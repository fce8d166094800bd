"""Who sees a status: the one rule, once as a condition in SQL and once on values.

1. The author sees it.
2. Nobody else sees a status of a suspended account, or of somebody who blocks them.
3. Public and unlisted: everyone else.
4. Private: followers, and those it mentions.
5. Direct: those it mentions.

A boost is seen by those who may see both the boost and what is boosted.  People elsewhere may ask to be
shown to nobody who is not signed in (`shut_to_visitors`), or not with all their posts
(`not_for_visitors`); the doors heed that.  Muting is no matter of visibility: it keeps things out of
timelines (`not_hidden`), but a link to them still opens.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, or_, select

from stoa.core.errors import NotFound
from stoa.core.relationships.domain_blocks import from_blocked_server
from stoa.core.statuses.model import Visibility
from stoa.db import Connection, Query, Row, any_of
from stoa.db.tables import accounts, blocks, follows, mentions, mutes, remote_actors, statuses
from stoa.db.tables.base import Id

VIEWER: Any = bindparam("viewer", type_=Id)
"""The account that asks; 0 for a visitor."""


def may_see(
    *,
    visibility: Visibility,
    is_author: bool,
    author_suspended: bool,
    author_blocks_viewer: bool,
    follows_author: bool,
    is_mentioned: bool,
) -> bool:
    """The rule on values; `visible_to` is the same in SQL, and a test holds them together."""
    if is_author:
        return True
    if author_suspended or author_blocks_viewer:
        return False
    if visibility in ("public", "unlisted"):
        return True
    return is_mentioned or (visibility == "private" and follows_author)


def visible_to(s: Any, viewer: Any = VIEWER) -> ColumnElement[bool]:
    """Whether *viewer* sees the row of *s* (statuses, or an alias of it)."""
    follow = follows.alias()
    mention = mentions.alias()
    follows_author = exists().where(follow.c.follower_id == viewer, follow.c.target_id == s.c.account_id)
    is_mentioned = exists().where(mention.c.status_id == s.c.id, mention.c.account_id == viewer)
    return or_(
        s.c.account_id == viewer,
        and_(
            _author_shows_themselves(s.c.account_id, viewer),
            or_(
                s.c.visibility == "public",
                s.c.visibility == "unlisted",
                and_(s.c.visibility == "private", or_(follows_author, is_mentioned)),
                and_(s.c.visibility == "direct", is_mentioned),
            ),
        ),
    )


def _author_shows_themselves(author: ColumnElement[int], viewer: Any) -> ColumnElement[bool]:
    block = blocks.alias()
    account = accounts.alias()
    return and_(
        author.not_in(select(block.c.account_id).where(block.c.target_id == viewer)),
        ~exists().where(account.c.id == author, account.c.suspended_at.is_not(None)),
    )


def not_hidden(author: ColumnElement[int], viewer: Any = VIEWER) -> ColumnElement[bool]:
    """Whether *viewer* wants to meet *author*: no block either way or of the author's server, no mute that
    still lasts.

    Needs the parameter `now` (unix milliseconds).
    """
    # Lists of what one person blocks are short and read once a query; asking for each row anew
    # took a third of the home timeline.
    block = blocks.alias()
    blocked_by = blocks.alias()
    return and_(
        author.not_in(select(block.c.target_id).where(block.c.account_id == viewer)),
        author.not_in(select(blocked_by.c.account_id).where(blocked_by.c.target_id == viewer)),
        not_muted(author, viewer),
        ~from_blocked_server(author, viewer),
    )


def not_muted(author: ColumnElement[int], viewer: Any = VIEWER) -> ColumnElement[bool]:
    """Whether *viewer* has no mute of *author* that lasts beyond the parameter `now`."""
    mute = mutes.alias()
    return author.not_in(
        select(mute.c.target_id).where(
            mute.c.account_id == viewer,
            or_(mute.c.expires_at.is_(None), mute.c.expires_at > bindparam("now")),
        )
    )


_original = statuses.alias("o")
_COLUMNS = (
    statuses.c.id,
    statuses.c.account_id,
    statuses.c.visibility,
    statuses.c.local,
    statuses.c.uri,
    statuses.c.reblog_of_id,
    statuses.c.quote_of_id,
    statuses.c.quote_policy,
    statuses.c.conversation_id,
    statuses.c.in_reply_to_id,
    statuses.c.in_reply_to_account_id,
    statuses.c.poll_id,
    statuses.c.created_at,
)
_elsewhere = Query(
    select(*_COLUMNS).where(statuses.c.id == bindparam("status"), statuses.c.local.is_(False))
)
_visible = Query(
    select(*_COLUMNS)
    .select_from(statuses.outerjoin(_original, _original.c.id == statuses.c.reblog_of_id))
    .where(
        any_of(statuses.c.id, "ids"),
        visible_to(statuses),
        or_(_original.c.id.is_(None), visible_to(_original)),
    )
)


_members_only = Query(
    select(remote_actors.c.account_id).where(
        any_of(remote_actors.c.account_id, "ids"), remote_actors.c.members_only
    )
)


async def shut_to_visitors(conn: Connection, account_ids: Iterable[int]) -> set[int]:
    """Those of *account_ids* whose server says that only members may see them (F7.7)."""
    wanted = set(account_ids)
    return set(await conn.scalars(_members_only, ids=sorted(wanted))) if wanted else set()


_shut = Query(
    select(statuses.c.id)
    .select_from(statuses.join(remote_actors, remote_actors.c.account_id == statuses.c.account_id))
    .where(
        any_of(statuses.c.id, "ids"),
        or_(
            remote_actors.c.members_only,
            and_(remote_actors.c.unlisted_for_members, statuses.c.visibility == "unlisted"),
            statuses.c.created_at < remote_actors.c.hidden_before,
        ),
    )
)


async def not_for_visitors(conn: Connection, status_ids: Iterable[int]) -> set[int]:
    """Those of *status_ids* whose author's server wants them shown to members alone (F7.7): all that is
    theirs, what is unlisted (GoToSocial), or what is older than they say (Misskey).
    """
    wanted = set(status_ids)
    return set(await conn.scalars(_shut, ids=sorted(wanted))) if wanted else set()


async def visible(conn: Connection, status_ids: Iterable[int], viewer_id: int | None) -> dict[int, Row]:
    """id → row, for those of *status_ids* that the viewer sees."""
    rows = await conn.all(_visible, ids=list(status_ids), viewer=viewer_id or 0)
    shut = set() if viewer_id else await not_for_visitors(conn, _elsewhere_among(rows))
    return {row.id: row for row in rows if row.id not in shut}


def _elsewhere_among(rows: Iterable[Row]) -> set[int]:
    return {row.id for row in rows if not row.local}


async def require_visible(conn: Connection, status_id: int, viewer_id: int | None) -> Row:
    """The row of a status (its ids and visibility, not its texts).

    Raises NotFound for one that is not there and for one the viewer may not see: they are told
    apart by nobody.
    """
    row = await conn.first(_visible, ids=[status_id], viewer=viewer_id or 0)
    if row is None or (not viewer_id and await not_for_visitors(conn, _elsewhere_among([row]))):
        raise NotFound
    return row


async def require_answerable(conn: Connection, status_id: int, author_id: int) -> Row:
    """The row of an original that a post from another server answers or quotes.

    What lives elsewhere is shown to whomever its own server shows it; ours, only to those who may see
    it.  Raises NotFound, also for a boost.
    """
    row = await conn.first(_elsewhere, status=status_id)
    if row is None:
        row = await require_visible(conn, status_id, author_id)
    if row.reblog_of_id is not None:
        raise NotFound
    return row


async def require_original(conn: Connection, status_id: int, viewer_id: int | None) -> Row:
    """The same, but for a boost the row of what is boosted.  Raises NotFound."""
    row = await require_visible(conn, status_id, viewer_id)
    return row if row.reblog_of_id is None else await require_visible(conn, row.reblog_of_id, viewer_id)
