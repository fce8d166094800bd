"""Documents as bytes, kept while what they say is right; and the answers that carry them.

Making one costs queries and as much again for writing it out, and a post that goes round is asked for
by a thousand servers within minutes.  Each is kept under all that it depends on (a version, counts)
and for a short while only, since a picture or a name in it may change without a trace.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Hashable, Mapping
from typing import Any, NamedTuple

import orjson

from stoa.asgi import responses
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.federation.negotiate import ACTIVITY_JSON

BUDGET_BYTES = 16 * 1024 * 1024
SECONDS = 60.0


class Document(NamedTuple):
    """A document as it is sent."""

    body: bytes
    etag: str


def written(document: Mapping[str, Any]) -> Document:
    """*document* as it is sent."""
    body = orjson.dumps(document)
    return Document(body, f'"{hashlib.sha256(body).hexdigest()[:20]}"')


class Documents:
    """The documents made lately, up to *budget* bytes; the oldest make room."""

    def __init__(self, budget: int = BUDGET_BYTES, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._budget = budget
        self._clock = clock
        self._used = 0
        self._kept: dict[Hashable, tuple[float, Document]] = {}

    def get(self, key: Hashable) -> Document | None:
        """What was made for *key* less than SECONDS ago."""
        found = self._kept.get(key)
        if found is None:
            return None
        if self._clock() - found[0] > SECONDS:
            self._drop(key)
            return None
        return found[1]

    def put(self, key: Hashable, document: Mapping[str, Any]) -> Document:
        """*document* as it is sent, kept for *key*."""
        made = written(document)
        self._drop(key)
        self._kept[key] = (self._clock(), made)
        self._used += len(made.body)
        while self._used > self._budget:
            self._drop(next(iter(self._kept)))
        return made

    def _drop(self, key: Hashable) -> None:
        found = self._kept.pop(key, None)
        if found is not None:
            self._used -= len(found[1].body)


def answer(
    request: Request,
    document: Document | Mapping[str, Any],
    headers: Mapping[str, str],
    *,
    status: int = 200,
    content_type: str = ACTIVITY_JSON,
) -> Response:
    """*document* with its ETag, or 304 for who has it already."""
    found = document if isinstance(document, Document) else written(document)
    if status == 200 and responses.etag_matches(request.header("if-none-match"), found.etag):
        return responses.not_modified(found.etag, headers)
    return responses.json_bytes(
        found.body, status, {**headers, "etag": found.etag}, content_type=content_type
    )
