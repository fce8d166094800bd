"""Statuses as shown, many at once, in a constant number of queries.

Nothing here asks who may see them: take ids that `heads` or `visibility` gave you.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import bindparam, select

from stoa.core.accounts import views as account_views
from stoa.core.errors import NotFound
from stoa.core.media.attachments import MediaView
from stoa.core.statuses.model import MentionView, PollOption, PollView, StatusView
from stoa.db import Connection, Query, any_of
from stoa.db.tables import (
    accounts,
    apps,
    media_attachments,
    mentions,
    poll_options,
    poll_votes,
    polls,
    status_tags,
    statuses,
    tags,
)
from stoa.db.tables.base import Id

_OWN = [
    statuses.c[name]
    for name in StatusView.__struct_fields__
    if name not in ("account", "application", "media", "mentions", "tags", "emojis")
]
_statuses = Query(
    select(*_OWN, statuses.c.account_id, apps.c.name.label("app_name"), apps.c.website)
    .select_from(statuses.outerjoin(apps, apps.c.id == statuses.c.app_id))
    .where(any_of(statuses.c.id, "ids"))
)
_media = Query(
    select(*[media_attachments.c[name] for name in MediaView.__struct_fields__])
    # Below 0: shown by an older version only (media/store.py, REPLACED).
    .where(any_of(media_attachments.c.status_id, "ids"), media_attachments.c.position >= 0)
    .order_by(media_attachments.c.position, media_attachments.c.id)
)
_mentions = Query(
    select(
        mentions.c.status_id,
        mentions.c.account_id,
        accounts.c.username,
        accounts.c.domain,
        accounts.c.url,
    )
    .select_from(mentions.join(accounts, accounts.c.id == mentions.c.account_id))
    .where(any_of(mentions.c.status_id, "ids"), mentions.c.silent.is_(False))
    .order_by(mentions.c.account_id)
)
_tags = Query(
    select(status_tags.c.status_id, tags.c.name)
    .select_from(status_tags.join(tags, tags.c.id == status_tags.c.tag_id))
    .where(any_of(status_tags.c.status_id, "ids"))
    .order_by(tags.c.id)
)
_polls = Query(
    select(
        polls.c.id,
        polls.c.status_id,
        polls.c.expires_at,
        polls.c.multiple,
        polls.c.hide_totals,
        polls.c.votes_count,
        polls.c.voters_count,
        poll_options.c.position,
        poll_options.c.title,
        poll_options.c.votes_count.label("option_votes"),
        poll_votes.c.account_id.label("voter"),
    )
    .select_from(
        polls.join(poll_options, poll_options.c.poll_id == polls.c.id).outerjoin(
            poll_votes,
            (poll_votes.c.poll_id == polls.c.id)
            & (poll_votes.c.position == poll_options.c.position)
            & (poll_votes.c.account_id == bindparam("viewer", type_=Id)),
        )
    )
    .where(any_of(polls.c.id, "ids"))
    .order_by(polls.c.id, poll_options.c.position)
)


async def load(conn: Connection, status_ids: Iterable[int]) -> dict[int, StatusView]:
    """id → status, for those that exist."""
    rows = await conn.all(_statuses, ids=list(status_ids))
    if not rows:
        return {}
    ids = [row.id for row in rows]
    authors = await account_views.load(conn, {row.account_id for row in rows})
    media = _grouped(await conn.all(_media, ids=ids))
    mentioned = _grouped(await conn.all(_mentions, ids=ids))
    tagged = _grouped(await conn.all(_tags, ids=ids))
    emojis = await account_views.emojis_in(
        conn,
        [
            (authors[row.account_id].domain, f"{row.title or ''} {row.spoiler_text} {row.content}")
            for row in rows
        ],
    )
    return {
        row.id: StatusView(
            **{name: getattr(row, name) for name in _OWN_NAMES},
            account=authors[row.account_id],
            application=None if row.app_name is None else (row.app_name, row.website),
            media=tuple(MediaView(**one._asdict()) for one in media[row.id]),
            mentions=tuple(MentionView(*one[1:]) for one in mentioned[row.id]),
            tags=tuple(one.name for one in tagged[row.id]),
            emojis=used,
        )
        for row, used in zip(rows, emojis, strict=True)
    }


_OWN_NAMES = tuple(column.name for column in _OWN)


async def get(conn: Connection, status_id: int) -> StatusView:
    """The status.  Raises NotFound."""
    found = await load(conn, [status_id])
    if status_id not in found:
        raise NotFound
    return found[status_id]


async def load_polls(
    conn: Connection, poll_ids: Iterable[int], viewer_id: int | None
) -> dict[int, PollView]:
    """id → poll with the viewer's own votes; one query."""
    rows = await conn.all(_polls, ids=list(poll_ids), viewer=viewer_id or 0)
    found: dict[int, PollView] = {}
    for row in rows:
        poll = found.get(row.id) or PollView(
            id=row.id,
            status_id=row.status_id,
            expires_at=row.expires_at,
            multiple=row.multiple,
            hide_totals=row.hide_totals,
            votes_count=row.votes_count,
            voters_count=row.voters_count,
            options=(),
        )
        option = PollOption(row.title, row.option_votes)
        found[row.id] = msgspec.structs.replace(
            poll,
            options=(*poll.options, option),
            own_votes=(*poll.own_votes, row.position) if row.voter is not None else poll.own_votes,
        )
    return found


def _grouped(rows: Iterable[Any]) -> defaultdict[int, list[Any]]:
    """The rows by their `status_id`."""
    groups: defaultdict[int, list[Any]] = defaultdict(list)
    for row in rows:
        groups[row.status_id].append(row)
    return groups
