"""Collections of others, and who agrees to be in which (FEP-7aa9).

1. A collection is kept if somebody here follows its owner, or is in it, or it is known already.
2. Who lives here is in it only by a request that their policy grants; yes comes with a stamp, which is
   shown at its id as long as it holds.
3. Others are in it once their own server has shown their stamp (`federation/gather`).
4. Only its owner says what a collection is and who is in it, and only whoever is in it takes that back.
"""

from __future__ import annotations

import re

from sqlalchemy import Text, bindparam, select

from stoa import ids, text
from stoa.core.collections import consent, remember, store
from stoa.core.collections.model import Described, DescribedItem
from stoa.db import Connection, Query, Row
from stoa.db.tables import accounts
from stoa.federation.deliver import audience
from stoa.federation.deliver.send import send
from stoa.federation.missing import Missing
from stoa.federation.parse import featured as parse
from stoa.federation.parse.kinds import Add, Remove, Request
from stoa.federation.parse.origins import same_origin
from stoa.federation.parse.trust import own_words
from stoa.federation.receive import relevance
from stoa.federation.received import Received
from stoa.federation.render import activity
from stoa.jobs import queue

VERIFY = "federation.featured_items"
"""Look at the stamps of those in a collection; {"collection": id, "tries": …}."""
FETCH = "federation.featured_collection"
"""Fetch a collection anew; {"uri": …}."""

_REQUEST = re.compile(r"#feature_requests/(\d{1,19})")
_here = Query(
    select(accounts.c.id, accounts.c.uri).where(
        accounts.c.uri == bindparam("uri", type_=Text),
        accounts.c.domain == "",
        accounts.c.suspended_at.is_(None),
    )
)


async def keep(conn: Connection, found: parse.RemoteFeatured, owner_id: int) -> int | None:
    """Store the collection as its owner describes it, and have its stamps looked at; its id, None for
    one that is not theirs.
    """
    said = Described(
        uri=found.id,
        url=found.url,
        name=found.name,
        description_html=text.sanitise(found.summary),
        language=found.language,
        sensitive=found.sensitive,
        discoverable=found.discoverable,
        tag=found.topic,
        created_at=found.published,
        updated_at=found.updated,
        items=tuple(_described(one) for one in found.items),
    )
    collection_id = await remember.remember(conn, owner_id, said)
    if collection_id is not None:
        await look_later(conn, collection_id)
    return collection_id


def _described(one: parse.RemoteItem) -> DescribedItem:
    return DescribedItem(one.id, one.object, one.authorization, one.published)


async def look_later(
    conn: Connection, collection_id: int, *, tries: int = 0, run_at: int | None = None
) -> None:
    """Have the stamps of a collection looked at, if there are any that were not."""
    if any(row.state == "pending" for row in await store.items(conn, collection_id)):
        await queue.add(
            conn,
            VERIFY,
            {"collection": collection_id, "tries": tries},
            run_at=ids.now_ms() if run_at is None else run_at,
            unique_key=f"{VERIFY}:{collection_id}:{tries}",
        )


async def again(conn: Connection, uri: str) -> None:
    """Have the collection *uri* fetched."""
    await queue.add(conn, FETCH, {"uri": uri}, unique_key=f"{FETCH}:{uri}")


async def request(conn: Connection, r: Received) -> None:
    """FeatureRequest: whether somebody here wants to be in a collection of the actor's."""
    asked = r.activity
    if not isinstance(asked, Request) or asked.id is None:
        return
    person = await conn.first(_here, uri=asked.object.id or "")
    if person is None:
        return
    collection = await _asked_for(conn, r, asked)
    if collection is None or collection.account_id != r.actor_id or collection.local:
        await _answer(conn, r, asked, person, None)
        return
    number = None
    if await consent.agrees(conn, person.id, r.actor_id):
        number = await consent.grant(conn, collection, person.id, person.uri)
    await _answer(conn, r, asked, person, number)


async def _asked_for(conn: Connection, r: Received, asked: Request) -> Row | None:
    """The collection; None where there is none that the actor may speak for.  Raises Missing."""
    uri = asked.instrument.id
    if uri is None or not same_origin(uri, asked.actor):
        return None
    found = await store.find_by_uri(conn, uri)
    if found is None:
        # Also where it could not be had: later perhaps, and a no would be final.
        raise Missing(collections=(uri,))
    return found


