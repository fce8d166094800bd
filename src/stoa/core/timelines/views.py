"""Timelines for reading: each is one query, whatever the page, that finds the statuses together with
all that depends on who asks.

They come as StatusHead, newest first; a boost has an id of its own.  Blocks, mutes, visibility and
suspensions are looked at here, so they count from one moment to the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    and_,
    bindparam,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
)

from stoa import ids, text
from stoa.core.statuses.heads import from_row, o, s, seen, select_heads, wanted
from stoa.core.statuses.model import StatusHead
from stoa.core.statuses.visibility import VIEWER, not_hidden
from stoa.db import Connection, Query, any_of
from stoa.db.paging import Page, Paged, page_of
from stoa.db.tables import (
    accounts,
    list_accounts,
    lists,
    preview_cards,
    status_cards,
    status_pins,
    status_tags,
    tags,
    timeline_entries,
)

MAX_TAGS = 4  # of each kind in a hashtag timeline, as in Mastodon

# Written out, not bound: only then can both databases tell that their partial indexes will do.
_IS_PUBLIC: ColumnElement[bool] = and_(
    s.c.visibility == literal_column("'public'"), s.c.reblog_of_id.is_(None)
)


class Wish(msgspec.Struct, frozen=True):
    """What of a public timeline is wanted."""

    local: bool = False
    remote: bool = False
    only_media: bool = False


async def _read(
    conn: Connection, paged: Paged, page: Page, viewer_id: int | None, **params: Any
) -> list[StatusHead]:
    rows = await page_of(conn, paged, page, viewer=viewer_id or 0, now=ids.now_ms(), **params)
    return [from_row(row) for row in rows]


def kept_for_a_list() -> ColumnElement[bool]:
    """The author is in a list of the viewer that takes its members out of home."""
    exclusive = (
        select(list_accounts.c.account_id)
        .join(lists, lists.c.id == list_accounts.c.list_id)
        .where(lists.c.account_id == VIEWER, lists.c.exclusive)
    )
    return and_(s.c.account_id != VIEWER, s.c.account_id.in_(exclusive))


_home = Paged(
    select_heads()
    .join(timeline_entries, timeline_entries.c.status_id == s.c.id)
    .where(timeline_entries.c.owner_id == VIEWER, seen(), wanted(), ~kept_for_a_list()),
    timeline_entries.c.status_id,
)
_list = Paged(
    select_heads()
    .join(timeline_entries, timeline_entries.c.status_id == s.c.id)
    .where(timeline_entries.c.owner_id == bindparam("list_id"), seen(), wanted()),
    timeline_entries.c.status_id,
)


async def home(conn: Connection, account_id: int, page: Page) -> list[StatusHead]:
    """The home timeline of *account_id*."""
    return await _read(conn, _home, page, account_id)


async def in_list(conn: Connection, list_id: int, owner_id: int, page: Page) -> list[StatusHead]:
    """The timeline of a list; that *owner_id* owns it was asked before (`lists.get`)."""
    return await _read(conn, _list, page, owner_id, list_id=list_id)


def _open_to_all(wish: Wish) -> Select[Any]:
    """Public statuses of authors who are not limited."""
    limited = exists().where(accounts.c.id == s.c.account_id, accounts.c.limited_at.is_not(None))
    statement = select_heads().where(_IS_PUBLIC, ~limited, seen(), wanted())
    if wish.local:
        statement = statement.where(s.c.local == true())
    if wish.remote:
        statement = statement.where(s.c.local == false())
    if wish.only_media:
        statement = statement.where(s.c.has_media)
    return statement


def _answers_nobody_else() -> ColumnElement[bool]:
    return or_(s.c.in_reply_to_account_id.is_(None), s.c.in_reply_to_account_id == s.c.account_id)


@cache
def _public(wish: Wish) -> Paged:
    return Paged(_open_to_all(wish).where(_answers_nobody_else()), s.c.id)


async def public(
    conn: Connection,
    viewer_id: int | None,
    page: Page,
    wish: Wish = Wish(),  # noqa: B008  frozen
) -> list[StatusHead]:
    """Everything public here and elsewhere that answers nobody; empty for local and remote at once."""
    return await _read(conn, _public(wish), page, viewer_id)


@cache
def _linking() -> Paged:
    card = (
        select(preview_cards.c.id).where(preview_cards.c.url == bindparam("address", type_=Text))
    ).scalar_subquery()
    statement = _open_to_all(Wish()).join(status_cards, status_cards.c.status_id == s.c.id)
    return Paged(statement.where(status_cards.c.card_id == card), status_cards.c.status_id)


async def linking(conn: Connection, viewer_id: int | None, url: str, page: Page) -> list[StatusHead]:
    """Public statuses that show the card of the page at *url*."""
    return await _read(conn, _linking(), page, viewer_id, address=url)


_tag_ids = Query(select(tags.c.key, tags.c.id).where(any_of(tags.c.key, "keys")))


@cache
def _tagged(wish: Wish, *, several: bool, every: bool, without: bool) -> Paged:
    statement = _open_to_all(wish)
    key = s.c.id
    if several:
        named = select(status_tags.c.status_id).where(any_of(status_tags.c.tag_id, "any_ids"))
        statement = statement.where(s.c.id.in_(named))
    else:
        statement = statement.join(status_tags, status_tags.c.status_id == s.c.id).where(
            status_tags.c.tag_id == bindparam("tag_id")
        )
        key = status_tags.c.status_id
    if every:
        has = status_tags.alias()
        found = (
            select(func.count())
            .select_from(has)
            .where(has.c.status_id == s.c.id, any_of(has.c.tag_id, "all_ids"))
            .scalar_subquery()
        )
        statement = statement.where(found == bindparam("all_count"))
    if without:
        banned = status_tags.alias()
        statement = statement.where(
            ~exists().where(banned.c.status_id == s.c.id, any_of(banned.c.tag_id, "none_ids"))
        )
    return Paged(statement, key)


async def tagged(
    conn: Connection,
    viewer_id: int | None,
    name: str,
    page: Page,
    wish: Wish = Wish(),  # noqa: B008  frozen
    *,
    any_of_these: Sequence[str] = (),
    all_of_these: Sequence[str] = (),
    none_of_these: Sequence[str] = (),
) -> list[StatusHead]:
    """Public statuses with the hashtag *name* or any of these, with all of those, with none of the
    others; MAX_TAGS of each kind are looked at.  One query more, for the hashtags."""
    either, every, without = (
        list(dict.fromkeys(text.normalise_hashtag(one) for one in names if one))[:MAX_TAGS]
        for names in ([name, *list(any_of_these)[:MAX_TAGS]], all_of_these, none_of_these)
    )
    rows = await conn.all(_tag_ids, keys=[*either, *every, *without])
    known = {row.key: row.id for row in rows}
    any_ids = [known[key] for key in either if key in known]
    all_ids = [known[key] for key in every if key in known]
    none_ids = [known[key] for key in without if key in known]
    if not any_ids or len(all_ids) < len(every):
        return []
    paged = _tagged(wish, several=len(any_ids) > 1, every=bool(all_ids), without=bool(none_ids))
    return await _read(
        conn,
        paged,
        page,
        viewer_id,
        tag_id=any_ids[0],
        any_ids=any_ids,
        all_ids=all_ids,
        all_count=len(all_ids),
        none_ids=none_ids,
    )


class Shown(msgspec.Struct, frozen=True):
    """What of somebody's statuses is wanted."""

    only_media: bool = False
    exclude_replies: bool = False
    exclude_reblogs: bool = False
    pinned: bool = False


