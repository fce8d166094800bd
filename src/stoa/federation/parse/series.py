"""Series of others: collections of posts that have a title and an author (FEDERATION.md).  Pure."""

from __future__ import annotations

import msgspec

from stoa import text
from stoa.core.series.model import MAX_DESCRIPTION, MAX_PARTS, MAX_TITLE
from stoa.federation.parse.jsonld import NotUnderstood, Object, id_of, ids_of, prop, require_id, type_among
from stoa.federation.parse.origins import same_origin
from stoa.federation.parse.values import line_of, page_of, spoken


class RemoteSeries(msgspec.Struct, frozen=True, kw_only=True):
    """A series as its server describes it; *parts* are ids of posts of that server, in order."""

    id: str
    owner: str
    title: str
    description: str  # plain text
    url: str | None
    parts: tuple[str, ...]


def is_series(document: object) -> bool:
    """Whether *document* can be one: other lists have no name, or nobody who answers for them."""
    return (
        isinstance(document, dict)
        and type_among(document, ("OrderedCollection",)) is not None
        and prop(document, "name") is not None
        and prop(document, "attributedTo") is not None
    )


def parse_series(document: Object) -> RemoteSeries:
    """Raises NotUnderstood without a title, and for one that is kept elsewhere than its author."""
    found = require_id(document, "a series")
    owner = id_of(prop(document, "attributedTo"))
    if not is_series(document) or owner is None or not same_origin(found, owner):
        raise NotUnderstood("no series of somebody on its server")
    title = line_of(spoken(document, "name", MAX_TITLE * 4)[0], MAX_TITLE)
    if title is None:
        raise NotUnderstood("a series without a title")
    summary = spoken(document, "summary", MAX_DESCRIPTION * 4)[0] or ""
    parts = ids_of(prop(document, "orderedItems"), MAX_PARTS)
    return RemoteSeries(
        id=found,
        owner=owner,
        title=title,
        description=text.plain_text(text.sanitise(summary))[:MAX_DESCRIPTION],
        url=page_of(prop(document, "url")),
        parts=tuple(one for one in parts if same_origin(one, found)),
    )
