"""Fetching pictures, films and sounds of other servers, as a stranger would: unsigned, without cookies,
with nothing of whoever wants to see them.

Knows addresses alone; what the bytes are and who may see them is the business of core/media.
"""

from __future__ import annotations

from pathlib import Path

from stoa.core.ports import NotCollected
from stoa.http_client import BadStatus, HttpClient, NotFetched, Refused, TooLarge

# What does not change by asking again.
_FINAL = (400, 401, 403, 404, 405, 406, 410, 451)


class Files:
    """core/ports.py: Collector."""

    def __init__(self, http: HttpClient) -> None:
        self._http = http

    async def collect(self, url: str, file: Path, *, accept: str, limit_bytes: int, seconds: float) -> None:
        """Write what is at *url* into *file*.  Raises NotCollected."""
        try:
            with file.open("wb") as into:
                answer = await self._http.get(
                    url, accept=accept, limit_bytes=limit_bytes, deadline=seconds, into=into
                )
            answer.require_ok()
        except BadStatus as failure:
            raise NotCollected(str(failure), final=failure.status in _FINAL) from None
        except NotFetched as failure:
            raise NotCollected(str(failure), final=isinstance(failure, Refused | TooLarge)) from None
