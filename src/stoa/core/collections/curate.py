"""Making collections here: name them, put people in, take them out.

1. Whoever is put in has to let it happen: nobody else is put in than those whose policy says that it
   can be asked for, and nobody whom either side has blocked.
2. Those who live here and let it happen are in at once, and are told.  Others are asked.
3. Who has taken their leave back is not asked again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from stoa import ids
from stoa.core import events
from stoa.core.accounts import views as account_views
from stoa.core.accounts.featuring import policy_of, standing
from stoa.core.accounts.model import AccountView
from stoa.core.collections import store
from stoa.core.collections.model import MAX_COLLECTIONS, MAX_DESCRIPTION, MAX_ITEMS, MAX_NAME
from stoa.core.errors import Forbidden, Invalid, NotFound, Problem, Unprocessable
from stoa.core.relationships import views as relationships
from stoa.core.statuses import tags
from stoa.db import Connection, Row
from stoa.ids import Addresses
from stoa.text.escaping import escaped

_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}", re.ASCII)
_TOLD_OF = ("name", "description")
CANNOT = "This person does not want to be put into collections."


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be otherwise.  An empty language or hashtag means none."""

    name: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    language: str | UnsetType | None = UNSET
    tag_name: str | UnsetType | None = UNSET
    sensitive: bool | UnsetType = UNSET
    discoverable: bool | UnsetType = UNSET


async def create(
    conn: Connection,
    account_id: int,
    said: Change,
    addresses: Addresses,
    *,
    members: Sequence[int] = (),
) -> int:
    """The id of a new collection of somebody here.  Raises Invalid, Unprocessable."""
    columns: dict[str, Any] = {
        "name": "", "description": "", "description_html": "", "language": None, "sensitive": False,
        "discoverable": True, "tag_id": None,
    }  # fmt: skip
    columns |= await _columns(
        conn, said if said.name is not UNSET else msgspec.structs.replace(said, name="")
    )
    wanted = list(dict.fromkeys(members))
    if len(wanted) > MAX_ITEMS:
        raise _too_many("account_ids", f"are too many: a collection has room for {MAX_ITEMS}")
    if await store.count(conn, account_id) >= MAX_COLLECTIONS:
        raise _too_many("base", f"is one too many: nobody has more than {MAX_COLLECTIONS} collections")
    owner = await account_views.get(conn, account_id)
    collection_id = ids.new_id()
    await store.add(
        conn,
        collection_id,
        account_id=account_id,
        uri=addresses.collection(owner.uri, collection_id),
        url=addresses.collection_page(collection_id),
        local=True,
        **columns,
    )
    await events.record(conn, events.CollectionCreated(collection_id))
    people = await _willing(conn, account_id, wanted)
    for position, person in enumerate(people, 1):
        await _put(conn, collection_id, person, position)
    return collection_id


async def change(conn: Connection, account_id: int, collection_id: int, said: Change) -> None:
    """Raises NotFound, Forbidden for a collection of somebody else, Invalid."""
    row = await _own(conn, account_id, collection_id)
    columns = await _columns(conn, said)
    changed = {name: value for name, value in columns.items() if value != getattr(row, name)}
    if changed:
        await store.change(conn, collection_id, **changed, updated_at=ids.now_ms())
        words = any(name in changed for name in _TOLD_OF)
        await events.record(conn, events.CollectionChanged(collection_id, words=words))


async def remove(conn: Connection, account_id: int, collection_id: int) -> None:
    """It is gone.  Raises NotFound, Forbidden."""
    row = await _own(conn, account_id, collection_id)
    members = {
        one.account_id
        for one in await store.items(conn, collection_id)
        if one.account_id is not None and one.state in ("pending", "accepted")
    }
    await store.remove(conn, collection_id)
    await events.record(
        conn, events.CollectionDeleted(collection_id, account_id, row.uri, tuple(sorted(members)))
    )


async def put(conn: Connection, account_id: int, collection_id: int, member_id: int) -> int:
    """Somebody is in it from now on, or as soon as they say yes; the id of the item.

    Raises NotFound, Forbidden, Unprocessable.
    """
    await _own(conn, account_id, collection_id)
    rows = await store.items(conn, collection_id)
    before = next((row for row in rows if row.account_id == member_id), None)
    if before is not None and before.state in ("pending", "accepted"):
        raise Unprocessable("This person is in the collection already.")
    if before is not None and before.state == "revoked":
        raise Unprocessable(CANNOT)
    if sum(row.state in ("pending", "accepted") for row in rows) >= MAX_ITEMS:
        raise _too_many("collection_items", f"are too many: there is room for {MAX_ITEMS}")
    [person] = await _willing(conn, account_id, [member_id])
    if before is not None:
        await store.remove_item(conn, before.id)
    position = max((row.position for row in rows), default=0) + 1
    item_id = await _put(conn, collection_id, person, position)
    await store.change(conn, collection_id, updated_at=ids.now_ms())
    return item_id


