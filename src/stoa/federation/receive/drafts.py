"""From what another server says of a post to a draft for `core.statuses`.

Whom it names is looked up here, and asked for where nobody here knows them.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec
from sqlalchemy import bindparam, or_, select

from stoa import ids
from stoa.core.errors import Forbidden
from stoa.core.house import House
from stoa.core.instances import policy
from stoa.core.policy.draft import Draft, RemoteMedia, Visibility
from stoa.db import Connection, Query, Row, any_of
from stoa.db.tables import accounts, remote_actors
from stoa.federation import handles, remember
from stoa.federation.missing import Missing
from stoa.federation.parse.note import RemoteNote
from stoa.federation.parse.origins import host_of, same_origin
from stoa.federation.parse.tags import RemoteMention

# Strangers are fetched before a post is kept who are among the first so many that it names; the others
# later, up to tags.MAX_TAGS in all.
MAX_STRANGERS = 20
# A millisecond in 1970 is an id already; before that there are none.
EARLIEST = 1

_author = Query(
    select(
        accounts.c.id,
        accounts.c.uri,
        accounts.c.domain,
        accounts.c.actor_type,
        accounts.c.suspended_at,
        remote_actors.c.followers,
    )
    .select_from(accounts.outerjoin(remote_actors, remote_actors.c.account_id == accounts.c.id))
    .where(accounts.c.id == bindparam("account"))
)
_people = Query(
    select(
        accounts.c.id,
        accounts.c.uri,
        accounts.c.url,
        accounts.c.username_key,
        accounts.c.domain,
        accounts.c.suspended_at,
        accounts.c.actor_type,
    ).where(or_(any_of(accounts.c.uri, "addresses"), any_of(accounts.c.url, "addresses")))
)


class People(NamedTuple):
    """Whom a post is for: those it *named* hear of it, the *silent* only see it (F1.7).  *later*: ids
    of actors whom it is for too and nobody here knows yet.
    """

    named: tuple[int, ...] = ()
    silent: tuple[int, ...] = ()
    later: tuple[str, ...] = ()


class Author(NamedTuple):
    """Whose post it is, and whether its pictures are taken."""

    id: int
    uri: str
    domain: str
    followers: str | None
    media: bool


async def author_of(conn: Connection, house: House, note: RemoteNote, author_id: int) -> Author:
    """The author of *note*, who is the account *author_id*.

    Raises Forbidden for one who is suspended, or of a server that the house does not speak with,
    however the post came here (CVE-2026-23961).
    """
    row = await conn.first(_author, account=author_id)
    host = host_of(note.id)
    if row is None or host is None or row.uri != note.author:
        raise Forbidden("its author is somebody else")
    if row.suspended_at is not None:
        raise Forbidden("its author is suspended here")
    if await policy.refused(conn, house.settings, {host, row.domain}):
        raise Forbidden("this server does not speak with that one")
    media = True
    if note.attachments or note.emojis:
        rules = await policy.rules_of(conn, {host, row.domain})
        media = not any(rule.reject_media for rule in rules.values())
    return Author(row.id, row.uri, row.domain, row.followers, media)


async def people_of(
    conn: Connection,
    house: House,
    note: RemoteNote,
    visibility: Visibility,
    given_up: frozenset[str] | None,
    *,
    delivered_to: int | None = None,
) -> People:
    """Whom *note* is for.  *delivered_to*: the account to whose own inbox its author sent it.

    Raises Missing for people it names whom nobody here knows and who are not *given_up* (None:
    strangers are left out).
    """
    base = house.addresses.base
    addressed = {*note.addressed, *note.unseen}
    ours = [one for one in addressed if same_origin(one, base)]
    wanted = list(dict.fromkeys([*(one.href for one in note.mentions), *ours]))
    rows = await conn.all(_people, addresses=wanted) if wanted else []
    named: dict[int, None] = {}
    strangers: list[str] = []
    later: list[str] = []
    for place, one in enumerate(note.mentions):
        row = _meant(one, rows)
        if row is not None:
            if row.suspended_at is None and (
                not addressed.isdisjoint((row.uri, row.url)) or row.id == delivered_to
            ):
                named[row.id] = None
        elif not any(one.href in (row.uri, row.url) for row in rows) and not same_origin(one.href, base):
            if place < MAX_STRANGERS:
                strangers.append(one.href)
            elif one.href in addressed:
                later.append(one.href)
    if given_up is not None:
        missing = tuple(one for one in strangers if one not in given_up)
        if missing:
            raise Missing(actors=missing)
    addressed_here = [
        row for row in rows if row.domain == "" and not addressed.isdisjoint((row.uri, row.url))
    ]
    here = [row.id for row in addressed_here]
    if note.type == "ChatMessage":
        # Nothing is tagged in a chat: whom it is sent to, it is meant for.
        named |= dict.fromkeys(here)
    if visibility in ("public", "unlisted"):
        # A group that is written to need not be named (Lemmy only addresses it).
        to_groups = (row.id for row in addressed_here if row.actor_type == "Group")
        return People(tuple(named), tuple(one for one in to_groups if one not in named), tuple(later))
    silent = dict.fromkeys([*here, *([] if delivered_to is None else [delivered_to])])
    return People(tuple(named), tuple(one for one in silent if one not in named), tuple(later))


def _meant(mention: RemoteMention, rows: list[Row]) -> Row | None:
    """Whom of *rows* the mention means: by id, or by a page that is theirs.

    Anybody can say that a page is theirs; their own server's word counts, and WebFinger's.
    """
    for row in rows:
        if row.uri == mention.href:
            return row
    handle = handles.parse(mention.name) if "@" in mention.name.lstrip("@") else None
    for row in rows:
        if row.url == mention.href and (
            same_origin(row.url, row.uri)
            or (handle is not None and handle.key == (row.username_key, row.domain))
        ):
            return row
    return None


def draft_of(note: RemoteNote, author: Author, visibility: Visibility, people: People) -> Draft:
    """The draft of *note*, but for what it answers and quotes."""
    now = ids.now_ms()
    created_at = now if note.published is None else max(EARLIEST, min(note.published, now))
    return Draft(
        account_id=author.id,
        title=note.title,
        spoiler_text=note.spoiler,
        sensitive=note.sensitive,
        visibility=visibility,
        language=note.language,
        translations=note.translations,
        quote_policy=note.quote_policy(author.followers),
        passage=note.passage,
        poll=note.poll,
        uri=note.id,
        url=note.url,
        content=note.content,
        teaser=note.teaser or "",
        created_at=created_at,
        edited_at=None if note.updated is None else max(created_at, min(note.updated, now)),
        mention_ids=people.named,
        silent_ids=people.silent,
        tags=note.hashtags,
        media=note.attachments if author.media else _as_links(note.attachments),
    )


def _as_links(media: tuple[RemoteMedia, ...]) -> tuple[RemoteMedia, ...]:
    """What is never fetched: shown as links to where it lies."""
    return tuple(msgspec.structs.replace(one, kind="unknown") for one in media)


async def keep_emojis(conn: Connection, note: RemoteNote, author: Author) -> None:
    """Remember the emoji that *note* uses, unless pictures of its server are not wanted."""
    if author.media and note.emojis:
        await remember.keep_emojis(conn, author.domain, note.emojis)
