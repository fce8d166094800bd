"""The only writes to `media_attachments`: added, described, attached, let go, removed.

A file lies in the storage before its row is written, and stays there as long as any row names it:
what no row names any more is a stray, removed by `core.media.strays`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from stoa import ids
from stoa.core.errors import NotFound, Unprocessable
from stoa.core.media.attachments import Kind, MediaView
from stoa.db import Connection, Query, Row, any_of, insert
from stoa.db.tables import media_attachments

# Where an attachment stands that only an older version of its status shows.
REPLACED = -1

_COLUMNS = [media_attachments.c[name] for name in MediaView.__struct_fields__]
_add = insert(
    media_attachments, "id", "account_id", "status_id", "position", "kind", "mime", "description",
    "focus_x", "focus_y", "blurhash", "meta", "key", "preview_key", "remote_url", "preview_remote_url",
    "bytes", "created_at", "state",
)  # fmt: skip
_by_ids = Query(
    select(*_COLUMNS).where(
        any_of(media_attachments.c.id, "ids"), media_attachments.c.account_id == bindparam("owner")
    )
)
_of_status = Query(
    select(*_COLUMNS)
    .where(
        media_attachments.c.status_id == bindparam("status"),
        media_attachments.c.position != REPLACED,
    )
    .order_by(media_attachments.c.position, media_attachments.c.id)
)
_keys_of_status = Query(
    select(media_attachments.c.key, media_attachments.c.preview_key).where(
        media_attachments.c.status_id == bindparam("status")
    )
)
_attach = Query(
    update(media_attachments)
    .where(
        media_attachments.c.id == bindparam("media_id"),
        media_attachments.c.account_id == bindparam("owner"),
        media_attachments.c.status_id.is_(None),
    )
    .values(status_id=bindparam("status"), position=bindparam("place"))
)
_place = Query(
    update(media_attachments)
    .where(
        media_attachments.c.id == bindparam("media_id"),
        media_attachments.c.status_id == bindparam("status"),
    )
    .values(position=bindparam("place"))
)
# From now on it has a day again in which to be attached anew (strays.UNATTACHED_MS).
_release = Query(
    update(media_attachments)
    .where(media_attachments.c.status_id == bindparam("status"))
    .values(status_id=None, position=0, created_at=bindparam("now"))
)
_remove_of_status = Query(
    delete(media_attachments).where(media_attachments.c.status_id == bindparam("status"))
)
_remove = Query(
    delete(media_attachments).where(
        media_attachments.c.id == bindparam("media_id"), media_attachments.c.status_id.is_(None)
    )
)


async def add(
    conn: Connection,
    *,
    account_id: int,
    kind: Kind,
    mime: str,
    status_id: int | None = None,
    position: int = 0,
    description: str | None = None,
    focus: tuple[float, float] | None = None,
    blurhash: str | None = None,
    meta: dict[str, Any] | None = None,
    key: str | None = None,
    preview_key: str | None = None,
    remote_url: str | None = None,
    preview_remote_url: str | None = None,
    size: int = 0,
    media_id: int | None = None,
    state: str = "",
) -> int:
    """A new attachment; its id.  Files named here are in the storage already."""
    media_id = media_id or ids.new_id()
    await conn.run(
        _add,
        id=media_id,
        account_id=account_id,
        status_id=status_id,
        position=position,
        kind=kind,
        mime=mime,
        description=description,
        focus_x=None if focus is None else focus[0],
        focus_y=None if focus is None else focus[1],
        blurhash=blurhash,
        meta=meta or {},
        key=key,
        preview_key=preview_key,
        remote_url=remote_url,
        preview_remote_url=preview_remote_url,
        bytes=size,
        created_at=ids.now_ms(),
        state=state,
    )
    return media_id


async def owned(conn: Connection, account_id: int, media_ids: Sequence[int]) -> list[MediaView]:
    """Those of *media_ids* that belong to the account, in that order."""
    rows = {row.id: row for row in await conn.all(_by_ids, ids=list(media_ids), owner=account_id)}
    return [view(rows[media_id]) for media_id in media_ids if media_id in rows]


async def get_owned(conn: Connection, account_id: int, media_id: int) -> MediaView:
    """An attachment of the account.  Raises NotFound, also for somebody else's."""
    found = await owned(conn, account_id, [media_id])
    if not found:
        raise NotFound
    return found[0]


