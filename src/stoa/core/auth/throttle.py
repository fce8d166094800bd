"""How often something may be tried: counters in memory, forgotten with the process.

They slow guessing down; what must survive a restart (a user's failed sign-ins) is in the database.
Memory is bounded: past MAX_KEYS the counters touched longest ago are forgotten.
"""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from weakref import WeakKeyDictionary

from stoa import ids
from stoa.core.errors import TooMany
from stoa.db import Database

MAX_KEYS = 20_000
MAX_FAILED_SIGN_INS = 10
LOCK_SECONDS = 10 * 60


class Throttle:
    """At most *times* in *seconds* for each key, counted from the first of them."""

    def __init__(self, times: int, seconds: int) -> None:
        self.times = times
        self.seconds = seconds
        self._counts: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def check(self, key: str) -> None:
        """Raise TooMany when *key* has used up its tries."""
        since, count = self._counts.get(key, (0, 0))
        if count >= self.times and ids.now_ms() - since < self.seconds * 1000:
            minutes = max(1, (self.seconds * 1000 - (ids.now_ms() - since)) // 60_000)
            unit = "minute" if minutes == 1 else "minutes"
            raise TooMany(f"Too many tries; wait {minutes} {unit} and try again.")

    def count(self, key: str) -> None:
        """Note one try."""
        now = ids.now_ms()
        since, count = self._counts.pop(key, (now, 0))
        if now - since >= self.seconds * 1000:
            since, count = now, 0
        self._counts[key] = (since, count + 1)
        if len(self._counts) > MAX_KEYS:
            self._counts.popitem(last=False)

    def use(self, key: str) -> None:
        """`check`, then `count`."""
        self.check(key)
        self.count(key)

    def forget(self, key: str) -> None:
        """Start anew for *key*."""
        self._counts.pop(key, None)


def network(ip: str) -> str:
    """What counts as one place: the IPv4 address, or the /64 that one IPv6 household has."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return ip
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((int(address) >> 64 << 64, 64)))
    return ip


class Throttles:
    """Those of one house: what of signing in, signing up and looking things up elsewhere is counted, and
    how much of it is allowed.
    """

    def __init__(self) -> None:
        self.sign_ins_of_place = Throttle(50, 10 * 60)
        # Also for addresses nobody has here: a lock must not tell who has an account.
        self.sign_ins_of_email = Throttle(MAX_FAILED_SIGN_INS, LOCK_SECONDS)
        # Codes, by account: whoever tries them knows the password.
        self.second_proofs = Throttle(10, 15 * 60)
        self.registrations = Throttle(10, 30 * 60)
        self.letters_of_place = Throttle(20, 60 * 60)
        self.letters_of_account = Throttle(5, 60 * 60)
        self.token_requests = Throttle(300, 5 * 60)
        self.apps = Throttle(60, 10 * 60)
        # What a member has us ask other servers for.
        self.lookups = Throttle(60, 5 * 60)
        self.translations = Throttle(60, 30 * 60)
        # What visitors and browsers do: servers of handles, and files of others that are not here yet.
        self.lookups_of_place = Throttle(20, 5 * 60)
        self.files_of_place = Throttle(900, 5 * 60)
        # Everything that somebody has here, pictures and all.
        self.archives = Throttle(10, 60 * 60)
        # Books are bound while one waits, pictures and all.
        self.books_of_place = Throttle(30, 10 * 60)


_houses: WeakKeyDictionary[Database, Throttles] = WeakKeyDictionary()


def throttles(db: Database) -> Throttles:
    """The counters that go with *db*, as long as it is open in this process."""
    found = _houses.get(db)
    if found is None:
        found = _houses[db] = Throttles()
    return found