@cache
def _of_account(shown: Shown, *, tagged: bool) -> Paged:
    # Whom the viewer does not want to meet is not met in boosts either; the author was asked for.
    statement = select_heads().where(
        s.c.account_id == bindparam("account_id"),
        seen(),
        or_(s.c.reblog_of_id.is_(None), not_hidden(o.c.account_id)),
    )
    if shown.only_media:
        statement = statement.where(s.c.has_media, s.c.reblog_of_id.is_(None))
    if shown.exclude_replies:
        statement = statement.where(_answers_nobody_else())
    if shown.exclude_reblogs:
        statement = statement.where(s.c.reblog_of_id.is_(None))
    if shown.pinned:
        pin = status_pins.alias()
        statement = statement.where(
            exists().where(pin.c.status_id == s.c.id, pin.c.account_id == s.c.account_id)
        )
    if tagged:
        statement = statement.where(
            exists().where(
                status_tags.c.status_id == s.c.id,
                status_tags.c.tag_id == tags.c.id,
                tags.c.key == bindparam("key"),
            )
        )
    return Paged(statement, s.c.id)


async def of_account(
    conn: Connection,
    account_id: int,
    viewer_id: int | None,
    page: Page,
    shown: Shown = Shown(),  # noqa: B008  frozen
    *,
    tagged: str | None = None,
) -> list[StatusHead]:
    """What somebody said and boosted, as far as the viewer may see it."""
    paged = _of_account(shown, tagged=tagged is not None)
    key = "" if tagged is None else text.normalise_hashtag(tagged)
    return await _read(conn, paged, page, viewer_id, account_id=account_id, key=key)