async def _answer(conn: Connection, r: Received, asked: Request, person: Row, number: int | None) -> None:
    what = {
        "id": asked.id,
        "type": asked.kind,
        "actor": asked.actor,
        "object": person.uri,
        "instrument": asked.instrument.id,
    }
    addresses = r.house.addresses
    if number is None:
        document = activity.reject(addresses.deed(person.uri, "rejects", ids.new_id()), person.uri, what)
    else:
        stamp = addresses.authorization(person.uri, "Feature", number)
        answer_id = addresses.deed(person.uri, "accepts", ids.new_id())
        document = activity.accept(answer_id, person.uri, what, stamp)
    await send(
        conn,
        r.house,
        document,
        account_id=person.id,
        inboxes=await audience.inboxes(conn, accounts=[r.actor_id], personal=True),
        kind=document["type"],
    )


async def answered(conn: Connection, r: Received, *, stamp: str | None) -> bool:
    """Whether an Accept (with a *stamp*) or a Reject was to a FeatureRequest from here."""
    uri = r.activity.object.id
    match = _REQUEST.search(uri) if uri and same_origin(uri, r.house.addresses.base) else None
    if match is None or int(match[1]) >= 2**63:
        return False
    item = await store.find_item(conn, int(match[1]))
    if item is None or item.account_id != r.actor_id or not item.local or item.domain == "":
        return True
    if stamp is None:
        await consent.withdrawn(conn, item)
    elif same_origin(stamp, r.activity.actor):
        await consent.accepted(conn, item, stamp)
    return True


async def added(conn: Connection, r: Received) -> bool:
    """Add of a collection, or of somebody to one; whether it was such."""
    embedded = r.activity.object.object
    if not isinstance(r.activity, Add) or embedded is None:
        return False
    if parse.is_collection(embedded):
        if not await _told(conn, r):
            await _ask_its_server(conn, r)
        return True
    if not parse.is_item(embedded):
        return False
    collection = await store.find_by_uri(conn, r.activity.target)
    item = parse.item_of(embedded, r.activity.target)
    if collection is None:
        if item is not None and await _concerns_us(conn, r, (item,)):
            await again(conn, r.activity.target)
    elif collection.account_id == r.actor_id and not collection.local and item is not None:
        await remember.add(conn, collection, _described(item))
        await look_later(conn, collection.id)
    return True


async def updated(conn: Connection, r: Received) -> bool:
    """Update of a collection; whether it was one."""
    if not parse.is_collection(r.activity.object.object):
        return False
    if not await _told(conn, r):
        await _ask_its_server(conn, r)
    return True


async def _told(conn: Connection, r: Received) -> bool:
    """Whether a collection was told in its owner's own words, and needs nobody else to be asked."""
    document = own_words(r.activity.object, r.activity.actor)
    if document is None:
        return False
    found = parse.parse_collection(document)
    known = await store.find_by_uri(conn, found.id)
    if known is not None or await _concerns_us(conn, r, found.items):
        if found.more is not None:
            return False
        await keep(conn, found, r.actor_id)
    return True


async def _ask_its_server(conn: Connection, r: Received) -> None:
    uri = r.activity.object.id
    if uri is None or not same_origin(uri, r.activity.actor):
        return
    if await store.find_by_uri(conn, uri) is not None or await _concerns_us(conn, r, ()):
        await again(conn, uri)


async def _concerns_us(conn: Connection, r: Received, items: tuple[parse.RemoteItem, ...]) -> bool:
    if await relevance.is_followed(conn, r.actor_id):
        return True
    return await relevance.reaches_us(conn, r.house, tuple(one.object for one in items))


async def removed(conn: Connection, r: Received) -> bool:
    """Remove, or Delete, of a collection or of somebody from one; whether it was that."""
    uri = r.activity.object.id
    if uri is None:
        return False
    collection = await store.find_by_uri(conn, uri)
    if collection is not None:
        if collection.account_id == r.actor_id and not collection.local:
            await remember.forget(conn, collection)
        return True
    item = await store.find_item_by_uri(conn, uri)
    if item is None:
        return False
    named = r.activity.target if isinstance(r.activity, Remove) else item.collection_uri
    if item.owner_id == r.actor_id and not item.local and named == item.collection_uri:
        await remember.drop(conn, item)
    return True


async def gone(conn: Connection, uri: str) -> None:
    """The server of the collection *uri* says that there is nothing."""
    collection = await store.find_by_uri(conn, uri)
    if collection is not None and not collection.local:
        await remember.forget(conn, collection)


async def revoked(conn: Connection, r: Received) -> bool:
    """Delete of a stamp by whoever gave it; whether it was one that is shown here."""
    rows = await store.stamped(conn, r.activity.object.id or "")
    for item in rows:
        if item.object_uri == r.activity.actor:
            await consent.withdrawn(conn, item)
    return bool(rows)
