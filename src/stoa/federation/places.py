"""Places for those who are being sent something: most for servers that answer, some for slow ones.

Whoever has not answered after a moment moves aside, so that however many slow servers there are, there
is a place for the others.  No network, no database.
"""

from __future__ import annotations

QUICK = 128
SLOW = 256
DOUBTFUL = 64
"""Of those for slow ones: how many may be begun there."""


class Places:
    """How many are taken."""

    def __init__(self) -> None:
        self.quick = 0
        self.slow = 0

    @property
    def free(self) -> int:
        """How many servers that answer may be begun."""
        return QUICK - self.quick

    @property
    def free_for_doubtful(self) -> int:
        """How many of the others."""
        return max(0, min(DOUBTFUL, SLOW) - self.slow)

    def take(self, *, doubtful: bool) -> Place:
        """A place; to be left."""
        return Place(self, slow=doubtful)


class Place:
    """One of them."""

    def __init__(self, places: Places, *, slow: bool) -> None:
        self._places = places
        self.slow = slow
        self._count(1)

    def move_aside(self) -> bool:
        """Make room for others who answer sooner, where there is room for this one; whether it was
        done.
        """
        if self.slow or self._places.slow >= SLOW:
            return False
        self._count(-1)
        self.slow = True
        self._count(1)
        return True

    def leave(self) -> None:
        """It is free."""
        self._count(-1)

    def _count(self, by: int) -> None:
        if self.slow:
            self._places.slow += by
        else:
            self._places.quick += by
