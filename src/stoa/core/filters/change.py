"""Making, changing and removing filters.  Whoever reads hears at once that they are others now."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from stoa.core import events
from stoa.core.errors import Invalid, Problem, Unprocessable
from stoa.core.filters import store, views
from stoa.core.filters.model import (
    MAX_FILTERS,
    MAX_KEYWORD,
    MAX_KEYWORDS,
    MAX_STATUSES,
    MAX_TITLE,
    Action,
    Context,
    Entry,
    Filter,
    Keyword,
)
from stoa.core.statuses.visibility import require_visible
from stoa.db import Connection

_BLANK = Problem("ERR_BLANK", "can't be blank")


class Word(msgspec.Struct, frozen=True):
    """A keyword as wanted: a new one, another text for *id*, or the end of it."""

    keyword: str | None = None
    whole_word: bool | None = None
    id: int | None = None
    remove: bool = False


async def create(
    conn: Connection,
    account_id: int,
    *,
    title: str,
    contexts: Sequence[Context],
    action: Action = "warn",
    expires_at: int | None = None,
    words: Sequence[Word] = (),
) -> Filter:
    """The new filter.  Raises Invalid, and Unprocessable beyond MAX_FILTERS."""
    _check(title, contexts)
    if len(await views.mine(conn, account_id)) >= MAX_FILTERS:
        raise Unprocessable(f"You have {MAX_FILTERS} filters; remove one before you add another.")
    filter_id = await store.add(
        conn,
        account_id,
        title=title.strip(),
        contexts=_once(contexts),
        action=action,
        expires_at=expires_at,
    )
    return await _with_words(conn, filter_id, account_id, words)


async def change(
    conn: Connection,
    filter_id: int,
    account_id: int,
    *,
    title: str | None = None,
    contexts: Sequence[Context] | None = None,
    action: Action | None = None,
    expires_at: int | msgspec.UnsetType | None = msgspec.UNSET,
    words: Sequence[Word] = (),
) -> Filter:
    """The filter as it is then; what is None or UNSET stays.  Raises NotFound, Invalid."""
    before = await views.get(conn, filter_id, account_id)
    title = before.title if title is None else title
    contexts = before.contexts if contexts is None else contexts
    _check(title, contexts)
    await store.change(
        conn,
        filter_id,
        title=title.strip(),
        contexts=_once(contexts),
        action=before.action if action is None else action,
        expires_at=before.expires_at if isinstance(expires_at, msgspec.UnsetType) else expires_at,
    )
    return await _with_words(conn, filter_id, account_id, words)


async def remove(conn: Connection, filter_id: int, account_id: int) -> None:
    """The filter is gone.  Raises NotFound."""
    await views.get(conn, filter_id, account_id)
    await store.remove(conn, filter_id)
    await events.record(conn, events.FiltersChanged(account_id))


async def add_keyword(conn: Connection, filter_id: int, account_id: int, word: Word) -> Keyword:
    """The new keyword.  Raises NotFound, Invalid."""
    before = {one.id for one in (await views.get(conn, filter_id, account_id)).keywords}
    after = await _with_words(conn, filter_id, account_id, [word])
    return next(one for one in after.keywords if one.id not in before)


async def change_keyword(conn: Connection, keyword_id: int, account_id: int, word: Word) -> Keyword:
    """The keyword as it is then.  Raises NotFound, Invalid."""
    of, _ = await views.with_keyword(conn, keyword_id, account_id)
    after = await _with_words(conn, of.id, account_id, [msgspec.structs.replace(word, id=keyword_id)])
    return next(one for one in after.keywords if one.id == keyword_id)


async def remove_keyword(conn: Connection, keyword_id: int, account_id: int) -> Filter:
    """The filter without the keyword.  Raises NotFound."""
    of, _ = await views.with_keyword(conn, keyword_id, account_id)
    return await _with_words(conn, of.id, account_id, [Word(id=keyword_id, remove=True)])


async def add_status(conn: Connection, filter_id: int, account_id: int, status_id: int) -> Entry:
    """The entry for the status.  Raises NotFound for what the account does not see, Unprocessable."""
    of = await views.get(conn, filter_id, account_id)
    await require_visible(conn, status_id, account_id)
    if len(of.statuses) >= MAX_STATUSES:
        raise Unprocessable(f"A filter holds {MAX_STATUSES} posts at most.")
    entry = Entry(await store.add_status(conn, filter_id, status_id), status_id)
    await events.record(conn, events.FiltersChanged(account_id))
    return entry


async def remove_status(conn: Connection, entry_id: int, account_id: int) -> Entry:
    """The entry that is gone.  Raises NotFound."""
    _, entry = await views.with_entry(conn, entry_id, account_id)
    await store.remove_status(conn, entry_id)
    await events.record(conn, events.FiltersChanged(account_id))
    return entry


async def _with_words(conn: Connection, filter_id: int, account_id: int, words: Sequence[Word]) -> Filter:
    """Carry out *words*; the filter as it is then."""
    before = {one.id: one for one in (await views.get(conn, filter_id, account_id)).keywords}
    for word in words:
        old = None if word.id is None else before.get(word.id)
        if old is None and word.id is not None:
            continue  # of another filter, or gone
        if old is not None and word.remove:
            await store.remove_keyword(conn, old.id)
            continue
        text = word.keyword if word.keyword is not None else (old.keyword if old else "")
        _check_keyword(text)
        whole = word.whole_word
        if old is not None:
            whole = old.whole_word if whole is None else whole
            await store.change_keyword(conn, old.id, text.strip(), whole_word=whole)
        else:
            await store.add_keyword(conn, filter_id, text.strip(), whole_word=whole is not False)
    after = await views.get(conn, filter_id, account_id)
    if len(after.keywords) > MAX_KEYWORDS:
        raise Unprocessable(f"A filter holds {MAX_KEYWORDS} keywords at most.")
    await events.record(conn, events.FiltersChanged(account_id))
    return after


def _once(contexts: Sequence[Context]) -> list[Context]:
    return list(dict.fromkeys(contexts))


def _check(title: str, contexts: Sequence[Context]) -> None:
    wrong: dict[str, list[Problem]] = {}
    if not title.strip():
        wrong["title"] = [_BLANK]
    elif len(title) > MAX_TITLE:
        wrong["title"] = [_too_long(MAX_TITLE)]
    if not contexts:
        wrong["context"] = [_BLANK]
    if wrong:
        raise Invalid(wrong)


def _check_keyword(text: str) -> None:
    if not text.strip():
        raise Invalid({"keyword": [_BLANK]})
    if len(text) > MAX_KEYWORD:
        raise Invalid({"keyword": [_too_long(MAX_KEYWORD)]})


def _too_long(most: int) -> Problem:
    return Problem("ERR_TOO_LONG", f"is too long (maximum is {most} characters)")
