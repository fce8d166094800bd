"""Mastodon.py with somebody looking on: which methods were called, and whether what came was whole.

What the library reads into its typed entities it reads leniently: a field that is missing or of another
type becomes None and nobody is told.  Here it is told.
"""

from __future__ import annotations

import inspect
import io
import struct
import typing
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import mastodon
import pytest
from mastodon import return_types
from mastodon.types_base import AttribAccessDict

from tests.live.serving import Server

PASSWORD = "a long enough password"
SCOPES = "read write follow push profile admin:read admin:write"

# (method, entity): what Mastodon.py 2 reads there as another entity than Mastodon documents.
MISREAD = {
    ("admin_report", "Account"), ("admin_reports", "Account"), ("admin_report_assign", "Account"),
    ("admin_report_unassign", "Account"), ("admin_report_reopen", "Account"),
    ("admin_report_resolve", "Account"), ("filter_v2", "Filter"), ("account_featured_tags", "Tag"),
    ("featured_tag_suggestions", "FeaturedTag"),
    # Versions of programs are no whole numbers.
    ("admin_dimensions", "AdminDimensionData"),
}  # fmt: skip
# What it looks for and the documentation of Mastodon 4.6 does not know (rules_ids: rule_ids misspelt).
UNDOCUMENTED = {
    ("NotificationPolicy", "for_bots"), ("Profile", "featured_tags"), ("Profile", "formatted_fields"),
    ("Profile", "formatted_note"), ("Report", "rules_ids"), ("SearchV2", "collections"),
}  # fmt: skip
# What it does not know: the first three lines are ours, the others Mastodon's.
UNKNOWN = {
    ("InstanceStatusConfiguration", "supported_mime_types"), ("StatusSource", "content_type"),
    ("StatusSource", "title"), ("Status", "content_type"), ("Status", "title"),
    ("ScheduledStatusParams", "content_type"),
    ("Status", "text"), ("Report", "rule_ids"), ("Report", "collection_ids"),
}  # fmt: skip


def public_methods() -> set[str]:
    """All that a client can ask Mastodon.py for."""
    found = inspect.getmembers(mastodon.Mastodon, inspect.isroutine)
    return {name for name, _ in found if not name.startswith("_")}


def _may_be_none(hint: Any) -> bool:
    return hint is type(None) or any(_may_be_none(one) for one in typing.get_args(hint))


def flaws(found: Any, method: str) -> Iterator[str]:
    """What is missing, of a wrong type or unknown in *found* and in all that it holds."""
    kind = type(found).__name__
    if _is_typed(found) and (method, kind) not in MISREAD:
        hints = typing.get_type_hints(type(found), vars(return_types))
        renamed = getattr(type(found), "_rename_map", {})
        for key in set(found) - {*hints, *renamed, *renamed.values()}:
            if (kind, key) not in UNKNOWN:
                yield f"{method}: {kind}.{key} is not known"
        for key, hint in hints.items():
            lacking = found.get(key) is None and not key.startswith("_") and not _may_be_none(hint)
            if lacking and (kind, key) not in UNDOCUMENTED:
                yield f"{method}: {kind}.{key} is missing or no {hint}"
    for value in found.values() if isinstance(found, dict) else found if isinstance(found, list) else ():
        yield from flaws(value, method)


def _is_typed(found: Any) -> bool:
    kind = type(found)
    return (
        isinstance(found, AttribAccessDict)
        and kind is not AttribAccessDict
        and "__annotations__" in vars(kind)
    )


class Watched:
    """All methods of *api*; `called` and `flawed` grow with every call."""

    def __init__(self, api: mastodon.Mastodon, called: set[str], flawed: set[str]) -> None:
        self._api = api
        self._called = called
        self._flawed = flawed

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._api, name)

        def call(*given: Any, **named: Any) -> Any:
            self._called.add(name)
            found = method(*given, **named)
            self._flawed.update(flaws(found, name))
            return found

        return call


def picture() -> io.BytesIO:
    """A small red PNG."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = b"".join(b"\x00" + b"\xff\x20\x20" * 64 for _ in range(48))
    head = struct.pack(">IIBBBBB", 64, 48, 8, 2, 0, 0, 0)
    return io.BytesIO(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


@dataclass
class Cast:
    """Who takes part: alice owns the server."""

    server: Server
    called: set[str] = field(default_factory=set)
    flawed: set[str] = field(default_factory=set)
    people: dict[str, Watched] = field(default_factory=dict)

    def token(self, name: str, role: str = "user") -> str:
        """A token with every scope, of somebody who has an account here from now on."""
        mail = f"{name}@mail.example"
        self.server.command(
            "account", "create", name, "--email", mail, "--password", PASSWORD, "--role", role
        )
        return self.server.command("token", "create", name, "--scopes", SCOPES)

    def arrive(self, name: str, role: str = "user") -> Watched:
        """The same, signed in with Mastodon.py."""
        token = self.token(name, role)
        api = mastodon.Mastodon(access_token=token, api_base_url=self.server.base)
        self.people[name] = Watched(api, self.called, self.flawed)
        return self.people[name]


def refused(kind: type[Exception], call: Callable[..., Any], *given: Any, **named: Any) -> None:
    """*call* is answered by a no of this *kind*."""
    with pytest.raises(kind):
        call(*given, **named)
