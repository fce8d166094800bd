"""Words as people use them: a few all the time, most hardly ever."""

from __future__ import annotations

import random
from itertools import accumulate

VOCABULARY = 20_000
SYLLABLES = [one + two for one in "bdfghklmnprstvwz" for two in ("a", "e", "i", "o", "u", "ai", "el", "on")]
COMMON = "water"  # in every third post
SELDOM = "gauge"  # in one of a hundred
RARE = "lighthouse"  # in one of two thousand


class Words:
    """Texts made of them.  *chance* decides."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        known: dict[str, None] = {}
        while len(known) < VOCABULARY:
            known["".join(chance.choices(SYLLABLES, k=chance.randint(1, 4)))] = None
        self.all = list(known)
        self._weights = list(accumulate(1 / (place + 3) for place in range(VOCABULARY)))

    def one(self) -> str:
        """A word, each as likely as another."""
        return self._chance.choice(self.all)

    def some(self, count: int) -> list[str]:
        """*count* words, the common ones more often."""
        return self._chance.choices(self.all, cum_weights=self._weights, k=count)

    def text(self, place: int) -> str:
        """What the post of that number says: 35 words, most of the time."""
        said = self.some(self._chance.randint(10, 60))
        if place % 3 == 0:
            said.append(COMMON)
        if place % 100 == 0:
            said.append(SELDOM)
        if place % 2000 == 0:
            said.append(RARE)
        return " ".join(said) + "."
