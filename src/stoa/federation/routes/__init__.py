"""What other servers can GET.  A handler takes an Asked, and for what belongs to somebody who lives
here their row (`here.by_id`); it returns a Response, or raises HTTPError or core's NotFound.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from stoa.asgi.errors import HTTPError
from stoa.asgi.responses import Response
from stoa.core.errors import NotFound
from stoa.db import Row
from stoa.federation import here
from stoa.federation.access import Asked
from stoa.federation.documents import answer
from stoa.federation.render.context import with_context

Handler: TypeAlias = Callable[[Asked], Awaitable[Response]]
PersonHandler: TypeAlias = Callable[[Asked, Row], Awaitable[Response]]

PAGE_ITEMS = 40


def number_of(asked: Asked, name: str, default: int) -> int:
    """The id that the query's parameter *name* holds.  Raises HTTPError 400 for anything else."""
    given = asked.request.query.get(name)
    if given is None:
        return default
    found = here.as_number(given) if isinstance(given, str) else None
    if found is None:
        raise HTTPError(400, f"{name} must be a number.")
    return found


def wants_page(asked: Asked) -> bool:
    """Whether a page of a collection was asked for, and not its cover."""
    return asked.request.query.get("page") in ("true", "1")


def id_in(text: str) -> int:
    """The id that *text*, a part of the path, is.  Raises NotFound."""
    found = here.as_number(text)
    if found is None:
        raise NotFound
    return found


def collection(asked: Asked, document: dict[str, object]) -> Response:
    """*document*, a collection or a page of one, as it is sent."""
    return answer(asked.request, with_context(document), asked.headers())


async def require_welcome(asked: Asked, person: Row) -> int | None:
    """Whoever asks for something of *person*'s, where everybody has to sign; else None.

    Raises HTTPError 401 or 403; NotFound where *person* is suspended or blocks them.
    """
    if person.suspended_at is not None:
        raise NotFound
    signer = await asked.require_signer()
    if signer is not None:
        async with asked.door.house.db.read() as conn:
            if await here.is_blocked(conn, person.id, signer):
                raise NotFound
    return signer
