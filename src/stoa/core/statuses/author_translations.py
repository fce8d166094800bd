"""A post in other languages, by its author.  The only writes to `author_translations`.

One that was taken back leaves its moment behind, so that other servers can be told of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

import msgspec
from sqlalchemy import bindparam, delete, or_, select

from stoa import ids, text
from stoa.core import events
from stoa.core.errors import NotFound, Unprocessable
from stoa.core.policy.draft import Draft, TranslationDraft
from stoa.core.policy.judge import judge
from stoa.core.statuses import mentioned, store, views
from stoa.core.statuses.model import AuthorTranslation, StatusView
from stoa.db import Connection, Query, Row, any_of, upsert
from stoa.db.tables import author_translations as table
from stoa.ids import Addresses
from stoa.settings import Settings
from stoa.text import language_names

MOST = 20

_there = table.c.content != ""
_columns = (
    table.c.status_id,
    table.c.language,
    table.c.title,
    table.c.spoiler_text,
    table.c.text,
    table.c.content,
)
_put = upsert(
    table,
    "status_id",
    "language",
    "changed_at",
    "title",
    "spoiler_text",
    "text",
    "content",
    key=["status_id", "language"],
)
_drop = Query(delete(table).where(table.c.status_id == bindparam("status")))
_all = Query(select(*_columns).where(any_of(table.c.status_id, "ids"), _there).order_by(table.c.language))
_in_language = Query(
    select(*_columns)
    .where(
        any_of(table.c.status_id, "ids"),
        _there,
        or_(table.c.language == bindparam("language"), table.c.language.like(bindparam("with_country"))),
    )
    .order_by(table.c.language)
)


def bare(language: str | None) -> str:
    """`pt` of `pt-BR`."""
    return (language or "").replace("_", "-").partition("-")[0].lower()


async def put(
    conn: Connection, account_id: int, status_id: int, said: Draft, settings: Settings, addresses: Addresses
) -> None:
    """The account's own post says *said* (text, title, warning) in *said.language* too, or in its place.

    Raises NotFound for a post of somebody else, Unprocessable for a language that is none or that of the
    post, beyond MOST, and whatever the rules of the house raise.
    """
    status = await own(conn, account_id, status_id)
    language = said.language or ""
    if language not in language_names.NAMES:
        raise Unprocessable("Choose the language of the translation.")
    if bare(language) == bare(status.language):
        raise Unprocessable("The post itself is in this language. Edit the post.")
    others = [one for one in (await of(conn, [status_id])).get(status_id, []) if one.language != language]
    if len(others) >= MOST:
        raise Unprocessable(f"A post can have {MOST} translations.")
    said = msgspec.structs.replace(
        said, account_id=account_id, visibility=status.visibility, content_type=status.content_type
    )
    await judge(conn, said, settings)
    # It reaches nobody whom the post does not reach.
    reached = await store.mentioned(conn, status_id)
    people = await mentioned.named(conn, text.find_mentions(said.text, said.content_type), settings.domain)
    rendered = text.render(
        said.text,
        said.content_type,
        mentions=mentioned.for_rendering({name: one for name, one in people.items() if one.id in reached}),
        tag_url=addresses.tag,
        local_domain=settings.domain,
    )
    made = TranslationDraft(
        language=language,
        title=said.title or None,
        spoiler_text=said.spoiler_text,
        text=said.text,
        content=rendered.html,
    )
    await _write(conn, status_id, made)
    await _changed(conn, status_id)


async def remove(conn: Connection, account_id: int, status_id: int, language: str) -> None:
    """And no longer.  Raises NotFound for what is not there, or not theirs."""
    await own(conn, account_id, status_id)
    there = (await of(conn, [status_id])).get(status_id, [])
    if language not in {one.language for one in there}:
        raise NotFound
    await _write(conn, status_id, TranslationDraft(language=language))
    await _changed(conn, status_id)


async def take_over(conn: Connection, status_id: int, said: Sequence[TranslationDraft]) -> bool:
    """A post of another server says these and no others; whether that is anything new."""
    safe = [
        msgspec.structs.replace(one, content=text.sanitise(one.content))
        for one in said[:MOST]
        if one.content
    ]
    safe = [one for one in safe if one.content]
    before = (await of(conn, [status_id])).get(status_id, [])
    if [_words(one) for one in before] == sorted(_words(one) for one in safe):
        return False
    await conn.run(_drop, status=status_id)
    for one in safe:
        await _write(conn, status_id, one)
    return True


def _words(one: AuthorTranslation | TranslationDraft) -> tuple[str, str, str, str]:
    return one.language, one.title or "", one.spoiler_text, one.content


async def of(conn: Connection, status_ids: Collection[int]) -> dict[int, list[AuthorTranslation]]:
    """Of each that has any, all its translations."""
    found: defaultdict[int, list[AuthorTranslation]] = defaultdict(list)
    for row in await conn.all(_all, ids=list(status_ids)) if status_ids else ():
        found[row.status_id].append(_made(row))
    return dict(found)


async def into(
    conn: Connection, status_ids: Collection[int], language: str
) -> dict[int, AuthorTranslation]:
    """Those of the posts whose authors say them in *language*, of whatever country."""
    if not status_ids:
        return {}
    wanted = bare(language)
    rows = await conn.all(_in_language, ids=list(status_ids), language=wanted, with_country=f"{wanted}-%")
    return {row.status_id: _made(row) for row in reversed(rows)}


def _made(row: Row) -> AuthorTranslation:
    return AuthorTranslation(
        language=row.language,
        title=row.title,
        spoiler_text=row.spoiler_text,
        text=row.text,
        content=row.content,
    )


async def own(conn: Connection, account_id: int, status_id: int) -> StatusView:
    """The account's own post, written here.  Raises NotFound."""
    status = await views.get(conn, status_id)
    if status.account.id != account_id or status.reblog_of_id is not None or not status.local:
        raise NotFound
    return status


async def _write(conn: Connection, status_id: int, one: TranslationDraft) -> None:
    await conn.run(
        _put,
        status_id=status_id,
        language=one.language,
        changed_at=ids.now_ms(),
        title=one.title,
        spoiler_text=one.spoiler_text,
        text=one.text,
        content=one.content,
    )


async def _changed(conn: Connection, status_id: int) -> None:
    await store.change(conn, status_id)
    await events.record(conn, events.StatusEdited(status_id))
