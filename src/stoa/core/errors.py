"""What core raises when it says no.  Doors turn these into their own answers; nothing else may leak."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

Code = Literal[
    "ERR_BLANK",
    "ERR_INVALID",
    "ERR_TAKEN",
    "ERR_ACCEPTED",
    "ERR_RESERVED",
    "ERR_TOO_SHORT",
    "ERR_TOO_LONG",
    "ERR_BLOCKED",
    "ERR_INCLUSION",
]


class NotFound(Exception):
    """It is not there, or the viewer may not know that it is."""


class Forbidden(Exception):
    """The viewer may see it but not do this; the message says what would be needed."""


class Unprocessable(Exception):
    """The request is understood and cannot be done; the message says why, in plain words."""


class Problem(NamedTuple):
    """One thing wrong with one field.  Codes are those of Mastodon's registration errors."""

    code: Code
    description: str


class Invalid(Unprocessable):
    """Fields that do not fit.  *details* is field → problems."""

    def __init__(self, details: Mapping[str, Sequence[Problem]]) -> None:
        self.details = details
        parts = ", ".join(
            f"{field.replace('_', ' ').capitalize()} {problem.description}"
            for field, problems in details.items()
            for problem in problems
        )
        super().__init__(f"Validation failed: {parts}")


class TooMany(Exception):
    """A limit on how often something may be done was reached."""
