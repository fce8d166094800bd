"""What a status knows only by number, looked up for many at once: the Around of `render.note`.

A constant number of queries, whatever the number of statuses.  Asks nobody who may see them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import func, or_, select

from stoa.core.statuses import author_translations
from stoa.core.statuses import views as status_views
from stoa.core.statuses.model import AuthorTranslation, PollView, Repliers, ReplyTerms, StatusView
from stoa.db import Connection, Query, Row, any_of
from stoa.db.tables import (
    accounts,
    reply_anchors,
    reply_terms,
    series,
    series_parts,
    status_origins,
    statuses,
)
from stoa.db.tables import author_translations as translated
from stoa.federation.render.note import Around, Person, Quoted
from stoa.ids import Addresses, now_ms
from stoa.settings import Formulas
from stoa.text import Passage

FIRST_REPLIES = 5
"""So many of the author's own answers stand in the post itself."""

_parent: Any = statuses.alias("parent")
_root: Any = statuses.alias("root")
_quoted: Any = statuses.alias("quoted")
_quoted_author: Any = accounts.alias("quoted_author")
_own: Any = status_origins.alias("own_origin")
_above: Any = status_origins.alias("parent_origin")
_first: Any = status_origins.alias("root_origin")

# Of its author's own, however many others name it.
series_of = (
    select(series.c.uri)
    .join(series_parts, series_parts.c.series_id == series.c.id)
    .where(
        series_parts.c.object_uri == statuses.c.uri,
        series.c.account_id == statuses.c.account_id,
        series.c.local,
    )
    .order_by(series.c.id)
    .limit(1)
    .correlate(statuses)
    .scalar_subquery()
    .label("series")
)
_translated_at = (
    select(func.max(translated.c.changed_at))
    .where(translated.c.status_id == statuses.c.id)
    .correlate(statuses)
    .scalar_subquery()
    .label("translated_at")
)
_around = Query(
    select(
        statuses.c.id,
        statuses.c.favourites_count,
        statuses.c.reblogs_count,
        func.coalesce(_parent.c.uri, _own.c.in_reply_to).label("in_reply_to"),
        _root.c.local.label("root_local"),
        _own.c.context,
        _own.c.conversation,
        _own.c.audience,
        _own.c.quote,
        _own.c.quote_authorization,
        _own.c.reply_authorization,
        _above.c.context.label("parent_context"),
        _above.c.conversation.label("parent_conversation"),
        _above.c.audience.label("parent_audience"),
        _first.c.context.label("root_context"),
        _first.c.conversation.label("root_conversation"),
        _quoted.c.uri.label("quoted_uri"),
        _quoted.c.url.label("quoted_url"),
        _quoted.c.local.label("quoted_local"),
        _quoted.c.account_id.label("quoted_author_id"),
        _quoted_author.c.uri.label("quoted_author"),
        reply_terms.c.who,
        reply_terms.c.closes_at,
        reply_anchors.c.exact,
        reply_anchors.c.prefix,
        reply_anchors.c.suffix,
        series_of,
        _translated_at,
    )
    .select_from(
        statuses.outerjoin(_parent, _parent.c.id == statuses.c.in_reply_to_id)
        .outerjoin(_root, _root.c.id == statuses.c.conversation_id)
        .outerjoin(_own, _own.c.status_id == statuses.c.id)
        .outerjoin(_above, _above.c.status_id == statuses.c.in_reply_to_id)
        .outerjoin(_first, _first.c.status_id == statuses.c.conversation_id)
        .outerjoin(_quoted, _quoted.c.id == statuses.c.quote_of_id)
        .outerjoin(_quoted_author, _quoted_author.c.id == _quoted.c.account_id)
        .outerjoin(reply_terms, reply_terms.c.status_id == statuses.c.id)
        .outerjoin(reply_anchors, reply_anchors.c.status_id == statuses.c.id)
    )
    .where(any_of(statuses.c.id, "ids"))
)
_people = Query(
    select(
        accounts.c.id, accounts.c.uri, accounts.c.username, accounts.c.domain, accounts.c.actor_type
    ).where(any_of(accounts.c.id, "ids"))
)
_reply: Any = statuses.alias("reply")
_ranked = (
    select(
        _reply.c.in_reply_to_id,
        _reply.c.uri,
        _reply.c.id,
        func.row_number().over(partition_by=_reply.c.in_reply_to_id, order_by=_reply.c.id).label("place"),
    )
    .select_from(_reply.join(statuses, statuses.c.id == _reply.c.in_reply_to_id))
    .where(
        any_of(_reply.c.in_reply_to_id, "ids"),
        _reply.c.account_id == statuses.c.account_id,
        or_(_reply.c.visibility == "public", _reply.c.visibility == "unlisted"),
    )
    .subquery("ranked")
)
_own_replies = Query(
    select(_ranked.c.in_reply_to_id, _ranked.c.uri)
    .where(_ranked.c.place <= FIRST_REPLIES)
    .order_by(_ranked.c.in_reply_to_id, _ranked.c.place)
)


