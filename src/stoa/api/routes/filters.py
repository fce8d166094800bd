"""Filters (methods/filters), and the first version of them, of which each had one phrase."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType, field

from stoa import ids
from stoa.api.entities import filter as entity
from stoa.api.routing import Call, record_id, route
from stoa.asgi.responses import Response, json
from stoa.core.errors import Unprocessable
from stoa.core.filters import change, views
from stoa.core.filters.change import Word
from stoa.core.filters.model import MAX_KEYWORDS, Action, Context

MAX_SECONDS = 100 * 366 * 86_400


class _Word(Struct):
    keyword: str | None = None
    whole_word: bool | None = None
    id: int | None = None
    destroy: bool = field(name="_destroy", default=False)

    def word(self) -> Word:
        return Word(self.keyword, self.whole_word, self.id, self.destroy)


class _Wanted(Struct):
    title: str | None = None
    context: list[Context] | None = None
    filter_action: Action | None = None
    # Empty text and null: for ever.
    expires_in: Annotated[int, Meta(le=MAX_SECONDS)] | UnsetType | None = UNSET
    keywords_attributes: Annotated[list[_Word], Meta(max_length=2 * MAX_KEYWORDS)] = []

    @property
    def words(self) -> list[Word]:
        return [one.word() for one in self.keywords_attributes]


def _ends(expires_in: int | UnsetType | None) -> int | None:
    """When that is, in unix milliseconds; None for never."""
    if isinstance(expires_in, int) and expires_in > 0:
        return ids.now_ms() + expires_in * 1000
    return None


async def list_all(call: Call) -> Response:
    """GET /api/v2/filters."""
    async with call.house.db.read() as conn:
        return json([entity.render(one) for one in await views.mine(conn, call.me)])


async def show(call: Call) -> Response:
    """GET /api/v2/filters/:id."""
    async with call.house.db.read() as conn:
        return json(entity.render(await views.get(conn, call.id(), call.me)))


async def create(call: Call) -> Response:
    """POST /api/v2/filters."""
    asked = await call.args(_Wanted)
    async with call.house.db.write() as conn:
        made = await change.create(
            conn,
            call.me,
            title=asked.title or "",
            contexts=asked.context or [],
            action=asked.filter_action or "warn",
            expires_at=_ends(asked.expires_in),
            words=asked.words,
        )
    return json(entity.render(made))


async def update(call: Call) -> Response:
    """PUT /api/v2/filters/:id."""
    asked = await call.args(_Wanted)
    async with call.house.db.write() as conn:
        changed = await change.change(
            conn,
            call.id(),
            call.me,
            title=asked.title,
            contexts=asked.context,
            action=asked.filter_action,
            expires_at=UNSET if isinstance(asked.expires_in, UnsetType) else _ends(asked.expires_in),
            words=asked.words,
        )
    return json(entity.render(changed))


async def remove(call: Call) -> Response:
    """DELETE /api/v2/filters/:id."""
    async with call.house.db.write() as conn:
        await change.remove(conn, call.id(), call.me)
    return json({})


async def keywords(call: Call) -> Response:
    """GET /api/v2/filters/:filter_id/keywords."""
    async with call.house.db.read() as conn:
        found = await views.get(conn, call.id("filter_id"), call.me)
    return json([entity.keyword(one) for one in found.keywords])


class _Single(Struct):
    keyword: str = ""
    whole_word: bool | None = None


async def add_keyword(call: Call) -> Response:
    """POST /api/v2/filters/:filter_id/keywords."""
    asked = await call.args(_Single)
    async with call.house.db.write() as conn:
        word = Word(asked.keyword, asked.whole_word)
        made = await change.add_keyword(conn, call.id("filter_id"), call.me, word)
    return json(entity.keyword(made))


async def keyword(call: Call) -> Response:
    """GET /api/v2/filters/keywords/:id."""
    async with call.house.db.read() as conn:
        _, found = await views.with_keyword(conn, call.id(), call.me)
    return json(entity.keyword(found))


async def change_keyword(call: Call) -> Response:
    """PUT /api/v2/filters/keywords/:id."""
    asked = await call.args(_Single)
    async with call.house.db.write() as conn:
        word = Word(asked.keyword, asked.whole_word)
        changed = await change.change_keyword(conn, call.id(), call.me, word)
    return json(entity.keyword(changed))


async def remove_keyword(call: Call) -> Response:
    """DELETE /api/v2/filters/keywords/:id."""
    async with call.house.db.write() as conn:
        await change.remove_keyword(conn, call.id(), call.me)
    return json({})


async def entries(call: Call) -> Response:
    """GET /api/v2/filters/:filter_id/statuses."""
    async with call.house.db.read() as conn:
        found = await views.get(conn, call.id("filter_id"), call.me)
    return json([entity.entry(one) for one in found.statuses])


class _Status(Struct):
    status_id: str = ""


async def add_entry(call: Call) -> Response:
    """POST /api/v2/filters/:filter_id/statuses."""
    asked = await call.args(_Status)
    async with call.house.db.write() as conn:
        status_id = record_id(asked.status_id)
        made = await change.add_status(conn, call.id("filter_id"), call.me, status_id)
    return json(entity.entry(made))


async def entry(call: Call) -> Response:
    """GET /api/v2/filters/statuses/:id."""
    async with call.house.db.read() as conn:
        _, found = await views.with_entry(conn, call.id(), call.me)
    return json(entity.entry(found))


async def remove_entry(call: Call) -> Response:
    """DELETE /api/v2/filters/statuses/:id."""
    async with call.house.db.write() as conn:
        gone = await change.remove_status(conn, call.id(), call.me)
    return json(entity.entry(gone))


class _Phrase(Struct):
    phrase: str | None = None
    context: list[Context] | None = None
    irreversible: bool | None = None
    whole_word: bool | None = None
    expires_in: Annotated[int, Meta(le=MAX_SECONDS)] | UnsetType | None = UNSET

    @property
    def action(self) -> Action | None:
        return None if self.irreversible is None else "hide" if self.irreversible else "warn"


async def phrases(call: Call) -> Response:
    """GET /api/v1/filters."""
    async with call.house.db.read() as conn:
        mine = await views.mine(conn, call.me)
    return json([entity.first_version(of, one) for of in mine for one in of.keywords])


async def phrase(call: Call) -> Response:
    """GET /api/v1/filters/:id."""
    async with call.house.db.read() as conn:
        return json(entity.first_version(*await views.with_keyword(conn, call.id(), call.me)))


async def add_phrase(call: Call) -> Response:
    """POST /api/v1/filters."""
    asked = await call.args(_Phrase)
    said = asked.phrase or ""
    async with call.house.db.write() as conn:
        made = await change.create(
            conn,
            call.me,
            title=said[:256],
            contexts=asked.context or [],
            action=asked.action or "warn",
            expires_at=_ends(asked.expires_in),
            words=[Word(said, asked.whole_word is True)],
        )
    return json(entity.first_version(made, made.keywords[0]))


async def change_phrase(call: Call) -> Response:
    """PUT /api/v1/filters/:id; of a filter with several phrases only the phrase can be changed so."""
    asked = await call.args(_Phrase)
    async with call.house.db.write() as conn:
        before, _ = await views.with_keyword(conn, call.id(), call.me)
        said: dict[str, Any] = {"contexts": asked.context, "action": asked.action}
        if not isinstance(asked.expires_in, UnsetType):
            said["expires_at"] = _ends(asked.expires_in)
        alone = len(before.keywords) == 1 and not before.statuses
        others = (tuple(asked.context or before.contexts), asked.action or before.action)
        if not alone and (others != (before.contexts, before.action) or "expires_at" in said):
            raise Unprocessable(
                "These parameters can only be changed of a filter with a single keyword; "
                "use a newer app, or the web."
            )
        if alone:
            await change.change(conn, before.id, call.me, **said)
        word = Word(asked.phrase, asked.whole_word)
        await change.change_keyword(conn, call.id(), call.me, word)
        found = await views.with_keyword(conn, call.id(), call.me)
    return json(entity.first_version(*found))


async def remove_phrase(call: Call) -> Response:
    """DELETE /api/v1/filters/:id; a filter that holds nothing more is gone too."""
    async with call.house.db.write() as conn:
        left = await change.remove_keyword(conn, call.id(), call.me)
        if not left.keywords and not left.statuses:
            await change.remove(conn, left.id, call.me)
    return json({})


_V1, _V2 = "/api/v1/filters", "/api/v2/filters"
_READ, _WRITE = "read:filters", "write:filters"

ROUTES = [
    route("GET", _V2, list_all, scopes=_READ),
    route("POST", _V2, create, scopes=_WRITE),
    route("GET", f"{_V2}/{{id}}", show, scopes=_READ),
    route("PUT", f"{_V2}/{{id}}", update, scopes=_WRITE),
    route("DELETE", f"{_V2}/{{id}}", remove, scopes=_WRITE),
    route("GET", f"{_V2}/{{filter_id}}/keywords", keywords, scopes=_READ),
    route("POST", f"{_V2}/{{filter_id}}/keywords", add_keyword, scopes=_WRITE),
    route("GET", f"{_V2}/keywords/{{id}}", keyword, scopes=_READ),
    route("PUT", f"{_V2}/keywords/{{id}}", change_keyword, scopes=_WRITE),
    route("DELETE", f"{_V2}/keywords/{{id}}", remove_keyword, scopes=_WRITE),
    route("GET", f"{_V2}/{{filter_id}}/statuses", entries, scopes=_READ),
    route("POST", f"{_V2}/{{filter_id}}/statuses", add_entry, scopes=_WRITE),
    route("GET", f"{_V2}/statuses/{{id}}", entry, scopes=_READ),
    route("DELETE", f"{_V2}/statuses/{{id}}", remove_entry, scopes=_WRITE),
    route("GET", _V1, phrases, scopes=_READ),
    route("POST", _V1, add_phrase, scopes=_WRITE),
    route("GET", f"{_V1}/{{id}}", phrase, scopes=_READ),
    route("PUT", f"{_V1}/{{id}}", change_phrase, scopes=_WRITE),
    route("DELETE", f"{_V1}/{{id}}", remove_phrase, scopes=_WRITE),
]