async def take_out(conn: Connection, account_id: int, collection_id: int, item_id: int) -> None:
    """Somebody is in it no longer, as its owner wants.  Raises NotFound, Forbidden."""
    await _own(conn, account_id, collection_id)
    item = await store.find_item(conn, item_id)
    if item is None or item.collection_id != collection_id or item.state in ("rejected", "revoked"):
        raise NotFound
    await store.remove_item(conn, item_id)
    await store.change(conn, collection_id, updated_at=ids.now_ms())
    await events.record(
        conn, events.Unfeatured(collection_id, item_id, item.account_id, was_in=item.state == "accepted")
    )


async def _own(conn: Connection, account_id: int, collection_id: int) -> Row:
    row = await store.find(conn, collection_id)
    if row is None:
        raise NotFound
    if row.account_id != account_id:
        raise Forbidden("This action is not allowed")
    return row


async def _put(conn: Connection, collection_id: int, person: AccountView, position: int) -> int:
    item_id = await store.add_item(
        conn,
        collection_id,
        object_uri=person.uri,
        account_id=person.id,
        state="accepted" if person.local else "pending",
        position=position,
    )
    event = events.Featured(item_id) if person.local else events.FeatureAsked(item_id)
    await events.record(conn, event)
    return item_id


async def _willing(conn: Connection, owner_id: int, wanted: Sequence[int]) -> list[AccountView]:
    """Those of *wanted* who can be put in, in their order: all of them.  Raises Unprocessable."""
    if not wanted:
        return []
    people = await account_views.load(conn, wanted)
    ties = {one.id: one for one in await relationships.relationships(conn, owner_id, wanted)}
    found = []
    for one in wanted:
        if one not in ties or one not in people:
            raise Unprocessable("There is nobody with that account_id.")
        tie, person = ties[one], people[one]
        state = standing(
            policy_of(person), follows=tie.following, followed=tie.followed_by, own=one == owner_id
        )
        if tie.blocking or tie.blocked_by or state not in ("automatic", "manual"):
            raise Unprocessable(CANNOT)
        found.append(person)
    return found


async def _columns(conn: Connection, said: Change) -> dict[str, Any]:
    """The columns for what was *said*.  Raises Invalid."""
    wrong: dict[str, list[Problem]] = {}
    found: dict[str, Any] = {}
    if said.name is not UNSET:
        found["name"] = " ".join(said.name.replace("\0", "").split())
        if not found["name"]:
            wrong["name"] = [Problem("ERR_BLANK", "can't be blank")]
        elif len(found["name"]) > MAX_NAME:
            wrong["name"] = [_too_long(MAX_NAME)]
    if said.description is not UNSET:
        found["description"] = said.description.replace("\0", "").strip()
        found["description_html"] = escaped(found["description"])
        if len(found["description"]) > MAX_DESCRIPTION:
            wrong["description"] = [_too_long(MAX_DESCRIPTION)]
    if said.language is not UNSET:
        found["language"] = said.language or None
        if said.language and not _LANGUAGE.fullmatch(said.language):
            wrong["language"] = [Problem("ERR_INCLUSION", "is not a language code")]
    for name in ("sensitive", "discoverable"):
        if getattr(said, name) is not UNSET:
            found[name] = getattr(said, name)
    if said.tag_name is not UNSET:
        found["tag_id"] = None
        if (said.tag_name or "").strip():
            try:
                found["tag_id"] = await tags.ensure(conn, (said.tag_name or "").strip())
            except NotFound:
                wrong["tag_name"] = [Problem("ERR_INVALID", "is invalid")]
    if wrong:
        raise Invalid(wrong)
    return found


def _too_long(most: int) -> Problem:
    return Problem("ERR_TOO_LONG", f"is too long (maximum is {most} characters)")


def _too_many(field: str, words: str) -> Invalid:
    return Invalid({field: [Problem("ERR_TOO_LONG", words)]})
