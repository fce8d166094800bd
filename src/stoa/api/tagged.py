"""Collections to which statuses link, put into the bytes of the statuses that name their addresses.

The same for all who read it: who is in a collection is shown as visitors see it.  Two queries for a page,
and none where nothing links to a collection.
"""

from __future__ import annotations

import re

import orjson

from stoa.api.entities import collection as entity
from stoa.core.collections import views
from stoa.core.house import House
from stoa.db import Connection

# In a string of the JSON the quotes would be escaped.
_TAGGED = re.compile(rb'"tagged_collections":(\["[^\[\]]*"\])')


async def with_collections(conn: Connection, house: House, texts: dict[int, bytes]) -> dict[int, bytes]:
    """*texts* (bodies of statuses) with the collections in place of their addresses."""
    named = {
        some_id: orjson.loads(match[1])
        for some_id, body in texts.items()
        if (match := _TAGGED.search(body)) is not None
    }
    if not named:
        return texts
    found = await views.at(conn, {url for urls in named.values() for url in urls})
    shown = {url: orjson.dumps(entity.render(view, house.addresses)) for url, view in found.items()}
    whole = dict(texts)
    for some_id, urls in named.items():
        list_ = b'"tagged_collections":[%s]' % b",".join(shown[one] for one in urls if one in shown)
        whole[some_id] = _TAGGED.sub(lambda match, list_=list_: list_, texts[some_id], count=1)  # type: ignore[misc]
    return whole
