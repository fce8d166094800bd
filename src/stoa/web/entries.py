"""Posts in lists as HTML, kept while they would come out the same.

Most of what a timeline costs is writing out its posts, and many read the same ones.  What was written
is kept beside what it was made of; only where all of that is equal is it given out again, so that
nobody sees what is another's, or old.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from weakref import WeakKeyDictionary

from markupsafe import Markup

from stoa.core.auth.model import Preferences
from stoa.core.house import House
from stoa.db import Database
from stoa.locales import dates, speaking
from stoa.web.session import Viewer
from stoa.web.showing import Shown

BUDGET = 24 * 1024 * 1024
"""Characters kept for a house, the posts not counted that they were made of."""


class Entries:
    """Those of one house, the longest unused of them let go where there are too many."""

    def __init__(self, budget: int = BUDGET) -> None:
        self._budget = budget
        self._used = 0
        self._kept: OrderedDict[Hashable, tuple[Shown, Markup]] = OrderedDict()

    def of(self, post: Shown, seen: tuple[Hashable, ...], write: Callable[[Shown], Markup]) -> Markup:
        """*post* as *write* has it; *seen*: what else that depends on."""
        key = (post.head, *seen)
        found = self._kept.get(key)
        if found is not None and found[0] == post:
            self._kept.move_to_end(key)
            return found[1]
        made = write(post)
        self._used += len(made) - (len(found[1]) if found is not None else 0)
        self._kept[key] = (post, made)
        while self._used > self._budget:
            _, (_, gone) = self._kept.popitem(last=False)
            self._used -= len(gone)
        return made


_houses: WeakKeyDictionary[Database, Entries] = WeakKeyDictionary()


def kept_entry(
    house: House,
    post: Shown,
    write: Callable[[Shown], Markup],
    viewer: Viewer | None,
    liking: Preferences,
    plain: bool,
    now: int,
) -> Markup:
    """The entry that *write* makes of *post*, for *viewer*, who likes things as *liking* says."""
    if post.poll is not None or post.quote is not None:
        return write(post)  # the one holds a form of the viewer's own, the other a second moment
    kept = _houses.get(house.db)
    if kept is None:
        kept = _houses[house.db] = Entries()
    whose = None if viewer is None else viewer.account_id == post.account.id
    age = dates.stage(post.status.created_at, now)
    wishes = (plain, liking.fold, liking.expand_media, liking.expand_spoilers)
    return kept.of(post, (speaking.language(), whose, age, wishes), write)
