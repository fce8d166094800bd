"""Why a request did not bring what was asked for.  One sentence each, fit for a log and for a person."""

from __future__ import annotations


class NotFetched(Exception):
    """The request to *url* failed for *reason*.  Raised as one of the kinds below."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"{url[:200]}: {reason}")
        self.url = url
        self.reason = reason


class Refused(NotFetched):
    """We do not go there: the URL, the address, the port or the redirect is not one we allow.  Final."""


class Unreachable(NotFetched):
    """No such name, no connection, or no valid certificate.  May be tried again later."""


class TooSlow(NotFetched):
    """The deadline passed.  May be tried again later."""


class TooLarge(NotFetched):
    """The answer has more bytes than were asked for."""


class BadAnswer(NotFetched):
    """What came is not HTTP that we can read."""


class BadStatus(NotFetched):
    """An answer came, but not a 2xx; *status* says which."""

    def __init__(self, url: str, status: int) -> None:
        super().__init__(url, f"the answer was {status}")
        self.status = status
