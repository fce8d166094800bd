"""`stoa trends …`: what many use just now, and letting it be shown (STOA_TRENDS)."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from sqlalchemy import Text, bindparam, select

from stoa.core.errors import NotFound, Unprocessable
from stoa.core.house import House
from stoa.core.links import views as links
from stoa.core.statuses import tags as hashtags
from stoa.core.trends import store, views
from stoa.core.trends.model import KEPT, Kind, Reviewed, Subject
from stoa.db import Connection, Query, any_of
from stoa.db.tables import accounts, statuses, tags
from stoa.db.tables.base import Id

_tag_names = Query(select(tags.c.id, tags.c.name).where(any_of(tags.c.id, "ids")))
_addresses = Query(
    select(statuses.c.id, statuses.c.url, statuses.c.uri).where(any_of(statuses.c.id, "ids"))
)
_status = Query(select(statuses.c.id).where(statuses.c.id == bindparam("id", type_=Id)))
_account = Query(
    select(accounts.c.id).where(
        accounts.c.username_key == bindparam("name", type_=Text),
        accounts.c.domain == bindparam("domain", type_=Text),
    )
)
KINDS: tuple[Kind, ...] = ("tag", "link", "status")
_WORDS = {None: "waits", True: "shown", False: "not shown"}


async def list_all(house: House, options: argparse.Namespace) -> tuple[Any, str]:
    """All trends, with what was decided of them."""
    data: list[dict[str, Any]] = []
    async with house.db.read() as conn:
        for kind in KINDS:
            those = await views.for_review(conn, kind, limit=KEPT)
            names = await _names(conn, kind, those)
            data += [
                {
                    "kind": kind,
                    "id": str(one.subject_id),
                    "name": names[one.subject_id],
                    "score": round(one.score, 2),
                    "language": one.language,
                    "allowed": one.allowed,
                }
                for one in those
                if one.subject_id in names
            ]
    lines = [
        f"{one['kind']:7} {one['name']}  {one['score']}  "
        f"{_words(one['allowed'], house.settings.trends)}  (id {one['id']})"
        for one in data
    ]
    return data, "\n".join(lines) or "Nothing is a trend just now."


def _words(allowed: bool | None, mode: str) -> str:
    if mode == "off":
        return "trends are off"
    return "shown" if allowed is None and mode == "all" else _WORDS[allowed]


async def _names(conn: Connection, kind: Kind, those: list[Reviewed]) -> dict[int, str]:
    found = [one.subject_id for one in those]
    if kind == "tag":
        return {row.id: f"#{row.name}" for row in await conn.all(_tag_names, ids=found)}
    if kind == "link":
        return {one.id: one.url for one in (await links.load(conn, found)).values()}
    return {row.id: row.url or row.uri for row in await conn.all(_addresses, ids=found)}


async def decide(house: House, options: argparse.Namespace) -> tuple[Any, str]:
    """Something may be shown among the trends, or not."""
    async with house.db.write() as conn:
        subject_id = await _subject(conn, options.kind, options.name, house.settings.domain)
        await store.decide(conn, options.kind, subject_id, allowed=options.allowed, by=None)
    data = {"kind": options.kind, "id": str(subject_id), "allowed": options.allowed}
    return data, f"{options.name} {'may' if options.allowed else 'may not'} be shown among the trends."


async def _subject(conn: Connection, kind: Subject, name: str, here: str) -> int:
    found: int | None
    if kind == "tag":
        found = await hashtags.find(conn, hashtags.checked_name(name))
    elif kind == "link":
        card = await links.by_url(conn, name)
        found = None if card is None else card.id
    elif kind == "account":
        username, _, domain = name.lstrip("@").lower().partition("@")
        found = await conn.scalar(_account, name=username, domain="" if domain == here else domain)
    else:
        if not (name.isascii() and name.isdigit() and int(name) < 2**63):
            raise Unprocessable(f"{name!r} is no id; `stoa trends list` shows them.")
        found = await conn.scalar(_status, id=int(name))
    if found is None:
        raise NotFound(f"There is no {kind} {name} here.")
    return found


def add_to(
    verbs: Any, shared: argparse.ArgumentParser, in_house: Callable[[Any], Callable[[Any, Any], None]]
) -> None:
    """`stoa trends …`."""
    trends = verbs.add_parser("trends", help="what many use just now").add_subparsers(
        required=True, metavar="VERB"
    )
    one = trends.add_parser("list", parents=[shared], help="all of it, and what was decided")
    one.set_defaults(act=in_house(list_all))
    for name, allowed, words in (
        ("approve", True, "let something be shown"),
        ("reject", False, "keep something from being shown"),
    ):
        one = trends.add_parser(name, parents=[shared], help=words)
        one.add_argument(
            "kind", choices=["tag", "link", "status", "account"], help="account: all their posts"
        )
        one.add_argument(
            "name", metavar="NAME", help="of a hashtag or an account; an address; the id of a post"
        )
        one.set_defaults(act=in_house(decide), allowed=allowed)
