"""A line of such a list, and an import as its owner sees it.  Values only."""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

Kind = Literal["following", "mutes", "blocks", "domain_blocks", "lists", "bookmarks"]
KINDS: tuple[Kind, ...] = get_args(Kind)

MAX_LINES = 20_000
MAX_BYTES = 4 * 1024 * 1024
MAX_FAILURES = 100  # lines kept to be shown
MAX_RUNNING = 3
MAX_KEPT = 20


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """*what* it is about: an account (`name@domain`), a domain, the address of a post; with what else the
    kind of list says.
    """

    what: str
    list: str = ""
    reblogs: bool = True
    notify: bool = False
    languages: tuple[str, ...] = ()
    notifications: bool = True  # of a mute: these too


class Import(msgspec.Struct, frozen=True, kw_only=True):
    """A list on its way: *done* of *total* lines were looked at, *failed* of them in vain."""

    id: int
    kind: Kind
    overwrite: bool
    total: int
    done: int
    failed: int
    failures: tuple[str, ...]
    created_at: int
    finished_at: int | None
