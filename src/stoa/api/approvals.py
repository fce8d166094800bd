"""Whether the viewer may put somebody into a collection, written into Accounts that are made for all.

The bytes of an Account say what holds for everybody who is signed in; for visitors it is "denied", and
where it hangs on who follows whom ("unknown") that is looked up, for all of a page at once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from stoa.core.accounts import views as account_views
from stoa.core.accounts.featuring import policy_of, standing
from stoa.core.relationships import views as relationships
from stoa.db import Connection

# In a string the quotes would be escaped; the first is the account's own, before that of `moved`.
_STANDING = re.compile(rb'"current_user":"(\w+)"')


async def settled(conn: Connection, people: Mapping[int, bytes], viewer_id: int | None) -> dict[int, bytes]:
    """id → Account, as the viewer gets it.  At most three queries, and none where nothing is open."""
    if viewer_id is None:
        return {one: _say(body, "denied") for one, body in people.items()}
    found = dict(people)
    unclear = [one for one, body in people.items() if _says(body) == b"unknown"]
    if unclear:
        accounts = await account_views.load(conn, unclear)
        for tie in await relationships.relationships(conn, viewer_id, unclear, with_suspended=True):
            if tie.id in accounts:
                policy = policy_of(accounts[tie.id])
                answer = standing(
                    policy, follows=tie.following, followed=tie.followed_by, own=tie.id == viewer_id
                )
                found[tie.id] = _say(found[tie.id], answer)
    return found


def _says(body: bytes) -> bytes:
    match = _STANDING.search(body)
    return b"" if match is None else match[1]


def _say(body: bytes, standing: str) -> bytes:
    return _STANDING.sub(b'"current_user":"%s"' % standing.encode(), body, count=1)
