"""Statuses and accounts as apps are sent them, put together from bytes made before.

A page costs the query that found it, one for its accounts' counters, and one more for polls, two for cards
and one for quotes where there are any; the rest is joining (docs/decisions/0004-rendering.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache

import orjson

from stoa import ids
from stoa.api import approvals, bodies, cards, filtered, tagged
from stoa.api.entities import poll as poll_entity
from stoa.api.entities import status as status_entity
from stoa.core.accounts import views as account_views
from stoa.core.errors import NotFound
from stoa.core.house import House
from stoa.core.statuses import heads as status_heads
from stoa.core.statuses import views as status_views
from stoa.core.statuses.model import QuotePolicy, StatusHead
from stoa.core.statuses.visibility import not_for_visitors
from stoa.db import Connection

ANYBODY = -1
"""Who asks where that changes nothing of what they are told."""


async def statuses(
    conn: Connection, house: House, heads: Sequence[StatusHead], viewer_id: int | None
) -> bytes:
    """A JSON array of Status, in the order of *heads*."""
    return b"[%s]" % b",".join(await status_list(conn, house, heads, viewer_id))


async def status(conn: Connection, house: House, status_id: int, viewer_id: int | None) -> bytes:
    """A Status.  Raises NotFound when the viewer does not see it."""
    found = await statuses_by_id(conn, house, [status_id], viewer_id)
    if status_id not in found:
        raise NotFound
    return found[status_id]


async def statuses_by_id(
    conn: Connection, house: House, status_ids: Iterable[int], viewer_id: int | None
) -> dict[int, bytes]:
    """id → Status, for those of *status_ids* that the viewer sees."""
    found = await status_heads.by_ids(conn, status_ids, viewer_id)
    return await _made(conn, house, list(found.values()), viewer_id)


async def reported_statuses(
    conn: Connection, house: House, status_ids: Iterable[int], moderator_id: int
) -> dict[int, bytes]:
    """id → Status, for moderators, whoever may see them otherwise."""
    found = await status_heads.for_moderators(conn, status_ids, moderator_id)
    return await _made(conn, house, found, moderator_id)


async def accounts(
    conn: Connection, house: House, account_ids: Sequence[int], viewer_id: int | None = ANYBODY
) -> bytes:
    """A JSON array of Account, in the order of *account_ids*."""
    found = await accounts_for(conn, house, account_ids, viewer_id)
    return b"[%s]" % b",".join(found[one] for one in account_ids if one in found)


async def account(
    conn: Connection, house: House, account_id: int, viewer_id: int | None = ANYBODY
) -> bytes:
    """An Account.  Raises NotFound."""
    found = await accounts_for(conn, house, [account_id], viewer_id)
    if account_id not in found:
        raise NotFound
    return found[account_id]


async def accounts_by_id(conn: Connection, house: House, account_ids: Iterable[int]) -> dict[int, bytes]:
    """id → Account, where nobody asks whether the viewer may put them into a collection."""
    return await bodies.accounts(conn, house.addresses, list(account_ids))


async def accounts_for(
    conn: Connection, house: House, account_ids: Iterable[int], viewer_id: int | None
) -> dict[int, bytes]:
    """id → Account, to the last word as the viewer gets it; ANYBODY: as whoever is signed in may."""
    found = await bodies.accounts(conn, house.addresses, list(account_ids))
    return found if viewer_id == ANYBODY else await approvals.settled(conn, found, viewer_id)


async def status_list(
    conn: Connection, house: House, heads: Sequence[StatusHead], viewer_id: int | None
) -> list[bytes]:
    """A Status for each of *heads*, but for those of people who are not shown to visitors."""
    made = await _made(conn, house, heads, viewer_id)
    return [made[head.id] for head in heads if head.id in made]


async def _made(
    conn: Connection, house: House, heads: Sequence[StatusHead], viewer_id: int | None
) -> dict[int, bytes]:
    """id → Status, as `status_list` gives them."""
    heads = await _for_viewer(conn, heads, viewer_id)
    if not heads:
        return {}
    quoted_ids = {head.quote_of_id for head in heads if head.quote_of_id is not None}
    quoted = await status_heads.by_ids(conn, quoted_ids, viewer_id) if quoted_ids else {}
    quoted = {head.id: head for head in await _for_viewer(conn, list(quoted.values()), viewer_id)}
    everything = [*heads, *quoted.values()]
    texts = await bodies.statuses(conn, house.addresses, everything)
    texts = await tagged.with_collections(conn, house, texts)
    people = await bodies.accounts(
        conn,
        house.addresses,
        {one for head in everything for one in (head.account_id, head.original_account_id)},
    )
    polls = await polls_of(conn, house, everything, viewer_id)
    pages = await cards.of(conn, house, everything, viewer_id)
    unwanted = (
        {} if viewer_id is None else await filtered.by_head(conn, everything, texts, polls, viewer_id)
    )
    shallow = {
        head.id: _whole(head, texts, people, polls, pages, _shallow_quote(head), unwanted, viewer_id)
        for head in quoted.values()
        if head.id in texts
    }
    return {
        head.id: _whole(head, texts, people, polls, pages, _quote(head, shallow), unwanted, viewer_id)
        for head in heads
        # Gone between the two queries: leave it out, as if the page had been asked for later.
        if head.id in texts and head.original_id in texts
        and head.account_id in people and head.original_account_id in people
    }  # fmt: skip


async def _for_viewer(
    conn: Connection, heads: Sequence[StatusHead], viewer_id: int | None
) -> Sequence[StatusHead]:
    """Those of *heads* that may be shown: to visitors nothing that only members may see."""
    if viewer_id is not None or not heads:
        return heads
    shut = await not_for_visitors(conn, {one for head in heads for one in (head.id, head.original_id)})
    return [head for head in heads if shut.isdisjoint((head.id, head.original_id))]


def _whole(
    head: StatusHead,
    texts: Mapping[int, bytes],
    people: Mapping[int, bytes],
    polls: Mapping[int, bytes],
    pages: Mapping[int, bytes],
    quote: bytes,
    unwanted: Mapping[int, bytes],
    viewer_id: int | None,
) -> bytes:
    poll = b"null" if head.poll_id is None else polls.get(head.poll_id, b"null")
    card = b"null" if head.card_id is None else pages.get(head.card_id, b"null")
    # Everything but body, account and boost; the same for a boost and what it boosts.
    rest = (
        b',"reblogs_count":%d,"favourites_count":%d,"replies_count":%d,"quotes_count":%d'
        b',"poll":%s,"card":%s,"quote":%s,"quote_approval":%s%s'
        % (
            head.reblogs_count,
            head.favourites_count,
            head.replies_count,
            head.quotes_count,
            poll,
            card,
            quote,
            _approval(
                head.quote_policy,
                head.original_account_id == viewer_id,
                head.follows_author,
                viewer_id is None,
            ),
            b"" if viewer_id is None else _marks(
                head.favourited, head.reblogged, head.muted, head.bookmarked,
                head.pinned if head.original_account_id == viewer_id else None,
            ) + b',"filtered":' + unwanted.get(head.id, b"[]"),
        )
    )  # fmt: skip
    original = b'{%s,"account":%s,"reblog":null%s}' % (
        texts[head.original_id],
        people[head.original_account_id],
        rest,
    )
    if head.reblog_of_id is None:
        return original
    return b'{%s,"account":%s,"reblog":%s%s}' % (
        texts[head.id],
        people[head.account_id],
        original,
        rest,
    )


def _flag(value: bool) -> bytes:
    return b"true" if value else b"false"


@cache
def _marks(favourited: bool, reblogged: bool, muted: bool, bookmarked: bool, pinned: bool | None) -> bytes:
    marks = b',"favourited":%s,"reblogged":%s,"muted":%s,"bookmarked":%s' % (
        _flag(favourited),
        _flag(reblogged),
        _flag(muted),
        _flag(bookmarked),
    )
    return marks if pinned is None else marks + b',"pinned":%s' % _flag(pinned)


@cache
def _approval(policy: QuotePolicy, is_author: bool, follows_author: bool, is_visitor: bool) -> bytes:
    return orjson.dumps(
        status_entity.quote_approval(
            policy, is_author=is_author, follows_author=follows_author, is_visitor=is_visitor
        )
    )


def _quote(head: StatusHead, quoted: Mapping[int, bytes]) -> bytes:
    """Quote; what is quoted is shown only where its author agreed and the viewer may see it."""
    if head.quote_state is None:
        return b"null"
    state = _quote_state(head)
    if state == "accepted":
        entity = quoted.get(head.quote_of_id or 0)
        if entity is not None:
            return b'{"state":"accepted","quoted_status":%s}' % entity
        state = "unauthorized"
    return orjson.dumps({"state": state, "quoted_status": None})


def _shallow_quote(head: StatusHead) -> bytes:
    """ShallowQuote, for a quote inside a quote."""
    if head.quote_state is None:
        return b"null"
    quoted_id = None if head.quote_of_id is None else str(head.quote_of_id)
    return orjson.dumps({"state": _quote_state(head), "quoted_status_id": quoted_id})


def _quote_state(head: StatusHead) -> str:
    return "deleted" if head.quote_of_id is None else head.quote_state or "pending"


async def polls_of(
    conn: Connection, house: House, heads: Sequence[StatusHead], viewer_id: int | None
) -> dict[int, bytes]:
    """id → Poll as JSON, for those in *heads*."""
    authors = {head.poll_id: head.original_account_id for head in heads if head.poll_id is not None}
    if not authors:
        return {}
    now = ids.now_ms()
    polls = await status_views.load_polls(conn, [one for one in authors if one], viewer_id)
    emojis = await account_views.emojis_in(
        conn, [("", " ".join(option.title for option in poll.options)) for poll in polls.values()]
    )
    return {
        poll.id: orjson.dumps(
            poll_entity.render(
                poll,
                now=now,
                viewer_id=viewer_id,
                author_id=authors[poll.id],
                emojis=used,
                addresses=house.addresses,
            )
        )
        for poll, used in zip(polls.values(), emojis, strict=True)
    }
