"""The only writes to `drafts` and `draft_revisions`: kept, brought back, removed.

A draft is known by the key that its form made up, so that a form can be saved again and again without
having been told an id.  Each change counts its version up; who saves says which version they began
from, and nothing of what two windows say is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import BigInteger, Text, bindparam, delete, func, select, update

from stoa import ids
from stoa.core.drafts.model import (
    APART_MS,
    MAX_BYTES,
    MAX_DRAFTS,
    MAX_KEY,
    MAX_REVISIONS,
    MAX_TOTAL_BYTES,
    Clash,
    Draft,
    Line,
    Revision,
    Words,
)
from stoa.core.errors import NotFound, Unprocessable
from stoa.db import Connection, Query, Row, any_of, insert
from stoa.db.tables import draft_revisions, drafts

BEGINNING = 200

_add = insert(
    drafts, "id", "account_id", "key", "version", "media_ids", "bytes", "created_at", "updated_at",
    "title", "rest", "text",
    ignore=True,
)  # fmt: skip
_own = Query(
    select(drafts).where(drafts.c.id == bindparam("draft"), drafts.c.account_id == bindparam("account"))
)
_by_key = Query(
    select(drafts).where(
        drafts.c.key == bindparam("key", type_=Text), drafts.c.account_id == bindparam("account")
    )
)
_change = Query(
    update(drafts)
    .where(drafts.c.id == bindparam("draft"), drafts.c.version == bindparam("from_version"))
    .values(
        version=drafts.c.version + 1,
        media_ids=bindparam("new_media_ids", type_=drafts.c.media_ids.type),
        bytes=bindparam("new_bytes", type_=BigInteger),
        updated_at=bindparam("now", type_=BigInteger),
        title=bindparam("new_title", type_=Text),
        rest=bindparam("new_rest", type_=drafts.c.rest.type),
        text=bindparam("new_text", type_=Text),
    )
)
_remove = Query(
    delete(drafts).where(drafts.c.id == bindparam("draft"), drafts.c.account_id == bindparam("account"))
)
_remove_key = Query(
    delete(drafts).where(
        drafts.c.key == bindparam("key", type_=Text), drafts.c.account_id == bindparam("account")
    )
)
_room = Query(
    select(func.count().label("drafts"), func.coalesce(func.sum(drafts.c.bytes), 0).label("bytes")).where(
        drafts.c.account_id == bindparam("account"), drafts.c.key != bindparam("key", type_=Text)
    )
)
_list = Query(
    select(
        drafts.c.id,
        drafts.c.title,
        func.substr(drafts.c.text, 1, BEGINNING).label("beginning"),
        drafts.c.updated_at,
        drafts.c.bytes,
    )
    .where(drafts.c.account_id == bindparam("account"))
    .order_by(drafts.c.updated_at.desc(), drafts.c.id.desc())
    .limit(MAX_DRAFTS)
)
_add_revision = insert(
    draft_revisions, "id", "draft_id", "account_id", "bytes", "created_at", "title", "rest", "text"
)
_of_draft = (
    select(
        draft_revisions.c.id,
        draft_revisions.c.created_at,
        draft_revisions.c.title,
        draft_revisions.c.rest,
        draft_revisions.c.text,
    )
    .where(draft_revisions.c.draft_id == bindparam("draft"))
    .order_by(draft_revisions.c.id.desc())
)
_revisions = Query(_of_draft)
_last = Query(_of_draft.limit(1))
_sizes = Query(
    select(draft_revisions.c.id, draft_revisions.c.draft_id, draft_revisions.c.bytes)
    .where(draft_revisions.c.account_id == bindparam("account"))
    .order_by(draft_revisions.c.id.desc())
)
_drop = Query(delete(draft_revisions).where(any_of(draft_revisions.c.id, "ids")))


async def save(
    conn: Connection, account_id: int, key: str, words: Words, *, version: int, now: int | None = None
) -> Draft | Clash:
    """Keep *words* as the draft with this key; *version* is the one they began from, 0 for none.  The
    draft as it is then, or a Clash where it says something else by now.

    Raises Unprocessable where there is no room, or the key is none; NotFound where a draft that was
    there (version > 0) is gone.
    """
    now = ids.now_ms() if now is None else now
    if not 0 < len(key) <= MAX_KEY:
        raise Unprocessable("This draft has no name to keep it under; open the page again.")
    await _require_room(conn, account_id, key, words)
    kept = await find(conn, account_id, key)
    if kept is None:
        if version > 0:
            raise NotFound
        added = await conn.run(
            _add,
            id=ids.new_id(),
            account_id=account_id,
            key=key,
            version=1,
            media_ids=list(words.media_ids),
            bytes=words.bytes,
            created_at=now,
            updated_at=now,
            title=words.title,
            rest=words.rest,
            text=words.text,
        )
        kept = await _known(conn, account_id, key)
        if not added and kept.words != words:
            return await _clash(conn, account_id, kept, words, now)
        return kept
    if kept.words == words:
        return kept
    if kept.version != version:
        return await _clash(conn, account_id, kept, words, now)
    if await _is_apart(conn, kept, now):
        await _keep_revision(conn, account_id, kept.id, kept.words, kept.updated_at)
    return await _replace(conn, account_id, kept, words, now)


async def overwrite(
    conn: Connection, account_id: int, key: str, words: Words, *, now: int | None = None
) -> Draft | Clash:
    """Keep *words* whatever the draft says; that becomes a revision.  Raises as `save` does."""
    now = ids.now_ms() if now is None else now
    kept = await find(conn, account_id, key)
    if kept is None:
        return await save(conn, account_id, key, words, version=0, now=now)
    await _require_room(conn, account_id, key, words)
    if kept.words == words:
        return kept
    await _keep_revision(conn, account_id, kept.id, kept.words, kept.updated_at)
    return await _replace(conn, account_id, kept, words, now)


async def restore(
    conn: Connection, account_id: int, draft_id: int, revision_id: int, *, now: int | None = None
) -> Draft | Clash:
    """The draft says again what it said then; what it says now becomes a revision.  Raises NotFound."""
    now = ids.now_ms() if now is None else now
    kept = await get(conn, account_id, draft_id)
    found = next((one for one in await _all_revisions(conn, kept.id) if one.id == revision_id), None)
    if found is None:
        raise NotFound
    if found.words == kept.words:
        return kept
    await _keep_revision(conn, account_id, kept.id, kept.words, kept.updated_at)
    return await _replace(conn, account_id, kept, found.words, now)


async def remove(conn: Connection, account_id: int, draft_id: int) -> None:
    """Remove the draft and all it said.  Raises NotFound."""
    if not await conn.run(_remove, draft=draft_id, account=account_id):
        raise NotFound


async def finish(conn: Connection, account_id: int, key: str) -> None:
    """What was written under *key* is published: nothing is left to write."""
    if key:
        await conn.run(_remove_key, key=key, account=account_id)


async def find(conn: Connection, account_id: int, key: str) -> Draft | None:
    """The account's draft with this key."""
    row = await conn.first(_by_key, key=key, account=account_id)
    return None if row is None else _draft(row)


