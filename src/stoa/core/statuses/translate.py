"""A public post in another language: by its author, or else by the service of the house; kept for a week.

The text goes to the service as HTML and comes back as HTML, which is sanitised like that of a stranger.
Nothing that only some may see is sent anywhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import bindparam, delete, select

from stoa import ids
from stoa.core.errors import Forbidden
from stoa.core.ports import Translator
from stoa.core.statuses import author_translations, views, visibility
from stoa.core.statuses.model import AuthorTranslation, StatusView
from stoa.db import Connection, Database, Query, upsert
from stoa.db.tables import translations
from stoa.db.tables.base import Id
from stoa.text import pieces
from stoa.text.titles import with_title

KEPT_MS = 7 * 24 * 3_600_000
UNKNOWN = "und"

_find = Query(
    select(translations.c.digest, translations.c.body).where(
        translations.c.status_id == bindparam("status", type_=Id),
        translations.c.language == bindparam("language"),
        translations.c.created_at > bindparam("since"),
    )
)
_put = upsert(
    translations,
    "status_id",
    "language",
    "digest",
    "provider",
    "body",
    "created_at",
    key=["status_id", "language"],
)
_forget = Query(delete(translations).where(translations.c.created_at <= bindparam("since")))


class Translation(msgspec.Struct, frozen=True, kw_only=True):
    """A status in another language.  *content* is safe HTML, all else is plain text."""

    content: str
    spoiler_text: str
    poll_id: int | None
    options: tuple[str, ...]
    media: tuple[tuple[int, str], ...]  # id and description, of those that have one
    language: str
    source: str
    provider: str


class Source(NamedTuple):
    """What of a status can be translated."""

    status_id: int
    language: str | None
    content: list[str]  # HTML, in pieces
    spoiler_text: str
    poll_id: int | None
    options: tuple[str, ...]
    media: tuple[tuple[int, str], ...]
    shortcodes: frozenset[str]

    def texts(self) -> list[str]:
        """All of it as HTML, in one order."""
        plain = [self.spoiler_text, *self.options, *(words for _, words in self.media)]
        return [
            *(pieces.shielded(one, self.shortcodes) for one in self.content),
            *(pieces.shielded_text(one, self.shortcodes) for one in plain),
        ]

    def digest(self, provider: str) -> str:
        """The same as long as the texts are."""
        return hashlib.sha256(msgspec.json.encode([provider, self.texts()])).hexdigest()

    def made(self, texts: Sequence[str], *, target: str, source: str, provider: str) -> Translation:
        """What a service sent back for `texts`."""
        rest = [pieces.translated_text(one) for one in texts[len(self.content) :]]
        options = rest[1 : 1 + len(self.options)]
        words = rest[1 + len(self.options) :]
        return Translation(
            content=pieces.translated("".join(texts[: len(self.content)])),
            spoiler_text=rest[0],
            poll_id=self.poll_id,
            options=tuple(options),
            media=tuple((one[0], said) for one, said in zip(self.media, words, strict=True)),
            language=target,
            source=source,
            provider=provider,
        )


async def source(conn: Connection, status_id: int, viewer_id: int | None) -> StatusView:
    """The status whose text is meant: what a boost boosts.  Raises NotFound, and Forbidden for what not
    everybody may read.
    """
    row = await visibility.require_visible(conn, status_id, viewer_id)
    if row.reblog_of_id is not None:
        row = await visibility.require_visible(conn, row.reblog_of_id, viewer_id)
    if row.visibility not in ("public", "unlisted"):
        raise Forbidden
    return await views.get(conn, row.id)


async def texts_of(conn: Connection, status: StatusView) -> Source:
    """What of *status* can be translated; its title stands above the text."""
    options: tuple[str, ...] = ()
    if status.poll_id is not None:
        polls = await views.load_polls(conn, [status.poll_id], None)
        options = tuple(one.title for one in polls[status.poll_id].options)
    return Source(
        status.id,
        status.language,
        pieces.pieces(with_title(status.title, status.content)),
        status.spoiler_text,
        status.poll_id,
        options,
        tuple((one.id, one.description) for one in status.media if one.description),
        frozenset(one.shortcode for one in status.emojis),
    )


def chosen(
    languages: Mapping[str, Sequence[str]], spoken: str | None, target: str
) -> tuple[str | None, str]:
    """From which language to which, in the words of the service; None: it finds out itself.

    Raises Forbidden where it cannot.
    """
    if spoken is not None and _bare(spoken) == target:
        raise Forbidden("This post is in that language already")
    known = _fitting(languages, spoken) if spoken else None
    found = _fitting(languages.get(known or UNKNOWN, ()), target)
    if found is None:
        raise Forbidden("This cannot be translated into that language")
    return known, found


def _fitting(known: Mapping[str, Sequence[str]] | Sequence[str], wanted: str) -> str | None:
    """That of *known* which is *wanted*, or the same language without its country, or with one."""
    by_name = {one.lower(): one for one in known}
    for name in (wanted.lower(), _bare(wanted)):
        if name in by_name:
            return by_name[name]
    return next((one for name, one in by_name.items() if _bare(name) == _bare(wanted)), None)


def _bare(language: str) -> str:
    return language.replace("_", "-").split("-")[0].lower()


async def into(
    db: Database, translator: Translator | None, status_id: int, viewer_id: int | None, target: str
) -> Translation:
    """The status in the language *target*: what was made of it before, or what the service makes of it.

    Raises NotFound; Forbidden for what is not for everybody or cannot be translated; NotTranslated.
    """
    async with db.read() as conn:
        status = await source(conn, status_id, viewer_id)
        wanted = await texts_of(conn, status)
        own = (await author_translations.into(conn, [status.id], target)).get(status.id)
    if own is not None:
        return _by_author(status, wanted, own)
    if translator is None:
        raise Forbidden
    spoken, language = chosen(await translator.languages(), wanted.language, target)
    async with db.read() as conn:
        made = await kept(conn, wanted, language, translator.provider)
    if made is None:
        made = await translate(translator, wanted, spoken, language)
        async with db.write() as conn:
            await source(conn, status_id, viewer_id)  # it may be gone by now
            await keep(conn, wanted, made)
    return made


def _by_author(status: StatusView, wanted: Source, own: AuthorTranslation) -> Translation:
    """What the author says in that language themselves; choices and descriptions as they are."""
    return Translation(
        content=with_title(own.title or status.title, own.content),
        spoiler_text=own.spoiler_text or status.spoiler_text,
        poll_id=wanted.poll_id,
        options=wanted.options,
        media=wanted.media,
        language=own.language,
        source=status.language or UNKNOWN,
        provider=status.account.name,
    )


async def kept(conn: Connection, wanted: Source, target: str, provider: str) -> Translation | None:
    """What was made of the same texts before."""
    since = ids.now_ms() - KEPT_MS
    row = await conn.first(_find, status=wanted.status_id, language=target, since=since)
    if row is None or row.digest != wanted.digest(provider):
        return None
    return msgspec.convert(row.body, Translation)


async def translate(translator: Translator, wanted: Source, spoken: str | None, target: str) -> Translation:
    """Ask the service; empty texts are not sent.  Raises NotTranslated.  No transaction is open."""
    texts = wanted.texts()
    full = [place for place, one in enumerate(texts) if one.strip()]
    source_language = spoken or UNKNOWN
    if full:
        answer = await translator.translate([texts[place] for place in full], spoken, target)
        source_language = answer.source
        for place, one in zip(full, answer.texts, strict=True):
            texts[place] = one
    return wanted.made(texts, target=target, source=source_language, provider=translator.provider)


async def keep(conn: Connection, wanted: Source, made: Translation) -> None:
    """Keep it for the next who asks, and forget what is old."""
    now = ids.now_ms()
    await conn.run(_forget, since=now - KEPT_MS)
    await conn.run(
        _put,
        status_id=wanted.status_id,
        language=made.language,
        digest=wanted.digest(made.provider),
        provider=made.provider,
        body=msgspec.to_builtins(made),
        created_at=now,
    )
