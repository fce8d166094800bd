"""One attempt at one delivery: signed, sent, judged (F6.3).

    2xx                       done
    410                       done with: whoever had that inbox is gone
    other 4xx, 501            done with, but for 401, 408, 421, 425 and 429
    other answers             later; a 5xx counts against the server
    with a Retry-After, 429   later, and the whole server is left alone for as long
    no answer                 later; the whole server is left alone

A server that refuses one kind of signature is sent the other, once (F4.10).  Stores nothing.
"""

from __future__ import annotations

import random
from collections import OrderedDict
from typing import Literal

import msgspec

from stoa.core.errors import NotFound
from stoa.core.instances.health import Scheme
from stoa.db import Row
from stoa.federation import signatures
from stoa.federation.due import Letter
from stoa.federation.keys import SigningKey
from stoa.federation.own_keys import OwnKeys
from stoa.federation.pauses import retry_after
from stoa.http_client import BadAnswer, Fetched, HttpClient, NotFetched, Refused

CONTENT_TYPE = "application/activity+json"
DAY_MS = 24 * 3600 * 1000
LONGEST_MS = 7 * DAY_MS
"""How long one delivery is tried."""
FIRST_RETRY_MS = 15_000
LONGEST_RETRY_MS = DAY_MS // 2
TOO_MANY_MS = 60_000
NEITHER_MS = 3600 * 1000
MOST_NEITHER = 10_000

_AGAIN = frozenset({400, 401, 403})
_LATER = frozenset({401, 408, 421, 425, 429})


class Outcome(msgspec.Struct, frozen=True):
    """What came of it.

    *end*: "done", "refused" (for good), "gone", "later".  *answered*: there was an answer that does
    not count against the server.  *failing*: what counts against it.  *pause*: for how many
    milliseconds it wants to be left alone.  *scheme*: the kind of signature it took, where that is news.
    """

    end: Literal["done", "refused", "gone", "later"]
    reason: str = ""
    answered: bool = True
    failing: Literal["", "error", "unreachable"] = ""
    pause: int = 0
    scheme: Scheme | None = None


class Attempts:
    """Makes them, for everything that goes out of this process."""

    def __init__(self, http: HttpClient, own_keys: OwnKeys) -> None:
        self._http = http
        self._keys = own_keys
        # Hosts that took neither kind of signature, and until when they are sent one kind alone.
        self._neither: OrderedDict[str, int] = OrderedDict()

    async def make(self, host: str, letter: Letter, to: Row, likely: Scheme | None, now: int) -> Outcome:
        """What became of *letter*, delivered *to* a row of `deliveries` at *host*, which last took
        signatures of the kind *likely*.
        """
        headers = {"Content-Type": CONTENT_TYPE, **letter.headers, **to.headers}
        schemes: tuple[Scheme, Scheme] = ("cavage", "rfc9421")
        first, second = schemes if likely != "rfc9421" else schemes[::-1]
        try:
            pair = await self._keys.of(letter.account_id)
            answer = await self._post(to.inbox, letter.body, headers, pair.rsa, first)
            scheme: Scheme | None = None
            if answer.status in _AGAIN and self._neither.get(host, 0) <= now:
                again = await self._post(to.inbox, letter.body, headers, pair.rsa, second)
                if again.status in _AGAIN:
                    self._remember_neither(host, now)
                else:
                    answer, scheme = again, second
        except NotFound:
            return Outcome("refused", "its author is not here any more", answered=False)
        except Refused as failure:
            return Outcome("refused", failure.reason, answered=False)
        except NotFetched as failure:
            kind: Literal["error", "unreachable"] = (
                "error" if isinstance(failure, BadAnswer) else "unreachable"
            )
            return Outcome("later", failure.reason, answered=False, failing=kind)
        return judge(answer, now, scheme)

    async def _post(
        self, inbox: str, body: bytes, headers: dict[str, str], key: SigningKey, scheme: Scheme
    ) -> Fetched:
        return await self._http.post(inbox, body, headers, signer=signatures.signer(key, scheme=scheme))

    def _remember_neither(self, host: str, now: int) -> None:
        self._neither[host] = now + NEITHER_MS
        self._neither.move_to_end(host)
        if len(self._neither) > MOST_NEITHER:
            self._neither.popitem(last=False)


def judge(answer: Fetched, now: int, scheme: Scheme | None = None) -> Outcome:
    """What *answer* means."""
    status = answer.status
    if answer.is_ok:
        return Outcome("done", scheme=scheme)
    reason = f"the answer was {status}"
    if status == 410:
        return Outcome("gone", reason, scheme=scheme)
    if status == 501 or (400 <= status < 500 and status not in _LATER):
        return Outcome("refused", reason, scheme=scheme)
    pause = retry_after(answer.headers, now) if status in _LATER or status >= 500 else 0
    if status >= 500:
        return Outcome("later", reason, answered=False, failing="error", pause=pause, scheme=scheme)
    if status == 429:
        pause = pause or TOO_MANY_MS
    return Outcome("later", reason, pause=pause, scheme=scheme)


def retry_ms(attempts: int) -> int:
    """How long a delivery waits that was tried *attempts* times before this one: 15 s, four times as
    long each time up to half a day, give or take a fifth; some twenty tries in LONGEST_MS.
    """
    pause = min(FIRST_RETRY_MS * 4 ** min(attempts, 10), LONGEST_RETRY_MS)
    return int(pause * random.uniform(0.8, 1.2))  # noqa: S311  no secret hangs on it
