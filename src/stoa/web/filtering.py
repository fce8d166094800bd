"""What a member has filtered: left out of a list, folded away behind the filter's name, or its pictures
covered.  Never their own words.  Whoever has no filters pays one query.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from stoa import ids, text
from stoa.core.filters import views
from stoa.core.filters.model import Context, results
from stoa.db import Connection
from stoa.locales.speaking import gettext
from stoa.web.showing import Shown


async def narrowed(
    conn: Connection, shown: Sequence[Shown], viewer_id: int | None, context: Context, *, keep: bool = False
) -> list[Shown]:
    """*shown* as the viewer wants to meet it in *context*.  *keep*: what is to be hidden is folded away
    instead, where the others would not be understood without it.
    """
    if viewer_id is None or not shown:
        return list(shown)
    now = ids.now_ms()
    filters = [
        one for one in await views.mine(conn, viewer_id) if context in one.contexts and one.holds_at(now)
    ]
    if not filters:
        return list(shown)
    found = []
    for one in shown:
        if one.account.id == viewer_id:
            found.append(one)
            continue
        reasons = results(filters, _words(one), (one.head.id, one.status.id))
        actions = {reason.filter.action for reason in reasons}
        if "hide" in actions and not keep:
            continue
        if actions & {"warn", "hide"}:
            found.append(_folded(one, ", ".join(reason.filter.title for reason in reasons)))
        elif actions:
            found.append(msgspec.structs.replace(one, filtered="covered"))
        else:
            found.append(one)
    return found


def _folded(post: Shown, names: str) -> Shown:
    """*post* behind a warning of ours, which says nothing of what it says itself."""
    warning = gettext("Filtered: %(names)s") % {"names": names}
    return msgspec.structs.replace(
        post,
        status=msgspec.structs.replace(post.status, spoiler_text=warning),
        given=post.prose._replace(title=None, kicker=None),
        filtered="folded",
    )


def _words(post: Shown) -> str:
    """All that a reader would read: title, warning, text, choices, what pictures are said to show."""
    status = post.status
    choices = [] if post.poll is None else [option.title for option in post.poll.options]
    pictures = [one.description or "" for one in status.media]
    return "\n".join(
        [status.title or "", status.spoiler_text, text.plain_text(status.content), *choices, *pictures]
    )
