"""A new group.  Nobody signs in to it: its moderators are accounts of their own."""

from __future__ import annotations

from stoa.core import events
from stoa.core.accounts import names
from stoa.core.accounts import store as accounts_store
from stoa.core.errors import Unprocessable
from stoa.core.groups import store
from stoa.db import Connection, UniqueViolation
from stoa.ids import Addresses


async def found(
    conn: Connection,
    name: str,
    addresses: Addresses,
    *,
    title: str = "",
    locked: bool = False,
    moderators_only: bool = False,
) -> int:
    """The account id of the new group.  Raises Unprocessable for a name that cannot be had.

    *locked*: its moderators let people in; *moderators_only*: they alone begin discussions.
    """
    problems = names.username_problems(name)
    if problems:
        raise Unprocessable(f"The name {name!r} {problems[0].description}.")
    try:
        group_id = await accounts_store.add_local(conn, name, addresses)
    except UniqueViolation:
        raise Unprocessable(f"The name {name!r} is taken.") from None
    await accounts_store.change(
        conn, group_id, actor_type="Group", display_name=title or name, locked=locked, discoverable=True
    )
    await events.record(conn, events.AccountCreated(group_id))
    await store.add(conn, group_id, moderators_only=moderators_only)
    return group_id
