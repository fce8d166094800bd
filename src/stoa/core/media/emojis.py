"""The emoji of the house, and those that others use: the only writes to `custom_emojis`."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec
from sqlalchemy import bindparam, delete, select

from stoa import ids
from stoa.core.accounts.model import Emoji
from stoa.core.errors import NotFound, Unprocessable
from stoa.core.media.upload import Stored
from stoa.db import Connection, Query, any_of, upsert
from stoa.db.tables import custom_emojis

MAX_BYTES = 256 * 1024

_SHORTCODE = re.compile(r"[A-Za-z0-9_]{2,64}", re.ASCII)
_put = upsert(
    custom_emojis,
    "id",
    "shortcode",
    "domain",
    "key",
    "static_key",
    "category",
    "created_at",
    key=("shortcode", "domain"),
    update={
        name: bindparam(f"new_{name}", type_=custom_emojis.c[name].type)
        for name in ("key", "static_key", "category")
    },
)
_ours = Query(
    select(
        custom_emojis.c.shortcode,
        custom_emojis.c.key,
        custom_emojis.c.static_key,
        custom_emojis.c.remote_url,
        custom_emojis.c.category,
        custom_emojis.c.visible,
    )
    .where(custom_emojis.c.domain == "", custom_emojis.c.disabled.is_(False))
    .order_by(custom_emojis.c.category, custom_emojis.c.shortcode)
)
_remove = Query(
    delete(custom_emojis).where(
        custom_emojis.c.domain == "", custom_emojis.c.shortcode == bindparam("shortcode")
    )
)

_put_remote = upsert(
    custom_emojis,
    "id",
    "shortcode",
    "domain",
    "remote_url",
    "updated_at",
    "created_at",
    key=("shortcode", "domain"),
    update={
        # The copy that was kept is of another picture now.
        "key": None,
        "static_key": None,
        "remote_url": bindparam("new_remote_url", type_=custom_emojis.c.remote_url.type),
        "updated_at": bindparam("new_updated_at", type_=custom_emojis.c.updated_at.type),
    },
)
_of_domain = Query(
    select(custom_emojis.c.shortcode, custom_emojis.c.remote_url, custom_emojis.c.updated_at).where(
        custom_emojis.c.domain == bindparam("domain"), any_of(custom_emojis.c.shortcode, "shortcodes")
    )
)


class Foreign(msgspec.Struct, frozen=True):
    """An emoji of another server: where its picture is, and when that was last changed (unix
    milliseconds), if its server says so.
    """

    shortcode: str
    url: str
    updated_at: int | None = None


def checked_shortcode(text: str) -> str:
    """*text* without its colons.  Raises Unprocessable for what cannot be a shortcode."""
    shortcode = text.strip().strip(":")
    if not _SHORTCODE.fullmatch(shortcode):
        raise Unprocessable("A shortcode has 2 to 64 letters, digits and underscores.")
    return shortcode


async def put(conn: Connection, shortcode: str, stored: Stored, category: str | None = None) -> None:
    """The picture *stored* is `:shortcode:` from now on.  Raises Unprocessable."""
    picture = {"key": stored.key, "static_key": stored.preview_key, "category": category or None}
    await conn.run(
        _put,
        id=ids.new_id(),
        shortcode=checked_shortcode(shortcode),
        domain="",
        created_at=ids.now_ms(),
        **picture,
        **{f"new_{name}": value for name, value in picture.items()},
    )


async def put_remote(conn: Connection, domain: str, used: Iterable[Foreign]) -> bool:
    """Remember the emoji that somebody of *domain* uses; whether any is new or looks different now.

    What cannot be a shortcode here is left out, and so is word of a picture older than the one known.
    """
    wanted = {one.shortcode: one for one in used if _SHORTCODE.fullmatch(one.shortcode)}
    if not wanted or not domain:
        return False
    known = {
        row.shortcode: row for row in await conn.all(_of_domain, domain=domain, shortcodes=sorted(wanted))
    }
    now = ids.now_ms()
    changed = [
        one
        for one in wanted.values()
        if one.shortcode not in known
        or _is_newer(one, known[one.shortcode].remote_url, known[one.shortcode].updated_at)
    ]
    await conn.run_many(
        _put_remote,
        [
            {
                "id": ids.new_id(),
                "shortcode": one.shortcode,
                "domain": domain,
                "remote_url": one.url,
                "updated_at": one.updated_at,
                "created_at": now,
                "new_remote_url": one.url,
                "new_updated_at": one.updated_at,
            }
            for one in changed
        ],
    )
    return bool(changed)


def _is_newer(one: Foreign, url: str | None, updated_at: int | None) -> bool:
    if updated_at is not None and one.updated_at is not None:
        return one.updated_at > updated_at
    return one.url != url


async def remove(conn: Connection, shortcode: str) -> None:
    """`:shortcode:` is text again.  Raises NotFound."""
    if not await conn.run(_remove, shortcode=checked_shortcode(shortcode)):
        raise NotFound(f"There is no emoji {shortcode}.")


async def list_ours(conn: Connection) -> list[Emoji]:
    """Those of this server that may be used, by category and name."""
    return [
        Emoji(
            shortcode=row.shortcode,
            key=row.key,
            static_key=row.static_key,
            remote_url=row.remote_url,
            category=row.category,
            visible=row.visible,
        )
        for row in await conn.all(_ours)
    ]
