"""Which passage of a post a reply is about.

The passage is kept by its words; where it stands today is for whoever shows it to find
(`stoa.text.passages`), since the text may change, here or elsewhere.  The only writes to
`reply_anchors`.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import bindparam, delete, select

from stoa import text
from stoa.core.errors import Unprocessable
from stoa.core.policy.draft import Draft
from stoa.db import Connection, Query, Row, any_of, upsert
from stoa.db.tables import reply_anchors, statuses
from stoa.text import Passage

_words = Query(select(statuses.c.content).where(statuses.c.id == bindparam("status")))
_put = upsert(reply_anchors, "status_id", "exact", "prefix", "suffix", key=["status_id"])
_drop = Query(delete(reply_anchors).where(reply_anchors.c.status_id == bindparam("status")))
_of = Query(
    select(
        reply_anchors.c.status_id, reply_anchors.c.exact, reply_anchors.c.prefix, reply_anchors.c.suffix
    ).where(any_of(reply_anchors.c.status_id, "ids"))
)


async def stands(conn: Connection, draft: Draft, parent: Row) -> Passage:
    """The passage of *draft*, written here, as it stands in *parent*, a row of `require_visible`.

    Raises Unprocessable where it does not, where it is too long, and where a reply for everybody would
    quote what is not for everybody.
    """
    assert draft.passage is not None  # asked only then
    if len(draft.passage.exact) > text.MAX_EXACT:
        raise Unprocessable(f"A passage to reply to can have {text.MAX_EXACT} characters.")
    if parent.visibility in ("private", "direct") and draft.visibility in ("public", "unlisted"):
        raise Unprocessable("This post is not for everybody; a reply that quotes it cannot be either.")
    words = text.squeezed(text.plain_text(await conn.scalar(_words, status=parent.id) or ""))
    found = text.find_passage(words, draft.passage)
    if found is None or not found[1] - found[0] <= text.MAX_EXACT:
        raise Unprocessable(
            "The passage that you reply to does not stand in the post any more. Choose another, or reply to"
            " the whole post."
        )
    return text.quoted(words, *found)


async def put(conn: Connection, status_id: int, passage: Passage | None) -> None:
    """The reply is about *passage* of what it answers; about all of it where that is None."""
    if passage is None:
        await conn.run(_drop, status=status_id)
        return
    await conn.run(
        _put, status_id=status_id, exact=passage.exact, prefix=passage.prefix, suffix=passage.suffix
    )


async def of(conn: Connection, status_ids: Collection[int]) -> dict[int, Passage]:
    """Those of the replies that are about a passage → which."""
    if not status_ids:
        return {}
    rows = await conn.all(_of, ids=list(status_ids))
    return {row.status_id: Passage(row.exact, row.prefix, row.suffix) for row in rows}
