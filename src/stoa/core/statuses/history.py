"""What a status said before.  Each version that was replaced is kept; the last one is the status.

The only writes to `status_edits`.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import bindparam, select

from stoa import ids
from stoa.core.media.attachments import MediaView
from stoa.core.statuses import polls, views
from stoa.core.statuses.visibility import require_visible
from stoa.db import Connection, Query, Row, insert
from stoa.db.tables import status_edits

_add = insert(
    status_edits, "id", "status_id", "text", "content_type", "content", "title", "spoiler_text",
    "sensitive", "media", "poll_options", "created_at",
)  # fmt: skip
_list = Query(
    select(
        status_edits.c.content,
        status_edits.c.title,
        status_edits.c.spoiler_text,
        status_edits.c.sensitive,
        status_edits.c.media,
        status_edits.c.poll_options,
        status_edits.c.created_at,
    )
    .where(status_edits.c.status_id == bindparam("status"))
    .order_by(status_edits.c.id)
)


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """What a status said from *created_at* (unix milliseconds) on, until the next one."""

    content: str
    title: str | None
    spoiler_text: str
    sensitive: bool
    media: tuple[MediaView, ...]
    poll_options: tuple[str, ...]
    created_at: int


async def keep(
    conn: Connection, status: Row, files: Sequence[MediaView], poll_options: Sequence[str]
) -> None:
    """Remember what *status* (a row of it) says, before it says something else."""
    await conn.run(
        _add,
        id=ids.new_id(),
        status_id=status.id,
        text=status.text,
        content_type=status.content_type,
        content=status.content,
        title=status.title,
        spoiler_text=status.spoiler_text,
        sensitive=status.sensitive,
        media=[msgspec.to_builtins(file) for file in files],
        poll_options=list(poll_options) or None,
        created_at=status.edited_at or status.created_at,
    )


async def versions(conn: Connection, status_id: int, viewer_id: int | None) -> list[Version]:
    """All versions, the first one first, the last one as it is now.  Raises NotFound."""
    row = await require_visible(conn, status_id, viewer_id)
    status = await views.get(conn, row.id)
    always = status.account.sensitized_at is not None
    before = [
        Version(
            content=one.content,
            title=one.title,
            spoiler_text=one.spoiler_text,
            sensitive=one.sensitive or (always and bool(one.media)),
            media=tuple(msgspec.convert(file, MediaView) for file in one.media),
            poll_options=tuple(one.poll_options or ()),
            created_at=one.created_at,
        )
        for one in await conn.all(_list, status=status_id)
    ]
    options = [] if status.poll_id is None else await polls.titles(conn, status.poll_id)
    now = Version(
        content=status.content,
        title=status.title,
        spoiler_text=status.spoiler_text,
        sensitive=status.is_sensitive,
        media=status.media,
        poll_options=tuple(options),
        created_at=status.edited_at or status.created_at,
    )
    return [*before, now]