async def of_status(conn: Connection, status_id: int) -> list[MediaView]:
    """What is attached to a status now, in order."""
    return [view(row) for row in await conn.all(_of_status, status=status_id)]


def view(row: Row) -> MediaView:
    """The attachment in a row with MediaView's columns."""
    return MediaView(**{name: getattr(row, name) for name in MediaView.__struct_fields__})


async def require_unused(conn: Connection, account_id: int, media_ids: Sequence[int]) -> None:
    """Raises Unprocessable unless all of *media_ids* are the account's and attached to nothing."""
    found = await owned(conn, account_id, media_ids)
    if len(found) < len(media_ids):
        raise Unprocessable("One of the attached files does not exist.")
    if any(one.status_id is not None for one in found):
        raise Unprocessable("One of the attached files belongs to another post already.")
    if any(one.state == "waiting" for one in found):
        raise Unprocessable("One of the attached files is still being made ready; try again in a moment.")
    failed = [one for one in found if one.state == "failed"]
    if failed:
        raise Unprocessable(failed[0].failure or "One of the attached files could not be processed.")


async def attach(
    conn: Connection, account_id: int, status_id: int, media_ids: Sequence[int], *, first: int = 0
) -> None:
    """Attach files of the account, unused so far, from place *first* on.  Raises Unprocessable."""
    for place, media_id in enumerate(media_ids, first):
        attached = await conn.run(
            _attach, media_id=media_id, owner=account_id, status=status_id, place=place
        )
        if not attached:  # somebody was quicker: the same person on another device
            raise Unprocessable("One of the attached files belongs to another post already.")


async def arrange(conn: Connection, status_id: int, media_ids: Iterable[int], place: int = 0) -> None:
    """Put attachments of the status into this order; or all of them at REPLACED."""
    for offset, media_id in enumerate(media_ids):
        await conn.run(
            _place,
            media_id=media_id,
            status=status_id,
            place=REPLACED if place == REPLACED else place + offset,
        )


@cache
def _change(names: tuple[str, ...]) -> Query:
    values: dict[str, Any] = {
        name: bindparam(f"new_{name}", type_=media_attachments.c[name].type) for name in names
    }
    return Query(
        update(media_attachments)
        .where(
            media_attachments.c.id == bindparam("media_id"),
            media_attachments.c.account_id == bindparam("owner"),
        )
        .values(values)
    )


async def change(conn: Connection, account_id: int, media_id: int, **columns: Any) -> None:
    """Set *columns* of an attachment of the account.  Raises NotFound."""
    if not columns:
        return
    names = tuple(sorted(columns))
    changed = await conn.run(
        _change(names),
        media_id=media_id,
        owner=account_id,
        **{f"new_{name}": columns[name] for name in names},
    )
    if not changed:
        raise NotFound


async def release(conn: Connection, status_id: int) -> None:
    """The files of a status may be attached to another one."""
    await conn.run(_release, status=status_id, now=ids.now_ms())


async def remove_of_status(conn: Connection, status_id: int) -> list[str]:
    """Remove what is attached to a status; the storage keys it named."""
    rows = await conn.all(_keys_of_status, status=status_id)
    await conn.run(_remove_of_status, status=status_id)
    return [key for row in rows for key in row if key]


async def remove_unattached(conn: Connection, media_id: int) -> bool:
    """Remove an attachment unless a status has it; whether it is gone."""
    return bool(await conn.run(_remove, media_id=media_id))
