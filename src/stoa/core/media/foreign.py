"""Files of other servers: which there are, and which of them lie here for now.

A row keeps the address for as long as it lives; the file is a copy, fetched when somebody wants to see
it (`collect`) and forgotten after a while.  What the sender said of a file is not changed by what came.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from typing import Any, Literal

import msgspec
from sqlalchemy import bindparam, delete, or_, select, update

from stoa import ids
from stoa.core.accounts import store as account_store
from stoa.core.instances import policy
from stoa.core.instances.policy import DomainRule
from stoa.core.media import strays
from stoa.core.media.attachments import Kind
from stoa.core.ports import Storage
from stoa.db import Connection, Database, Query, Row, upsert
from stoa.db.tables import accounts, card_images, custom_emojis, media_attachments
from stoa.jobs import queue

Family = Literal["media", "poster", "avatar", "header", "emoji", "card"]
FAMILIES: tuple[Family, ...] = ("media", "poster", "avatar", "header", "emoji", "card")

PRUNE = "prune_files"
"""The kind of job that forgets copies that are old, once a day."""

BATCH = 500


class Foreign(msgspec.Struct, frozen=True, kw_only=True):
    """A file that lies at *url*; *key* and *small_key* name the copies that are here.  *domain* is the
    server of whoever showed it.
    """

    family: Family
    number: int  # of the attachment, the account, the emoji or the card
    url: str
    domain: str
    key: str | None
    small_key: str | None
    sort: Kind


def _of_account(family: Literal["avatar", "header"]) -> Query:
    return Query(
        select(
            accounts.c[f"{family}_remote_url"].label("url"),
            accounts.c.domain,
            accounts.c[f"{family}_key"].label("key"),
            accounts.c[f"{family}_static_key"].label("small_key"),
            accounts.c.suspended_at,
        ).where(accounts.c.id == bindparam("number"))
    )


_find = {
    "media": Query(
        select(
            media_attachments.c.remote_url.label("url"),
            accounts.c.domain,
            media_attachments.c.key,
            media_attachments.c.preview_key.label("small_key"),
            media_attachments.c.kind,
            accounts.c.suspended_at,
        )
        .select_from(media_attachments.join(accounts, accounts.c.id == media_attachments.c.account_id))
        .where(media_attachments.c.id == bindparam("number"))
    ),
    "poster": Query(
        select(
            media_attachments.c.preview_remote_url.label("url"),
            accounts.c.domain,
            media_attachments.c.preview_key.label("key"),
            media_attachments.c.preview_key.label("small_key"),
            accounts.c.suspended_at,
        )
        .select_from(media_attachments.join(accounts, accounts.c.id == media_attachments.c.account_id))
        .where(media_attachments.c.id == bindparam("number"))
    ),
    "avatar": _of_account("avatar"),
    "header": _of_account("header"),
    "emoji": Query(
        select(
            custom_emojis.c.remote_url.label("url"),
            custom_emojis.c.domain,
            custom_emojis.c.key,
            custom_emojis.c.static_key.label("small_key"),
        ).where(custom_emojis.c.id == bindparam("number"), custom_emojis.c.disabled.is_(False))
    ),
    "card": Query(
        select(
            card_images.c.url,
            card_images.c.domain,
            card_images.c.key,
            card_images.c.key.label("small_key"),
        ).where(card_images.c.card_id == bindparam("number"))
    ),
}
_put_media = Query(
    update(media_attachments)
    .where(media_attachments.c.id == bindparam("number"))
    .values(key=bindparam("new_key"), preview_key=bindparam("new_small"), bytes=bindparam("size"))
)
# The picture that stands for a film is another file, and stays.
_put_film = Query(
    update(media_attachments)
    .where(media_attachments.c.id == bindparam("number"))
    .values(key=bindparam("new_key"), bytes=bindparam("size"))
)
_put_poster = Query(
    update(media_attachments)
    .where(media_attachments.c.id == bindparam("number"))
    .values(preview_key=bindparam("new_key"))
)
_put_emoji = Query(
    update(custom_emojis)
    .where(custom_emojis.c.id == bindparam("number"))
    .values(key=bindparam("new_key"), static_key=bindparam("new_small"))
)
_put_card_image = Query(
    update(card_images).where(card_images.c.card_id == bindparam("number")).values(key=bindparam("new_key"))
)
_put_card_blurhash = Query(
    update(card_images)
    .where(card_images.c.card_id == bindparam("number"))
    .values(blurhash=bindparam("new_blurhash"))
)
_set_card_image = upsert(card_images, "card_id", "url", "domain", "key", "blurhash", key=("card_id",))
_drop_card_image = Query(delete(card_images).where(card_images.c.card_id == bindparam("number")))
_kept_cards = Query(
    select(
        card_images.c.card_id.label("id"),
        card_images.c.key,
        card_images.c.key.label("small_key"),
        card_images.c.domain,
    )
    .where(card_images.c.key.is_not(None), card_images.c.card_id > bindparam("after"))
    .order_by(card_images.c.card_id)
    .limit(BATCH)
)
_kept_media = Query(
    select(
        media_attachments.c.id,
        media_attachments.c.key,
        media_attachments.c.preview_key.label("small_key"),
        accounts.c.domain,
    )
    .select_from(media_attachments.join(accounts, accounts.c.id == media_attachments.c.account_id))
    .where(
        media_attachments.c.remote_url.is_not(None),
        media_attachments.c.key.is_not(None),
        media_attachments.c.id > bindparam("after"),
    )
    .order_by(media_attachments.c.id)
    .limit(BATCH)
)
_kept_emojis = Query(
    select(
        custom_emojis.c.id,
        custom_emojis.c.key,
        custom_emojis.c.static_key.label("small_key"),
        custom_emojis.c.domain,
    )
    .where(
        custom_emojis.c.domain != "",
        custom_emojis.c.remote_url.is_not(None),
        custom_emojis.c.key.is_not(None),
        custom_emojis.c.id > bindparam("after"),
    )
    .order_by(custom_emojis.c.id)
    .limit(BATCH)
)


def _kept_of_accounts(family: Literal["avatar", "header"]) -> Query:
    key, still = accounts.c[f"{family}_key"], accounts.c[f"{family}_static_key"]
    return Query(
        select(accounts.c.id, key.label("key"), still.label("small_key"), accounts.c.domain)
        .where(
            accounts.c.domain != "",
            accounts.c[f"{family}_remote_url"].is_not(None),
            or_(key.is_not(None), still.is_not(None)),
            accounts.c.id > bindparam("after"),
        )
        .order_by(accounts.c.id)
        .limit(BATCH)
    )


_kept_posters = Query(
    select(
        media_attachments.c.id,
        media_attachments.c.preview_key.label("key"),
        media_attachments.c.preview_key.label("small_key"),
        accounts.c.domain,
    )
    .select_from(media_attachments.join(accounts, accounts.c.id == media_attachments.c.account_id))
    .where(
        media_attachments.c.preview_remote_url.is_not(None),
        media_attachments.c.preview_key.is_not(None),
        media_attachments.c.id > bindparam("after"),
    )
    .order_by(media_attachments.c.id)
    .limit(BATCH)
)
_kept: dict[Family, Query] = {
    "media": _kept_media,
    "poster": _kept_posters,
    "avatar": _kept_of_accounts("avatar"),
    "header": _kept_of_accounts("header"),
    "emoji": _kept_emojis,
    "card": _kept_cards,
}


async def find(conn: Connection, family: Family, number: int) -> Foreign | None:
    """The file, if record *number* has one that lies elsewhere and its owner may be seen."""
    row = await conn.first(_find[family], number=number)
    if row is None or not row.url or not row.domain or getattr(row, "suspended_at", None) is not None:
        return None
    sort: Kind = getattr(row, "kind", "image")
    return Foreign(
        family=family,
        number=number,
        url=row.url,
        domain=row.domain,
        key=row.key,
        small_key=row.small_key,
        sort=sort,
    )


async def put(
    conn: Connection,
    file: Foreign,
    key: str | None,
    small_key: str | None,
    size: int = 0,
    blurhash: str | None = None,
) -> None:
    """Copies of *file* are here under these keys; or (None) no more.  Nothing happens where the record
    has another file by now.  *blurhash*: of the picture of a card, which nobody else tells.
    """
    now = await find(conn, file.family, file.number)
    if now is None or now.url != file.url:
        return
    if file.sort in ("video", "audio"):
        await conn.run(_put_film, number=file.number, new_key=key, size=size)
    else:
        await _put(conn, file.family, file.number, key, small_key, size)
    if file.family == "card" and blurhash is not None:
        await conn.run(_put_card_blurhash, number=file.number, new_blurhash=blurhash)


async def set_card_image(conn: Connection, card_id: int, url: str | None, domain: str) -> None:
    """The card has the picture at *url*, on the server *domain*; None: it has none."""
    now = await conn.first(_find["card"], number=card_id)
    if (None if now is None else now.url) == url:
        return
    if now is not None:
        await strays.look_at(conn, [now.key] if now.key else [])
    if url is None:
        await conn.run(_drop_card_image, number=card_id)
    else:
        await conn.run(_set_card_image, card_id=card_id, url=url, domain=domain, key=None, blurhash=None)


async def schedule_pruning(conn: Connection, at: int) -> None:
    """Have old copies forgotten at *at* (unix milliseconds); one a day is enough."""
    await queue.add(conn, PRUNE, {}, run_at=at, unique_key=f"{PRUNE}:{at // strays.DAY_MS}")


async def prune_daily(db: Database, storage: Storage, days: int, most_bytes: int) -> None:
    """Job: `prune`, and come back after a day; *days* 0 keeps everything, however old."""
    await prune(db, storage, days or None, most_bytes)
    async with db.write() as conn:
        await schedule_pruning(conn, ids.now_ms() + strays.DAY_MS)


async def prune(db: Database, storage: Storage, days: float | None, most_bytes: int = 0) -> int:
    """Forget the copies that were fetched more than *days* ago, the oldest of those that are more than
    *most_bytes* together (0: however many), and those from servers whose files are not taken any more;
    how many records had one.

    They are fetched anew when somebody wants to see them and house rules allow it.
    """
    forgotten = 0
    before = 0.0 if days is None else time.time() - days * 24 * 3600
    if most_bytes:
        before = max(before, await _beyond(db, storage, most_bytes))
    for family in FAMILIES:
        after = 0
        while True:
            async with db.read(long=True) as conn:
                rows = await conn.all(_kept[family], after=after)
                rules = await policy.rules_of(conn, {row.domain for row in rows})
            if not rows:
                break
            after = rows[-1].id
            unwanted = [row for row in rows if refuses_files(rules[row.domain])]
            others = [row for row in rows if not refuses_files(rules[row.domain])]
            old = unwanted + await _older(storage, others, before)
            if old:
                async with db.write() as conn:
                    await _forget(conn, family, old)
                forgotten += len(old)
    return forgotten


async def _beyond(db: Database, storage: Storage, most_bytes: int) -> float:
    """What was fetched before this time is more than *most_bytes* with all that came after it."""
    hours: Counter[int] = Counter()
    for family in FAMILIES:
        after = 0
        while True:
            async with db.read(long=True) as conn:
                rows = await conn.all(_kept[family], after=after)
            if not rows:
                break
            after = rows[-1].id
            hours.update(await _by_hour(storage, rows))
    total = 0
    for hour in sorted(hours, reverse=True):
        total += hours[hour]
        if total > most_bytes:
            return (hour + 1) * 3600.0
    return 0.0


async def _by_hour(storage: Storage, rows: Sequence[Row]) -> Counter[int]:
    """Hour → bytes that were put here in it."""
    found: Counter[int] = Counter()
    held = await storage.held({key for row in rows for key in (row.key, row.small_key) if key})
    for one in held.values():
        found[int(one.saved_at // 3600)] += one.size
    return found


def refuses_files(rule: DomainRule) -> bool:
    """Whether no file of a server under *rule* is taken."""
    return rule.reject_media or rule.severity == "suspend"


async def _forget(conn: Connection, family: Family, rows: Sequence[Row]) -> None:
    for row in rows:
        await _put(conn, family, row.id, None, None, 0)
    await strays.look_at(conn, [key for row in rows for key in (row.key, row.small_key) if key])


async def _put(
    conn: Connection, family: Family, number: int, key: str | None, small_key: str | None, size: int
) -> None:
    if family == "media":
        await conn.run(_put_media, number=number, new_key=key, new_small=small_key, size=size)
    elif family == "poster":
        await conn.run(_put_poster, number=number, new_key=key)
    elif family == "card":
        await conn.run(_put_card_image, number=number, new_key=key)
    elif family == "emoji":
        await conn.run(_put_emoji, number=number, new_key=key, new_small=small_key)
    else:
        await account_store.change(
            conn, number, **{f"{family}_key": key, f"{family}_static_key": small_key}
        )


async def _older(storage: Storage, rows: Sequence[Any], before: float) -> list[Any]:
    """Those whose file was put here before that time, or is missing."""
    keys = {row.id: row.key or row.small_key for row in rows}
    held = await storage.held({key for key in keys.values() if key})
    return [
        row for row in rows if (key := keys[row.id]) and (key not in held or held[key].saved_at < before)
    ]
