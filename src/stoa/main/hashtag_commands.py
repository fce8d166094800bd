"""`stoa hashtags …`: those that nobody may use who writes here."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from stoa.core.house import House
from stoa.core.statuses import tags


async def list_forbidden(house: House, options: argparse.Namespace) -> tuple[Any, str]:
    """Those that are forbidden."""
    async with house.db.read() as conn:
        names = await tags.forbidden(conn)
    return names, "\n".join(f"#{name}" for name in names) or "Every hashtag may be used."


async def allow(house: House, options: argparse.Namespace) -> tuple[Any, str]:
    """A hashtag may be used here, or not."""
    name = tags.checked_name(options.name)
    async with house.db.write() as conn:
        await tags.allow(conn, name, usable=options.usable)
    words = "may be used here" if options.usable else "may not be used in new posts here, and is no trend"
    return {"name": name, "usable": options.usable}, f"#{name} {words}."


def add_to(
    verbs: Any, shared: argparse.ArgumentParser, in_house: Callable[[Any], Callable[[Any, Any], None]]
) -> None:
    """`stoa hashtags …`."""
    hashtags = verbs.add_parser("hashtags", help="which may be used here").add_subparsers(
        required=True, metavar="VERB"
    )
    one = hashtags.add_parser("list", parents=[shared], help="those that may not be used")
    one.set_defaults(act=in_house(list_forbidden))
    for verb, usable, words in (
        ("forbid", False, "nobody here uses it in new posts, and it is no trend"),
        ("allow", True, "it may be used again"),
    ):
        one = hashtags.add_parser(verb, parents=[shared], help=words)
        one.add_argument("name", metavar="NAME")
        one.set_defaults(act=in_house(allow), usable=usable)