async def get(conn: Connection, account_id: int, draft_id: int) -> Draft:
    """A draft of the account.  Raises NotFound."""
    row = await conn.first(_own, draft=draft_id, account=account_id)
    if row is None:
        raise NotFound
    return _draft(row)


async def list_all(conn: Connection, account_id: int) -> list[Line]:
    """The account's drafts, the one written on last first."""
    return [
        Line(
            id=row.id, title=row.title, beginning=row.beginning, updated_at=row.updated_at, bytes=row.bytes
        )
        for row in await conn.all(_list, account=account_id)
    ]


async def revisions(conn: Connection, account_id: int, draft_id: int) -> tuple[Draft, list[Revision]]:
    """The draft and what it said before, the newest first.  Raises NotFound."""
    kept = await get(conn, account_id, draft_id)
    return kept, await _all_revisions(conn, kept.id)


async def _all_revisions(conn: Connection, draft_id: int) -> list[Revision]:
    return [
        Revision(id=row.id, created_at=row.created_at, words=_words(row))
        for row in await conn.all(_revisions, draft=draft_id)
    ]


async def _known(conn: Connection, account_id: int, key: str) -> Draft:
    found = await find(conn, account_id, key)
    if found is None:
        raise NotFound
    return found


async def _replace(conn: Connection, account_id: int, kept: Draft, words: Words, now: int) -> Draft | Clash:
    changed = await conn.run(
        _change,
        draft=kept.id,
        from_version=kept.version,
        new_media_ids=list(words.media_ids),
        new_bytes=words.bytes,
        now=now,
        new_title=words.title,
        new_rest=words.rest,
        new_text=words.text,
    )
    after = await _known(conn, account_id, kept.key)
    if not changed:  # another window was quicker
        return await _clash(conn, account_id, after, words, now)
    return after


async def _is_apart(conn: Connection, kept: Draft, now: int) -> bool:
    last = await conn.first(_last, draft=kept.id)
    since: int = kept.created_at if last is None else last.created_at
    return now - since >= APART_MS


async def _clash(conn: Connection, account_id: int, kept: Draft, words: Words, now: int) -> Clash:
    await _keep_revision(conn, account_id, kept.id, words, now)
    return Clash(kept=kept)


async def _keep_revision(
    conn: Connection, account_id: int, draft_id: int, words: Words, created_at: int
) -> None:
    last = await conn.first(_last, draft=draft_id)
    if last is not None and _words(last) == words:
        return
    await conn.run(
        _add_revision,
        id=ids.new_id(),
        draft_id=draft_id,
        account_id=account_id,
        bytes=words.bytes,
        created_at=created_at,
        title=words.title,
        rest={**words.rest, _MEDIA: list(words.media_ids)},
        text=words.text,
    )
    rows = await conn.all(_sizes, account=account_id)
    if superfluous := list(_beyond(rows, draft_id)):
        await conn.run(_drop, ids=superfluous)


def _beyond(rows: Sequence[Row], draft_id: int) -> Iterable[int]:
    """The oldest revisions for which there is no room.  *rows*: all of the account, newest first."""
    total = of_draft = 0
    for row in rows:
        total += row.bytes
        of_draft += row.draft_id == draft_id
        if total > MAX_TOTAL_BYTES or (row.draft_id == draft_id and of_draft > MAX_REVISIONS):
            yield row.id


async def _require_room(conn: Connection, account_id: int, key: str, words: Words) -> None:
    if words.bytes > MAX_BYTES:
        raise Unprocessable("This is too long to be kept as a draft.")
    others = await conn.first(_room, account=account_id, key=key)
    if others is not None and others.drafts >= MAX_DRAFTS:
        raise Unprocessable(f"There are {MAX_DRAFTS} drafts already; remove one of them first.")
    if others is not None and others.bytes + words.bytes > MAX_TOTAL_BYTES:
        raise Unprocessable("Your drafts take all the room there is; remove one of them first.")


_MEDIA = "media_ids"


def _draft(row: Row) -> Draft:
    return Draft(
        id=row.id,
        key=row.key,
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
        words=Words(title=row.title, text=row.text, rest=row.rest, media_ids=tuple(row.media_ids)),
    )


def _words(row: Row) -> Words:
    rest = dict(row.rest)
    media_ids = tuple(rest.pop(_MEDIA, ()))
    return Words(title=row.title, text=row.text, rest=rest, media_ids=media_ids)