async def around(
    conn: Connection,
    addresses: Addresses,
    domain: str,
    views: Iterable[StatusView],
    *,
    formulas: Formulas,
    with_replies: bool = False,
) -> dict[int, Around]:
    """id → what surrounds it, for those of *views* (no boosts) that still are there.

    *domain* is what handles here end in, *formulas* how those are written.  Without *with_replies* a
    post only says where its replies are.
    """
    found = list(views)
    ids = [view.id for view in found]
    rows = {row.id: row for row in await conn.all(_around, ids=ids)}
    people = await _who(conn, domain, found)
    poll_ids = [view.poll_id for view in found if view.poll_id is not None]
    polls = await status_views.load_polls(conn, poll_ids, None) if poll_ids else {}
    translated_ids = [row.id for row in rows.values() if row.translated_at is not None]
    translations = await author_translations.of(conn, translated_ids)
    replies: defaultdict[int, list[str]] = defaultdict(list)
    if with_replies:
        for row in await conn.all(_own_replies, ids=ids):
            replies[row.in_reply_to_id].append(row.uri)
    return {
        view.id: _put_together(
            view,
            rows[view.id],
            addresses,
            people,
            polls.get(view.poll_id or 0),
            replies[view.id] if with_replies else None,
            formulas,
            translations.get(view.id, []),
        )
        for view in found
        if view.id in rows
    }


async def _who(
    conn: Connection, domain: str, views: Sequence[StatusView]
) -> dict[int, tuple[Person, bool]]:
    """Account id → who is mentioned, and whether that is a group."""
    mentioned = {one.account_id for view in views for one in view.mentions}
    if not mentioned:
        return {}
    return {
        row.id: (
            Person(row.uri, f"{row.username}@{row.domain or domain}"),
            row.actor_type == "Group",
        )
        for row in await conn.all(_people, ids=list(mentioned))
    }


def _put_together(
    view: StatusView,
    row: Row,
    addresses: Addresses,
    people: dict[int, tuple[Person, bool]],
    poll: PollView | None,
    replies: Sequence[str] | None,
    formulas: Formulas,
    translations: Sequence[AuthorTranslation],
) -> Around:
    mentioned = {
        one.account_id: people[one.account_id] for one in view.mentions if one.account_id in people
    }
    context = row.context or row.parent_context or row.root_context
    conversation = row.conversation or row.parent_conversation or row.root_conversation
    if context is None and row.root_local:
        context = addresses.context(view.conversation_id)
    return Around(
        people={account_id: person for account_id, (person, _) in mentioned.items()},
        in_reply_to=row.in_reply_to,
        passage=None if row.exact is None else Passage(row.exact, row.prefix, row.suffix),
        context=context,
        conversation=conversation or context,
        leave=row.reply_authorization,
        repliers=_repliers(row),
        quoted=_quote(view, row, addresses),
        poll=poll,
        poll_over=poll is not None and poll.expired(now_ms()),
        series=row.series,
        group=_group(view, row, mentioned),
        likes=row.favourites_count,
        shares=row.reblogs_count,
        replies=replies,
        translations=translations,
        translated_at=row.translated_at,
        formulas=formulas,
    )


def _repliers(row: Row) -> Repliers | None:
    if row.who is None:
        return None
    terms = ReplyTerms(row.who, row.closes_at)
    return "nobody" if terms.closed(now_ms()) else terms.who


def _quote(view: StatusView, row: Row, addresses: Addresses) -> Quoted | None:
    """What is quoted, unless its author does not want that, or no longer."""
    if view.quote_state not in ("accepted", "pending"):
        return None
    if row.quoted_uri is None:
        return None if row.quote is None else Quoted(row.quote, row.quote, row.quote_authorization)
    stamp: str | None = row.quote_authorization
    own = row.quoted_author_id == view.account.id
    if stamp is None and row.quoted_local and not own and view.quote_state == "accepted":
        # Both live here, and nobody asked by letter: the stamp goes by the number of what quotes.
        stamp = addresses.quote_authorization(row.quoted_author, view.id)
    return Quoted(row.quoted_uri, row.quoted_url or row.quoted_uri, stamp)


def _group(view: StatusView, row: Row, mentioned: dict[int, tuple[Person, bool]]) -> str | None:
    """The group that a public post is for: the one named before, that of the post it answers, or the
    first that is mentioned (F17.3).
    """
    if view.visibility not in ("public", "unlisted"):
        return None
    named: str | None = row.audience or row.parent_audience
    if named is not None:
        return named
    return next((person.actor for person, is_group in mentioned.values() if is_group), None)
