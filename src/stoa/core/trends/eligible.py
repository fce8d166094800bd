"""What may be a trend at all, as conditions in SQL; asked when trends are computed and again when they
are read.

1. A public post, that is no boost, with neither a warning before it nor before its pictures.
2. Its author wants to be found, is here, and is neither suspended nor limited.
3. A post that is a trend itself answers nobody.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_

from stoa.db.tables import accounts, remote_actors


def is_open(s: Any) -> ColumnElement[bool]:
    """Condition 1, on the row of *s* (statuses, or an alias)."""
    return and_(
        s.c.visibility == "public",
        s.c.reblog_of_id.is_(None),
        s.c.sensitive.is_(False),
        s.c.spoiler_text == "",
    )


def wants_to_be_found(s: Any) -> ColumnElement[bool]:
    """Condition 2."""
    author, elsewhere = accounts.alias(), remote_actors.alias()
    return and_(
        exists().where(
            author.c.id == s.c.account_id,
            author.c.discoverable,
            author.c.suspended_at.is_(None),
            author.c.limited_at.is_(None),
            or_(author.c.sensitized_at.is_(None), s.c.has_media.is_(False)),
        ),
        ~exists().where(elsewhere.c.account_id == s.c.account_id, elsewhere.c.members_only),
    )
