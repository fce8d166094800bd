"""Who somebody here is and what they said, as other servers are told it: for these, and for themselves to
take away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, select

from stoa.core.accounts import views as account_views
from stoa.core.groups import views as groups
from stoa.core.house import House
from stoa.core.statuses import views as status_views
from stoa.db import Query, Row
from stoa.db.tables import statuses
from stoa.db.tables.base import Id
from stoa.federation import here, lists, views
from stoa.federation.own_keys import OwnKeys
from stoa.federation.render import activity
from stoa.federation.render import actor as render_actor
from stoa.federation.render import note as render_note
from stoa.federation.render.context import CONTEXT

ITEMS = 50

_everything = Query(
    select(statuses.c.id, statuses.c.reblog_of_id)
    .where(
        statuses.c.account_id == bindparam("account", type_=Id),
        statuses.c.id < bindparam("below", type_=Id),
    )
    .order_by(statuses.c.id.desc())
    .limit(ITEMS)
)


class Archivist:
    """The port `core.ports.Archivist`."""

    context: Sequence[Any] = CONTEXT

    def __init__(self, house: House, own_keys: OwnKeys) -> None:
        self._house = house
        self._own_keys = own_keys

    async def actor(self, account_id: int) -> dict[str, Any]:
        """Their actor."""
        return await actor(self._house, self._own_keys, account_id)

    async def activities(
        self, account_id: int, below: int | None
    ) -> tuple[Sequence[Mapping[str, Any]], int]:
        """What they posted and boosted, whoever it was for, the newest before the post *below* first; and
        what to give as *below* next: 0 where there is nothing more.
        """
        async with self._house.db.read() as conn:
            rows = await conn.all(_everything, account=account_id, below=below or lists.ALL)
        items = await activities(self._house, rows)
        return items, rows[-1].id if len(rows) == ITEMS else 0


async def actor(house: House, own_keys: OwnKeys, account_id: int) -> dict[str, Any]:
    """The actor of somebody who lives here.  Raises NotFound."""
    pair = await own_keys.of(account_id)
    async with house.db.read() as conn:
        account = await account_views.get(conn, account_id)
        aliases, moved_to = await here.other_selves(conn, account)
        group = await groups.get(conn, account_id) if account.actor_type == "Group" else None
    return render_actor.render(
        account,
        house.addresses,
        house.settings.domain,
        pair.public,
        also_known_as=aliases,
        moved_to=moved_to,
        moderators_only=None if group is None else group.moderators_only,
    )


async def activities(house: House, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Create or Announce, without its context, of each of *rows* (id, reblog_of_id) that is there."""
    async with house.db.read() as conn:
        found = await status_views.load(conn, [row.id for row in rows])
        originals = await lists.originals(
            conn, [row.reblog_of_id for row in rows if row.reblog_of_id is not None]
        )
        around = await views.around(
            conn,
            house.addresses,
            house.settings.domain,
            [one for one in found.values() if one.reblog_of_id is None],
            formulas=house.settings.formulas,
        )
    items: list[dict[str, Any]] = []
    for row in rows:
        if row.id not in found:
            continue
        if row.reblog_of_id is None:
            note = render_note.render(found[row.id], house.addresses, around[row.id])
            item = activity.create(note)
        elif row.reblog_of_id in originals:
            original = originals[row.reblog_of_id]
            item = activity.announce(found[row.id], original.uri, original.author, house.addresses)
        else:
            continue
        item.pop("@context", None)
        items.append(item)
    return items
