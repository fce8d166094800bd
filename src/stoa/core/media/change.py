"""What the owner of an attachment may change of it, and taking it away."""

from __future__ import annotations

from typing import Any

from stoa.core.errors import Unprocessable
from stoa.core.media import store, strays
from stoa.core.media.upload import Preview
from stoa.db import Connection


async def change(
    conn: Connection, account_id: int, media_id: int, *, preview: Preview | None = None, **columns: Any
) -> None:
    """Set *columns* (description, focus_x, focus_y) of a file that waits for a post, or its preview.

    Raises NotFound for another's, Unprocessable for one that a post shows already.
    """
    file = await _waiting(conn, account_id, media_id)
    if preview is not None:
        columns |= {
            "preview_key": preview.key,
            "blurhash": preview.blurhash,
            "meta": {**file.meta, "small": preview.small},
        }
        if file.preview_key:
            await strays.look_at(conn, [file.preview_key])
    await store.change(conn, account_id, media_id, **columns)


async def discard(conn: Connection, account_id: int, media_id: int) -> None:
    """Remove a file that waits for a post.  Raises as `change` does."""
    file = await _waiting(conn, account_id, media_id)
    if await store.remove_unattached(conn, media_id):
        await strays.look_at(conn, [key for key in (file.key, file.preview_key) if key])


async def _waiting(conn: Connection, account_id: int, media_id: int) -> Any:
    file = await store.get_owned(conn, account_id, media_id)
    if file.status_id is not None:
        raise Unprocessable("The file belongs to a post; edit the post to change it.")
    return file
