"""The one exception that stands for an HTTP answer.

Whoever reads a request raises it; the App turns it into JSON or a page.  The message is shown to
the other side, so it never holds more than the other side may know.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class HTTPError(Exception):
    """An answer of *status* with a sentence; *extra* joins the JSON body, *headers* the head."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        headers: Mapping[str, str] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = dict(headers or {})
        self.extra = extra


class ClientGone(Exception):
    """The other side hung up while we read its body; there is nobody left to answer."""
