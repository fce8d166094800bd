"""What a status looks like to each of many viewers, rendered once for all to whom it looks the same.

Nearly everybody sees a new status alike; what sets a viewer apart (a favourite, a vote, a quote they
may not see, a filter) makes a look of its own.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from stoa.api import bodies, filtered, rendered
from stoa.core.house import House
from stoa.core.statuses.model import StatusHead
from stoa.core.timelines import live
from stoa.db import Connection


async def looks(conn: Connection, house: House, heads: Mapping[int, StatusHead]) -> dict[int, bytes]:
    """viewer → Status, for each viewer in *heads*, which are all of one status."""
    alike: dict[Hashable, list[int]] = {}
    for viewer_id, key in (await _keys(conn, house, heads)).items():
        alike.setdefault(key, []).append(viewer_id)
    found: dict[int, bytes] = {}
    for viewer_ids in alike.values():
        one = viewer_ids[0]
        for made in await rendered.status_list(conn, house, [heads[one]], one):
            found.update(dict.fromkeys(viewer_ids, made))
    return found


async def _keys(conn: Connection, house: House, heads: Mapping[int, StatusHead]) -> dict[int, Hashable]:
    """viewer → all that what is rendered for them hangs on."""
    some = next(iter(heads.values()), None)
    if some is None:
        return {}
    quoted = {} if some.quote_of_id is None else await live.sights(conn, some.quote_of_id, heads)
    voted = await _votes(conn, some, quoted, heads)
    unwanted = [await _unwanted(conn, house, one) for one in (heads, quoted) if one]
    return {
        viewer_id: (
            head,
            viewer_id == head.original_account_id,
            quoted.get(viewer_id),
            viewer_id in quoted and viewer_id == quoted[viewer_id].original_account_id,
            tuple(of_poll.get(viewer_id) for of_poll in voted),
            tuple(reasons.get(viewer_id) for reasons in unwanted),
        )
        for viewer_id, head in heads.items()
    }


async def _unwanted(conn: Connection, house: House, heads: Mapping[int, StatusHead]) -> dict[int, bytes]:
    """viewer → why their filters apply: the one place where filters come in."""
    some = next(iter(heads.values()))
    texts = await bodies.statuses(conn, house.addresses, [some])
    return await filtered.by_viewer(conn, heads, texts, await rendered.polls_of(conn, house, [some], None))


async def _votes(
    conn: Connection, head: StatusHead, quoted: Mapping[int, StatusHead], viewers: Mapping[int, object]
) -> list[dict[int, tuple[int, ...]]]:
    """viewer → votes, for the poll of the status and that of what it quotes."""
    polls = {head.poll_id, *(one.poll_id for one in quoted.values())} - {None}
    return [await live.votes(conn, poll_id, viewers) for poll_id in sorted(filter(None, polls))]
