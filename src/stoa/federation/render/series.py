"""A series as others are sent it: a collection of posts in their author's order, with a title."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stoa.core.series.model import SeriesView
from stoa.federation.render import collection
from stoa.federation.render.context import PUBLIC, with_context
from stoa.ids import iso
from stoa.text.escaping import escaped

Document = dict[str, Any]


def series(view: SeriesView, owner: str, parts: Sequence[str]) -> Document:
    """OrderedCollection of *parts*, ids of posts of the actor *owner*; without a context."""
    document = collection.whole(view.uri, parts, attributed_to=owner)
    document |= {
        "name": view.title,
        "url": view.url or view.uri,
        "published": iso(view.created_at),
        "updated": iso(view.updated_at),
    }
    if view.description:
        document["summary"] = f"<p>{escaped(view.description).replace(chr(10), '<br>')}</p>"
    return document


def updated(document: Document, at: int, followers: str) -> Document:
    """Update of such a *document*, at *at* (unix milliseconds, part of the id)."""
    return with_context(
        {
            "id": f"{document['id']}#updates/{at}",
            "type": "Update",
            "actor": document["attributedTo"],
            "to": [PUBLIC],
            "cc": [followers],
            "object": document,
        }
    )


def follow(follow_id: str, actor: str, uri: str, owner: str) -> Document:
    """Follow of the series *uri*, to its *owner*: Accept or Reject is the answer, as for people."""
    return with_context({"id": follow_id, "type": "Follow", "actor": actor, "to": [owner], "object": uri})
