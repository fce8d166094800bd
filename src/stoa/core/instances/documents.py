"""What the house has written down: privacy policy, terms of service, a longer description.

In Markdown, in versions: each holds from a day on, and terms that no longer hold can still be read.  The
only writes to `documents`.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Literal, NamedTuple

from sqlalchemy import Text, bindparam, delete, select

from stoa import ids, text
from stoa.core.errors import NotFound, Unprocessable
from stoa.db import Connection, Query, insert
from stoa.db.tables import documents

Kind = Literal["privacy_policy", "terms_of_service", "extended_description"]
KINDS: tuple[Kind, ...] = ("privacy_policy", "terms_of_service", "extended_description")
MAX_CHARACTERS = 200_000

# True of every house until it says something else.
PRIVACY = """\
## What is kept

- What you tell us when you join: a user name, an e-mail address, a password (only in a form from which it
  cannot be had back), and your reason where one is asked for.
- What you write, the files you add, whom you follow, block and mute, what you favour and keep.
- For each of your sessions the address it came from and the name of the browser, so that you can see and
  end them.

## Who sees it

- Public posts and profiles are for everybody, here and on other servers, and stay there until those delete
  them too.
- Posts for followers or for those mentioned are sent to the servers of these people and shown to nobody
  else. Whoever runs a server can read what it holds: share nothing secret.
- Nothing is sold, there is no advertising, and no page asks another server for anything.

## What you can do

You can change and delete what you have written, end your sessions, and ask the people who look after this
server to delete your account.
"""


class Document(NamedTuple):
    """A version of one of them; *content* is HTML, *effective_on* a day such as 2026-11-23."""

    kind: Kind
    text: str
    content: str
    effective_on: str
    created_at: int


_versions = Query(
    select(
        documents.c.kind,
        documents.c.text,
        documents.c.content,
        documents.c.effective_on,
        documents.c.created_at,
    )
    .where(documents.c.kind == bindparam("kind", type_=Text))
    .order_by(documents.c.effective_on)
)
_add = insert(documents, "id", "kind", "text", "content", "effective_on", "created_at")
_remove = Query(
    delete(documents).where(
        documents.c.kind == bindparam("kind", type_=Text),
        documents.c.effective_on == bindparam("day", type_=Text),
    )
)


def today() -> str:
    """The day it is (UTC), as documents name theirs."""
    return datetime.fromtimestamp(ids.now_ms() / 1000, UTC).date().isoformat()


async def versions(conn: Connection, kind: Kind) -> list[Document]:
    """All versions, the oldest first."""
    return [Document(*row) for row in await conn.all(_versions, kind=kind)]


async def current(conn: Connection, kind: Kind) -> Document | None:
    """The version that holds today, if there is any."""
    return held_on(await versions(conn, kind), today())


def held_on(found: list[Document], day: str) -> Document | None:
    """The one of *found* (oldest first) that holds on *day*."""
    return next((one for one in reversed(found) if one.effective_on <= day), None)


def default_privacy_policy() -> Document:
    """What holds where nobody has written one."""
    return Document("privacy_policy", PRIVACY, _html(PRIVACY), "2026-11-23", 1_795_392_000_000)


async def put(conn: Connection, kind: Kind, words: str, effective_on: str | None = None) -> Document:
    """A version that holds from *effective_on* (today) on, in the place of one of that day.

    Raises Unprocessable.
    """
    day = effective_on or today()
    try:
        date.fromisoformat(day)
    except ValueError:
        raise Unprocessable(f"{day!r} is no day; write it as 2026-11-23.") from None
    if not words.strip():
        raise Unprocessable("It is empty.")
    if len(words) > MAX_CHARACTERS:
        raise Unprocessable(f"It may have {MAX_CHARACTERS} characters; this has {len(words)}.")
    made = Document(kind, words, _html(words), day, ids.now_ms())
    await conn.run(_remove, kind=kind, day=day)
    await conn.run(_add, id=ids.new_id(), **made._asdict())
    return made


async def remove(conn: Connection, kind: Kind, effective_on: str) -> None:
    """Forget a version.  Raises NotFound."""
    if not await conn.run(_remove, kind=kind, day=effective_on):
        raise NotFound(f"There is no {kind} of {effective_on}.")


def _html(words: str) -> str:
    return text.render(
        words, "text/markdown", mentions={}, tag_url=lambda name: f"/tags/{name}", local_domain=""
    ).html.strip()
